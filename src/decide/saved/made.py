"""The forecast of a book, made and written: what the command and the scheduler run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ...files import check_folder
from ...ledger import Ledger, as_of, day
from ..cash.forecast import Forecast, forecast
from ..cash.items import WEEK, WEEKS, open_items
from ..cash.paths import PATHS
from ..cash.scenarios import Scenario
from ..kpi import ageing, kpi_history, kpi_table
from .records import records
from .saved import MARK, rounded, write_forecast
from .speakers import CHAMPION, speakers
from .told import SHOWN, told

CHANGE = ["currency", "line", "period", "start", "end", "without", "expected", "change"]
"""Columns of ``change.csv``, amounts in currency units."""


@dataclass(frozen=True)
class Made:
    """A forecast, and the same without its scenario if it has one."""

    forecast: Forecast
    without: Forecast | None = None

    @property
    def change(self) -> pd.DataFrame | None:
        """What the scenario changes, :data:`CHANGE`; None without one."""
        if self.without is None:
            return None
        table, other = self.forecast.table(), self.without.table()
        found = table.assign(without=other["expected"], change=table["expected"] - other["expected"])[CHANGE]
        found[CHANGE[-3:]] = found[CHANGE[-3:]].round(2)
        return found

    @property
    def as_dict(self) -> dict[str, Any]:
        """For ``--json``: where it comes from, and weeks, months and quarters."""
        found = {"about": self.forecast.about, "periods": records(self.forecast.table(tuple(SHOWN)))}
        change = self.change
        if change is None:
            return found
        return found | {"change": records(change[change["period"].isin(SHOWN)])}

    def __str__(self) -> str:
        return told(self.forecast, self.without)


def make_forecast(
    ledger: Ledger,
    date: object,
    out: str | Path,
    store: str | Path = "mlruns",
    model: str = CHAMPION,
    scenario: Scenario | None = None,
    paths: int = PATHS,
    weeks: int = WEEKS,
    seed: int = 0,
    names: bool = True,
    show: bool = False,
) -> Made:
    """Forecast a book with the model of its store, and write the folder of :func:`~.saved.write_forecast`.

    Beside its files there are ``kpi.csv``, ``kpi_history.csv``, ``ageing.csv`` (:mod:`paybench.decide.kpi`) and, with a
    scenario, ``change.csv`` (:attr:`Made.change`).

    Parameters
    ----------
    ledger : the whole book. date : as_of; nothing dated on it or later has an influence.
    out : folder. store, model : as in :func:`~.speakers.speakers`.
    scenario, paths, weeks, seed : as in :func:`~.forecast.forecast`; with a scenario the forecast without it is made
        too, of the same futures. names : whether customers' names are written. show : progress.

    Raises
    ------
    PaybenchError
        If the folder holds something else, or as the functions above do.
    """
    check_folder(out, "folder of a forecast", MARK)
    at = day(date)
    bundles = speakers(ledger, at, store, model)
    if scenario is not None and scenario.without:  # a wrong name is told at once
        scenario.on_items(open_items(ledger, at, bundles[0], WEEK * weeks))
    plain = rounded(forecast(ledger, at, bundles, None, paths, weeks, seed, show=show))
    made = Made(plain)
    if scenario is not None and scenario.said:
        supposed = forecast(ledger, at, bundles, scenario, paths, weeks, seed, plain.learned, show)
        made = Made(rounded(supposed), plain)
    more = {"kpi_history": kpi_history(ledger, at), "ageing": ageing(ledger, at)}
    if (change := made.change) is not None:
        more["change"] = change
    write_forecast(made.forecast, out, kpi_table(ledger, at), _names(as_of(ledger, at)) if names else None, **more)
    return made


def _names(cut: Ledger) -> pd.Series:
    return cut.customers.set_index("customer_id")["name"]
