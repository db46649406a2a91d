"""The tables of the atlas, by subject."""

from xietong.atlas.models.corrections import Assignment, Correction, VocabularyWord
from xietong.atlas.models.drafts import RegisterDraft
from xietong.atlas.models.editions import Cluster, Edition
from xietong.atlas.models.names import PublishedName
from xietong.atlas.models.registers import Register, RegisterVersion

__all__ = [
    "Assignment",
    "Cluster",
    "Correction",
    "Edition",
    "PublishedName",
    "Register",
    "RegisterDraft",
    "RegisterVersion",
    "VocabularyWord",
]
