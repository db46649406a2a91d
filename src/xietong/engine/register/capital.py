"""Capital: figure, unit and currency, each from the cell, its column or the heading."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from xietong.engine.register.columns import Rules
from xietong.engine.register.reading import Fault, faults_of
from xietong.engine.tables.amounts import Amount, Unit


@dataclass(frozen=True)
class Capital:
    """Capital in ten thousands of the pack's currency, and the currency it was stated in.

    `faults`: positions by code. `without_unit`: rows whose figure was taken as whole units because
    neither the cell nor the heading says otherwise.
    """

    capital_wan: pa.Array
    currency: pa.Array
    faults: dict[Fault, npt.NDArray[np.int64]]
    without_unit: int


def read_capital(amounts: pa.Array, currencies: pa.Array, unit: Unit, rules: Rules) -> Capital:
    """Read two columns of texts (null where blank); `unit` is what the amount's heading says.

    A cell's own words come before its column, that before the heading, that before the pack.
    """
    money = rules.synonyms.currencies
    amount_codes, currency_codes = amounts.dictionary_encode(), currencies.dictionary_encode()
    figures = [money.amount(text) for text in amount_codes.dictionary.to_pylist()]
    named = [money.currency(text) for text in currency_codes.dictionary.to_pylist()]
    which_amount = _indices(amount_codes.indices)
    which_currency = _indices(currency_codes.indices)
    # Every different pair is worked out once. -1 stands for a blank.
    pairs, row_pair = np.unique(
        which_amount * (len(named) + 1) + which_currency + 1, return_inverse=True
    )
    worth: list[int | None] = []
    stated: list[str | None] = []
    faults: list[Fault | None] = []
    bare: list[bool] = []
    one: tuple[int | None, str | None, Fault | None]
    for pair in pairs.tolist():
        at_amount, at_currency = divmod(pair, len(named) + 1)
        said = named[at_currency - 1] if at_currency else None
        if at_amount < 0:
            one = (None, None, None)
        elif figures[at_amount] is None:
            one = (None, None, "capital_unreadable")
        else:
            one = _worth(figures[at_amount], said, at_currency > 0, unit, rules)
        worth.append(one[0])
        stated.append(one[1])
        faults.append(one[2])
        bare.append(
            one[0] not in (None, 0) and unit.multiplier is None and not figures[at_amount].unit_said
        )
    rows = pa.array(row_pair, pa.int64())
    return Capital(
        capital_wan=pa.array(worth, pa.int64()).take(rows),
        currency=pa.array(stated, pa.string()).take(rows),
        faults=faults_of(faults, rows),
        without_unit=int(np.array(bare, dtype=bool)[row_pair].sum()) if bare else 0,
    )


def _worth(
    figure: Amount | None, column: str | None, column_given: bool, unit: Unit, rules: Rules
) -> tuple[int | None, str | None, Fault | None]:
    assert figure is not None  # noqa: S101  (the caller has sorted it out)
    money = rules.synonyms.currencies
    if figure.currency is None and column is None and column_given:
        return None, None, "currency_unknown"
    currency = figure.currency or column or unit.currency or rules.currency
    value = figure.value if figure.unit_said else figure.value * (unit.multiplier or 1)
    wan = money.in_ten_thousands(value, currency)
    if wan is None:
        return None, None, "capital_unreadable"
    differs = figure.currency is not None and column is not None and figure.currency != column
    return wan, currency, "currency_differs" if differs else None


def _indices(indices: pa.Array) -> npt.NDArray[np.int64]:
    return pc.fill_null(indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
