"""The KPIs of a day, and of many days, each as it was known then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from ...ledger import Ledger, day
from ...ledger.schema import to_dates
from .catalogue import KPIS
from .cells import Cells, Group, day_number
from .entries import Entries
from .months import first_day, month_of
from .parts import Parts
from .rates import Rates
from .values import values

COLUMNS = ["currency", "group", "kpi", "value", "numerator", "denominator", "window_from", "window_to"]


def kpi_table(
    ledger: Ledger,
    as_of: object,
    *,
    group: Group = None,
    days: int = 90,
    dso_days: int = 90,
    rates: pd.DataFrame | None = None,
    into: str | None = None,
) -> pd.DataFrame:
    """Every KPI at the start of a day, per currency and group of customers; :data:`~.catalogue.KPIS` says what each is.

    Everything is computed from what was known at ``as_of``: the opening balance of a window is what was owed then by
    the entries known now, so that opening + sales - collected - written off is the closing balance.

    Parameters
    ----------
    ledger, as_of, group, rates, into : as in :func:`~.ageing.ageing`; one rate, that of ``as_of``, converts everything.
    days : length of the window, which ends on the day before ``as_of``.
    dso_days : length of the window of DSO, best possible DSO and ADD.

    Returns
    -------
    DataFrame, sorted by currency and group, the KPIs in the catalogue's order: currency, group, kpi, value (in the
    KPI's unit; NaN where the base is not above zero), numerator, denominator (in currency units, or amount * days for
    the payment delay; NaN where there is none), window_from, window_to (its first and last day; of a balance the day at
    the end of which it stood, of count-back DSO no first day, of the at-risk rate the month).

    Raises
    ------
    PaybenchError
        As in :func:`~.ageing.ageing`, and if a length is no whole number above zero.
    """
    asked = _Asked(group, _length("days", days), _length("dso_days", dso_days), Rates.of(rates, into))
    return _at(Entries(ledger), day_number(as_of), asked)


def kpi_history(
    ledger: Ledger,
    as_of: object,
    *,
    dates: Iterable[object] | None = None,
    months: int = 36,
    group: Group = None,
    days: int = 90,
    dso_days: int = 90,
    rates: pd.DataFrame | None = None,
    into: str | None = None,
) -> pd.DataFrame:
    """:func:`kpi_table` at many dates up to ``as_of``, each as it was known then.

    Parameters
    ----------
    ledger, as_of, group, days, dso_days, rates, into : as in :func:`kpi_table`; each date has its own rate.
    dates : the starts of days, none after ``as_of``. None = the ends of the last ``months`` months, which are the
        starts of the first days of the months that follow, as far back as the windows lie within the book: none begins
        before the first invoice known at ``as_of``.
    months : how many, without ``dates``.

    Returns
    -------
    DataFrame: as_of, and the columns of :func:`kpi_table`, by rising date.

    Raises
    ------
    PaybenchError
        As in :func:`kpi_table`, and if a date lies after ``as_of``.
    """
    asked = _Asked(group, _length("days", days), _length("dso_days", dso_days), Rates.of(rates, into))
    entries, last = Entries(ledger), day_number(as_of)
    if dates is None:
        end = int(month_of(last))
        all_days = first_day(np.arange(end - _length("months", months) + 1, end + 1))
        first = int(entries.known(last).invoices.issued.min(initial=last))
        wanted = all_days[all_days >= first + max(days, dso_days)].tolist()
    else:
        wanted = sorted({day_number(date) for date in dates})
        if wanted and wanted[-1] > last:
            late = pd.Timestamp(to_dates(np.array(wanted[-1:]))[0])
            raise PaybenchError(
                f"The history was asked for {late:%Y-%m-%d}, which lies after as_of {day(as_of):%Y-%m-%d}; "
                "give dates up to as_of."
            )
    tables = [_at(entries, at, asked) for at in wanted]
    history = pd.concat(tables, ignore_index=True) if tables else _at(entries, last, asked).iloc[:0]
    lengths = [len(table) for table in tables]
    history.insert(0, "as_of", to_dates(np.repeat(np.array(wanted, dtype=np.int64), lengths)))
    return history


@dataclass(frozen=True)
class _Asked:
    group: Group
    days: int
    dso_days: int
    rates: Rates | None


def _at(entries: Entries, at: int, asked: _Asked) -> pd.DataFrame:
    book = entries.known(at)
    cells = Cells(entries, book, asked.group, asked.rates)
    found = values(Parts.of(book, cells, asked.days, asked.dso_days))
    table = cells.index.loc[cells.index.index.repeat(len(KPIS))].reset_index(drop=True)
    table["kpi"] = pd.Series(np.tile(list(KPIS), len(cells)), dtype="str")
    measures = [found[name] for name in KPIS]
    for column, of in (("value", "value"), ("numerator", "over"), ("denominator", "under")):
        table[column] = np.stack([getattr(measure, of) for measure in measures], axis=1).ravel()
    for column, of in (("window_from", "begins"), ("window_to", "ends")):
        table[column] = to_dates(np.stack([getattr(measure, of) for measure in measures], axis=1).ravel())
    return table[COLUMNS]


def _length(name: str, value: int) -> int:
    if not isinstance(value, int | np.integer) or value < 1:
        raise PaybenchError(f"{name} is {value!r}; give a whole number above zero.")
    return int(value)
