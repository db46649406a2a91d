"""Which record a reference means: only the portal knows the rooms that it leads into."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Model

from xietong.agreements.models import Agreement
from xietong.atlas import models as atlas
from xietong.desk.models import ImportTemplate, Job, StoredFile
from xietong.kit.references import Reference
from xietong.region import models as region


def _by(table: type[Model], column: str = "pk") -> Callable[[str], bool]:
    def found(key: str) -> bool:
        try:
            return table._default_manager.filter(**{column: key}).exists()
        except ValueError:  # a key that is no number
            return False

    return found


def _version(key: str) -> bool:
    member, _, number = key.rpartition(".")
    rows = atlas.RegisterVersion.objects.filter(register__member__code=member)
    return number.isdigit() and rows.filter(number=int(number)).exists()


KINDS: dict[tuple[str, str], Callable[[str], bool]] = {
    ("agreements", "agreement"): _by(Agreement),
    ("atlas", "assignment"): _by(atlas.Assignment),
    ("atlas", "correction"): _by(atlas.Correction),
    ("atlas", "edition"): _by(atlas.Edition, "number"),
    # What is wanted of the map before there is a number for it.
    ("atlas", "editions"): lambda key: key == "newest",
    ("atlas", "published_name"): _by(atlas.PublishedName),
    ("atlas", "register"): _by(region.Member, "code"),
    ("atlas", "register_draft"): _by(atlas.RegisterDraft),
    ("atlas", "register_version"): _version,
    ("atlas", "word"): _by(atlas.VocabularyWord),
    ("desk", "file"): _by(StoredFile),
    ("desk", "job"): _by(Job),
    ("desk", "search"): lambda key: key == "index",
    ("desk", "template"): _by(ImportTemplate),
    ("region", "boundary_set"): _by(region.BoundarySet, "digest__startswith"),
    ("region", "invitation"): _by(region.Invitation),
    ("region", "member"): _by(region.Member, "code"),
    ("region", "node_key"): _by(region.NodeKey, "fingerprint"),
    ("region", "organisation"): _by(region.Organisation),
    ("region", "person"): _by(region.Person),
    ("region", "region"): _by(region.Region, "code"),
    ("region", "token"): _by(region.ApiToken),
}


def exists(reference: Reference) -> bool:
    """Tell whether the record to which a reference points is there."""
    found = KINDS.get((reference.room, reference.kind))
    return found is not None and found(reference.key)
