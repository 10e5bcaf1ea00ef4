"""What came, held against what a saved forecast had said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import PaybenchError
from ...files import check_folder, replaced_folder
from ...ledger import Ledger, as_of, data_hash, day
from ...spreadsheet import csv_bytes
from ..cash.bands import COVERS, Bands
from ..cash.forecast import LINES, told
from ..cash.periods import Period, periods
from .came import Came
from .drivers import drivers
from .records import records
from .saved import Saved
from .told_comparison import SO_FAR, told_comparison

Floats = NDArray[np.float64]

MARK = "comparison.json"
"""The file that every written comparison has."""
_LONG = {"week": 14, "month": 56}  # a stretch of fewer days has bands like that
_NEAR = 0.005  # half of the hundredth to which futures are saved
_SHARES = ("wape", "bias", "place")
_QUIET = 7  # days without any payment after which the reader is told


@dataclass(frozen=True)
class Comparison:
    """A forecast and what came.

    Attributes
    ----------
    table : one row per currency, line and period that is over, or runs at ``date``: currency, line, period (day, week,
        month, quarter, "so far"), start, end (the last day that counts), over (False: the period runs on after ``end``,
        and both sides are up to there), expected, low_95 .. high_95, came, difference (came - expected), inside_50,
        inside_80, inside_95 (0 or 1), place (probability that the forecast gave to less than what came; 0.5 = middle).
    summary : one row per currency, line and length of the periods that are over: n, expected, came, wape, bias (of
        expected against came; positive = too much was expected), covered_50, covered_80, covered_95 (counts).
    drivers : the customers and invoices of the open book with the largest differences (:func:`~.drivers.drivers`).
    apart : cash that no line of a forecast is about, by currency: what, came (:data:`~.came.APART`).
    about : of the forecast, with date (of the comparison), days (that were compared), notes (sentences). JSON.
    """

    table: pd.DataFrame
    summary: pd.DataFrame
    drivers: pd.DataFrame
    apart: pd.DataFrame
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def as_dict(self) -> dict[str, Any]:
        """For ``--json``; days are left out."""
        shown = self.table[self.table["period"] != "day"]
        tables = {"periods": shown, "summary": self.summary, "drivers": self.drivers, "apart": self.apart}
        return {"about": self.about} | {name: records(table) for name, table in tables.items()}

    def __str__(self) -> str:
        return told_comparison(self)


def compare(saved: Saved, ledger: Ledger, date: object, names: bool = True) -> Comparison:
    """Hold what came up to a date against a saved forecast.

    What was paid on invoices that were open then belongs to the open book; what was paid on invoices that were not
    known then, to new billing; all other cash is listed apart. All counts as it is known at ``date``, with corrections.

    Parameters
    ----------
    saved : the forecast. ledger : the whole book. date : the start of that day: what is dated on it or later has no
        influence. names : whether customers' names are told.

    Raises
    ------
    PaybenchError
        If the ledger is of another book, the date is not after the forecast's, or invoices of the forecast are not in
        the ledger.
    """
    at = day(date)
    _check(saved, ledger, at)
    days = min((at - saved.at).days, saved.days)
    then, cut = as_of(ledger, saved.at), as_of(ledger, at)
    came = Came.of(saved, then, cut, days)
    spans = [p for p in periods(saved.at, saved.days) if p.first < days]
    spans.append(Period(SO_FAR, 0, days))
    rows = [
        row
        for k, currency in enumerate(saved.currencies)
        for line in LINES
        for row in _rows(saved, k, line, came.line(line, currency), spans, days)
    ]
    table = pd.DataFrame(rows)
    about = saved.about | {"date": f"{at:%Y-%m-%d}", "days": days, "notes": list(_notes(saved, then, cut, at))}
    named = cut.customers.set_index("customer_id")["name"] if names else None
    return Comparison(table, _summary(table), drivers(saved, came, days, named), came.apart, about)


def _check(saved: Saved, ledger: Ledger, at: pd.Timestamp) -> None:
    name = saved.about["book"]
    if ledger.name != name:
        raise PaybenchError(f"The forecast is of the book '{name}', and this ledger is of '{ledger.name}'.")
    if at <= saved.at:
        raise PaybenchError(
            f"The forecast begins on {saved.at:%Y-%m-%d}, so at the start of {at:%Y-%m-%d} nothing has come of it; "
            "give a later day."
        )


def _rows(saved: Saved, k: int, line: str, came: Floats, spans: list[Period], days: int) -> Iterator[dict[str, Any]]:
    currency = saved.open_book.currencies[k]
    for span in spans:
        seen = Period(span.by, span.first, min(span.stop, days))
        by = _length(seen) if span.by == SO_FAR else span.by
        owed, billed = seen.of(saved.open_book.cash[k]), seen.of(saved.billing.cash[k])
        (expected, totals), actual = told(line, owed, billed, saved.bands, by), float(seen.of(came))
        said = {"expected": expected, **{k: float(v) for k, v in Bands().quantiles(totals, by).items()}}
        yield {
            "currency": currency,
            "line": line,
            "period": span.by,
            "start": seen.begins(saved.at),
            "end": seen.ends(saved.at),
            "over": span.stop <= days,
            **said,
            "came": actual,
            "difference": actual - said["expected"],
            **{f"inside_{k}": int(said[f"low_{k}"] - _NEAR <= actual <= said[f"high_{k}"] + _NEAR) for k in COVERS},
            "place": _place(totals, actual),
        }


def _length(span: Period) -> str:
    days = span.stop - span.first
    return next((by for by, most in _LONG.items() if days < most), "quarter")


def _place(totals: Floats, came: float) -> float:
    """The level at which what came lies: the middle of where the futures are the same as it."""
    return float(((totals < came - _NEAR).mean() + (totals <= came + _NEAR).mean()) / 2)


def _summary(table: pd.DataFrame) -> pd.DataFrame:
    rows = []
    over = table[table["over"] & (table["period"] != SO_FAR)]
    for (currency, line, period), some in over.groupby(["currency", "line", "period"], sort=False):
        expected, came = some["expected"].to_numpy(), some["came"].to_numpy()
        whole = came.sum()
        rows.append(
            {
                "currency": currency,
                "line": line,
                "period": period,
                "n": len(some),
                "expected": expected.sum(),
                "came": whole,
                "wape": np.abs(expected - came).sum() / whole if whole else np.nan,
                "bias": (expected - came).sum() / whole if whole else np.nan,
                **{f"covered_{k}": int(some[f"inside_{k}"].sum()) for k in COVERS},
            }
        )
    names = ["currency", "line", "period", "n", "expected", "came", "wape", "bias", *(f"covered_{k}" for k in COVERS)]
    return pd.DataFrame(rows, columns=names)


def _notes(saved: Saved, then: Ledger, cut: Ledger, at: pd.Timestamp) -> Iterator[str]:
    if saved.about["scenario"]:
        yield f"The forecast supposed: {saved.about['scenario']}."
    if (at - saved.at).days > saved.days:
        last = saved.at + pd.Timedelta(days=saved.days - 1)
        yield f"The forecast ends with {last:%Y-%m-%d}; what came later is not compared."
    latest = cut.payments["paid_on"].max()
    if not latest >= at - pd.Timedelta(days=_QUIET):
        after = "" if pd.isna(latest) else f" after {latest:%Y-%m-%d}"
        yield f"The ledger knows of no payment{after}: if there was any, it is missing here."
    if data_hash(then) != saved.about["data_hash"]:
        yield f"What the ledger says of the time before {saved.at:%Y-%m-%d} is not what the forecast was made of."


def check_comparison(folder: str | Path) -> None:
    """See that a comparison may be written to a folder, as :func:`paybench.files.check_folder` does."""
    check_folder(folder, "folder of a comparison", MARK)


def write_comparison(found: Comparison, folder: str | Path) -> None:
    """Write ``comparison.csv`` (:attr:`Comparison.table`), summary.csv, drivers.csv, apart.csv and comparison.json.

    Raises
    ------
    PaybenchError
        If the folder holds something else, or cannot be written.
    """
    check_comparison(folder)
    tables = {"comparison": found.table, "summary": found.summary, "drivers": found.drivers, "apart": found.apart}
    with replaced_folder(folder) as new:
        for name, table in tables.items():
            (new / f"{name}.csv").write_bytes(csv_bytes(_rounded(table)))
        (new / MARK).write_text(json.dumps(found.about, indent=1) + "\n", encoding="utf-8")


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    places = {name: 4 if name in _SHARES else 2 for name in table.select_dtypes("float").columns}
    return table.round(places)
