"""What is doubtful of each row once it was placed and coded, told row by row like other faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from xietong.engine.problems import Problem
from xietong.engine.register.corrections import CORRECTED

# Where an officer looks first, by what a row was placed by.
_FIELDS = {
    "coordinates": "longitude",
    "code": "county_code",
    "address": "address",
    "name": "name",
    "authority": "authority_code",
    "city": "city",
}


def row_doubts(
    numbers: Sequence[int],
    columns: Mapping[str, Sequence[str]],
    in_words: Sequence[str],
    outside: npt.NDArray[np.bool_],
) -> list[Problem]:
    """Return the doubts of rows by their numbers; what an officer corrected is not doubted.

    `columns` has precision, reason and coded_by; `in_words` the other county that words name beside
    coordinates, "" for none; `outside` which rows lie outside of their member.

    >>> said = {"precision": ["none"], "reason": ["none"], "coded_by": ["words"]}
    >>> [(one.row, one.code, one.field) for one in row_doubts([7], said, [""], np.array([False]))]
    [(7, 'place_unknown', 'address')]
    """
    precisions, reasons = columns["precision"], columns["reason"]
    found = [
        Problem("industry_unknown", numbers[at], "scope")
        for at, by in enumerate(columns["coded_by"])
        if by == "none"
    ]
    for at, precision in enumerate(precisions):
        if precision == "none":
            found.append(Problem("place_unknown", numbers[at], "address"))
        elif precision in ("prefecture", "province") and reasons[at] != CORRECTED:
            found.append(Problem("place_coarse", numbers[at], _FIELDS.get(reasons[at])))
    found += [
        Problem("place_outside_member", numbers[at], _FIELDS.get(reasons[at]))
        for at in np.flatnonzero(outside).tolist()
        if reasons[at] != CORRECTED
    ]
    found += [
        Problem("place_in_words_differs", numbers[at], "longitude", {"code": other})
        for at, other in enumerate(in_words)
        if other and reasons[at] != CORRECTED
    ]
    return found
