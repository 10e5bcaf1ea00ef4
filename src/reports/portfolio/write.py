"""Writing the portfolio report."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ...decide.cash.forecast import Forecast
from ...decide.cash.paths import PATHS
from ...decide.decided import Decisions
from ...ledger import Ledger
from ...pages import language as of_pages
from ...pages import with_workbench, write_page
from .findings import findings
from .page import render


def write_portfolio(
    ledger: Ledger,
    date: object,
    out: str | Path,
    store: str | Path = "mlruns",
    language: str = "en",
    names: bool = True,
    show: bool = False,
    paths: int = PATHS,
    cash: Forecast | None = None,
    decisions: Decisions | None = None,
    withheld: pd.DataFrame | None = None,
) -> None:
    """Write the portfolio report, whole or not at all.

    Parameters
    ----------
    ledger : the whole book. date : as_of; nothing dated on it or later has an influence.
    out : the file to write. store : folder of the registry, whose champion speaks.
    language : "en" or "de". names : False leaves names of customers out; their numbers stay. show : progress.
    paths : futures of the cash that are drawn. cash : the forecast of the same day, where it is at hand.
    decisions : those of the same day and language, where they are at hand; else they are made by the policy "standard".
    withheld : earlier decisions to send nothing (``withheld.parquet`` beside a ledger), for what contacts changed.

    Raises
    ------
    PaybenchError
        If ``out`` does not end in .html, there is no such language, there is no champion, nothing was known at
        ``date``, or the workbench is not installed.
    """
    write_page(out, lambda: portfolio(ledger, date, store, language, names, show, paths, cash, decisions, withheld))


def portfolio(
    ledger: Ledger,
    date: object,
    store: str | Path = "mlruns",
    language: str = "en",
    names: bool = True,
    show: bool = False,
    paths: int = PATHS,
    cash: Forecast | None = None,
    decisions: Decisions | None = None,
    withheld: pd.DataFrame | None = None,
) -> str:
    """The portfolio report as HTML (see :func:`write_portfolio`); the same inputs give the same text."""
    spoken = of_pages(language)
    with with_workbench():
        import jinja2  # noqa: F401  (whether it is there is said before the forecast takes its time)

        found = findings(ledger, date, store, language, names, show, paths, cash, decisions, withheld)
        return render(found, spoken)
