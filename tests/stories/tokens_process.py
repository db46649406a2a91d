"""Lets the cast enter a household and prints a personal token for each part, as JSON.

Parts with strict roles get two: `north_approver` counts as with a second factor, and
`north_approver-weak` as without.
"""

from __future__ import annotations

import json
import sys

import django

django.setup()

from cast import PARTS, enter  # noqa: E402
from xietong.atlas.queries import rows  # noqa: E402
from xietong.region import operations  # noqa: E402
from xietong.region.rules import LOCAL, STRICT  # noqa: E402

if sys.argv[1:]:  # MEMBER NAME: the mark by which a unit of a register is corrected
    (found,) = rows.rows(LOCAL, sys.argv[1], rows.Filters(q=sys.argv[2])).rows
    print(found["unit"])  # noqa: T201
elif __name__ == "__main__":
    cast = enter()
    told: dict[str, str] = {}
    for part, (_who, role, _whom) in PARTS.items():
        if role is None:
            continue  # whoever has no mandate has no use for a program
        strict = role in STRICT
        _row, told[part] = operations.create_token(
            actor=cast[part], name="a story", days=1, strict=strict
        )
        if strict:
            _row, told[f"{part}-weak"] = operations.create_token(
                actor=cast[part], name="a weak one", days=1
            )
    print(json.dumps(told))  # noqa: T201
