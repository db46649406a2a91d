"""The tables of the atlas, by subject."""

from xietong.atlas.models.editions import Cluster, Edition
from xietong.atlas.models.names import PublishedName
from xietong.atlas.models.registers import Register, RegisterVersion

__all__ = ["Cluster", "Edition", "PublishedName", "Register", "RegisterVersion"]
