"""Which amounts to withhold so that nobody's own part of them can be estimated closely."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from xietong.engine.disclosure.linked import Linked
from xietong.engine.disclosure.nodes import Bools, Integers, Nodes


@dataclass(frozen=True, slots=True)
class AmountRules:
    """When an amount is sensitive, and how well it must be hidden.

    It is where fewer than `minimum` establishments contribute, or the largest of them more than
    `dominance_permille` thousandths; then nobody may learn it closer than `p_permille` thousandths
    of the largest contribution.
    """

    minimum: int = 3
    dominance_permille: int = 750
    p_permille: int = 100


@dataclass(frozen=True, slots=True)
class AmountProtection:
    """`withheld` and `amounts` [row node, column node]; amounts as they are, not blanked.

    `unproven` lists sensitive cells for which no move was found, as in `Protection`.
    """

    withheld: Bools
    amounts: Integers
    unproven: tuple[tuple[int, int], ...]


def protect_amounts(
    leaf_amounts: ArrayLike,
    leaf_counts: ArrayLike,
    leaf_largest: ArrayLike,
    rows: Nodes,
    columns: Nodes,
    *,
    rules: AmountRules,
    withheld_already: ArrayLike | None = None,
    row_worth: ArrayLike | None = None,
    column_worth: ArrayLike | None = None,
) -> AmountProtection:
    """Withhold the sensitive amounts, and whatever else would give them away.

    The leaf tables [row leaf, column leaf] are whole numbers >= 0, published nowhere: the sum of
    the amount, how many contribute, and what the largest contributes. For every sensitive cell
    there is another table that agrees with every published cell and in which it is larger, and one
    in which it is smaller, by `p_permille` thousandths of its largest contribution. The same holds
    for sensitive remainders (a prefecture less its counties). `withheld_already` [row node, column
    node] marks cells that are withheld for other reasons, worths are as for `protect_counts`.

    >>> from xietong.engine.disclosure import nodes_over
    >>> places = nodes_over(["a", "b"], {"all": ["a", "b"], "a": ["a"], "b": ["b"]})
    >>> trades = nodes_over(["x", "y"], {"every": ["x", "y"], "x": ["x"], "y": ["y"]})
    >>> protect_amounts([[90, 50], [40, 70]], [[5, 5], [5, 5]], [[80, 20], [20, 20]], places,
    ...                 trades, rules=AmountRules()).withheld.tolist()
    [[False, False, False], [False, True, True], [False, True, True]]

    Raises ValueError for shapes that do not fit or negative amounts.

    Source: dominance and p % rule as in Hundepool, A. et al. (2012). Statistical Disclosure
    Control, ch. 4. Wiley; moves as in `protect_counts`.
    """
    table = Linked.of(rows, columns)
    leaves = table.folded(leaf_amounts)
    amounts = table.over_nodes(leaves)
    few = table.over_nodes(table.folded(leaf_counts)) < rules.minimum
    most = table.over_nodes(table.folded(leaf_largest, np.maximum), np.maximum)
    sensitive = (
        table.telling & (amounts > 0) & (few | (most * 1000 > amounts * rules.dominance_permille))
    )
    need = np.where(sensitive, np.maximum(-(-most * rules.p_permille // 1000), 1), 0)
    loss = 1.0 + np.log2(1.0 + amounts)
    if withheld_already is not None:
        loss[table.over_sets(np.asarray(withheld_already, dtype=np.bool_)).astype(np.bool_)] = 0.0
    withheld, unproven = table.guard(
        leaves,
        sensitive=sensitive,
        need_up=need,
        need_down=need,
        loss=loss,
        row_worth=row_worth,
        column_worth=column_worth,
    )
    return AmountProtection(
        table.of_published(withheld).astype(np.bool_),
        table.of_published(amounts).astype(np.int64),
        unproven,
    )
