"""The sentence and the way out for every problem code of the engine."""

from __future__ import annotations

from dataclasses import dataclass

from xietong.kit.refusals import N_


@dataclass(frozen=True, slots=True)
class Words:
    """English templates, marked for translation and filled with the problem's params."""

    sentence: str
    way_out: str


PROBLEMS: dict[str, Words] = {
    "name_missing": Words(
        N_("the name is missing"),
        N_("Fill in the name, or take the row out."),
    ),
}
