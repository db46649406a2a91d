"""Which counts to withhold so that nothing below the minimum follows from what is published."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xietong.engine.disclosure.linked import Linked
from xietong.engine.disclosure.nodes import Integers, Nodes

# An empty cell tells less than a full one, but it does tell something.
_LOSS_OF_ZERO = 0.5


class Status(IntEnum):
    """What is known of a cell; a reader is not told WITHHELD and PROTECTED apart."""

    ZERO = 0
    PUBLISHED = 1
    WITHHELD = 2
    PROTECTED = 3


@dataclass(frozen=True, slots=True)
class Protection:
    """`status` and `counts` [row node, column node]; counts as they are, not blanked.

    WITHHELD cells are below the minimum, PROTECTED ones hide them. `unproven` lists cells below it
    for which no move was found, as (row, column) numbers of `Linked`: unless it is empty, nothing
    may be published.
    """

    status: NDArray[np.int8]
    counts: Integers
    unproven: tuple[tuple[int, int], ...]


def protect_counts(
    leaf_counts: ArrayLike,
    rows: Nodes,
    columns: Nodes,
    *,
    minimum: int = 3,
    row_worth: ArrayLike | None = None,
    column_worth: ArrayLike | None = None,
) -> Protection:
    """Withhold counts from 1 to `minimum` - 1, and whatever else would give them away.

    `leaf_counts` [row leaf, column leaf] are the finest counts known, published nowhere. For each
    withheld count there is another table of whole numbers >= 0 that agrees with every published
    cell and in which it is 1, and one in which it is `minimum` - 1; so no sum or difference of
    published cells tells them apart. The same holds for what remains of a column node (a division
    less its groups), which is not published but could be computed; what remains of a row node (a
    prefecture less its counties) keeps a second value at least. What remains of all rows or of all
    columns is left as it is: it tells only how many could be placed or coded. `row_worth` and
    `column_worth`, a number a node, say how dear its cells are; what is dear is rather left
    published.

    >>> from xietong.engine.disclosure import nodes_over
    >>> places = nodes_over(["a", "b", "c"], {"all": ["a", "b", "c"], "a": ["a"], "b": ["b"],
    ...                                        "c": ["c"]})
    >>> trades = nodes_over(["x", "y"], {"every": ["x", "y"], "x": ["x"], "y": ["y"]})
    >>> protect_counts([[1, 7], [9, 6], [5, 8]], places, trades).status.tolist()
    [[1, 1, 1], [1, 2, 3], [1, 1, 1], [1, 3, 3]]

    Raises ValueError for shapes that do not fit, negative counts or a minimum below 2.

    Source: hypercubes as in Giessing, S. and Repsilber, D. (2002). Tools and strategies to protect
    multiple tables with the GHQUAR cell suppression engine. Inference Control in Statistical
    Databases, LNCS 2316, 181-192; here over sets of leaves, so that overlapping nodes are one case.
    """
    if minimum < 2:
        raise ValueError("a minimum below 2 withholds nothing")
    table = Linked.of(rows, columns)
    leaves = table.folded(leaf_counts)
    n = table.over_nodes(leaves)
    small = (n > 0) & (n < minimum) & table.telling
    withheld, unproven = table.guard(
        leaves,
        sensitive=small,
        need_up=np.where(small & ~table.loose, minimum - 1 - n, 0),
        need_down=np.where(small, np.where(table.loose, 1, n - 1), 0),
        loss=np.where(n == 0, _LOSS_OF_ZERO, 1.0 + n**0.75),
        row_worth=row_worth,
        column_worth=column_worth,
    )
    status = np.where(n == 0, Status.ZERO, Status.PUBLISHED).astype(np.int8)
    status[withheld] = Status.PROTECTED
    status[small] = Status.WITHHELD
    return Protection(
        table.of_published(status).astype(np.int8), table.of_published(n).astype(np.int64), unproven
    )
