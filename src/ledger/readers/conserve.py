"""What came in is what is there: rows, and amounts per currency, in integers; asked of every import."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import numpy as np
import pandas as pd

from ..book import Ledger
from ..schema import units
from .make import Made
from .verdict import Verdict

_MONEY = ("invoices", "payments")


def conserved(made: list[Made], verdict: Verdict, rejected: pd.DataFrame, ledger: Ledger) -> dict[str, dict[str, str]]:
    """See that nothing was lost or invented between the rows of the input and the tables of the ledger.

    Parameters
    ----------
    made : the rows as each file made them. rejected : as the report lists them.

    Returns
    -------
    The amounts in the ledger: table -> currency -> decimal text, for invoices and payments.

    Raises
    ------
    RuntimeError
        If something was; that is a mistake of this package, and no ledger may be written.
    """
    n, passed = len(verdict.accepted), int(verdict.passed.sum())
    _same("rows", n, int(verdict.accepted.sum()) + len(rejected) + passed)
    counted = verdict.counted & ~verdict.passed
    for code in set(verdict.currency[counted].tolist()):
        rows = counted & (verdict.currency == code)
        parts = [verdict.units[rows & part] for part in (verdict.accepted, ~verdict.accepted)]
        _same(f"amounts in {code}", _sum(verdict.units[rows]), sum(map(_sum, parts)))
    _same("the amount of every row", *_row_by_row(made, verdict))
    there: dict[str, dict[str, str]] = {}
    for table in _MONEY:
        frames = [m.frame for m in made if m.rows.table == table and not m.rows.once]
        expected: Counter[str] = Counter()
        for frame in frames:
            expected.update(_per_currency(frame[verdict.accepted[frame.index]]))
        found = _per_currency(ledger.table(table))
        _same(f"amounts in {table}", {k: v for k, v in expected.items() if v}, {k: v for k, v in found.items() if v})
        there[table] = {code: f"{Decimal(found[code]).scaleb(-4):.4f}" for code in sorted(found)}
    return there


def _row_by_row(made: list[Made], verdict: Verdict) -> tuple[list[int], list[int]]:
    """What the accepted rows bear in the files, as it was counted before anything was kept, and in the tables."""
    kept = np.zeros(len(verdict.accepted), dtype=np.int64)
    for m in reversed(made):
        if m.rows.table in _MONEY and not m.rows.once:
            kept[m.frame.index] = units(m.frame["amount"].fillna(0))
    borne = np.flatnonzero(verdict.accepted & verdict.counted)
    other = borne[verdict.units[borne] != kept[borne]]
    return verdict.units[other].tolist(), kept[other].tolist()


def _per_currency(frame: pd.DataFrame) -> Counter[str]:
    amounts = units(frame["amount"])
    codes = frame["currency"].to_numpy(dtype=object)
    return Counter({str(code): _sum(amounts[codes == code]) for code in set(codes.tolist())})


def _sum(amounts: np.ndarray) -> int:
    return sum(amounts.tolist())


def _same(what: str, read: object, found: object) -> None:
    if read != found:
        raise RuntimeError(f"An import does not add up: {what} read {read}, found {found}; please report it.")
