"""Two editions side by side: what has changed, in words, each from what both editions show."""

from xietong.atlas.comparison.files import as_file
from xietong.atlas.comparison.kinds import GROUPS, Change, Group, Kind
from xietong.atlas.comparison.leagues import Moved, leagues
from xietong.atlas.comparison.reading import Asked, Compared, compared, found
from xietong.atlas.comparison.schemas import ChangelogOut, ChangeOut, changelog
from xietong.atlas.comparison.words import group_name, sentence

__all__ = [
    "GROUPS",
    "Asked",
    "Change",
    "ChangeOut",
    "ChangelogOut",
    "Compared",
    "Group",
    "Kind",
    "Moved",
    "as_file",
    "changelog",
    "compared",
    "found",
    "group_name",
    "leagues",
    "sentence",
]
