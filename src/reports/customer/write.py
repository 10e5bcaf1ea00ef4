"""Writing the customer sheet."""

from __future__ import annotations

from pathlib import Path

from ...ledger import Ledger
from ...pages import language as of_pages
from ...pages import with_workbench, write_page
from .page import render
from .subject import subject


def write_customer(
    ledger: Ledger,
    date: object,
    customer: str,
    out: str | Path,
    store: str | Path = "mlruns",
    language: str = "en",
    names: bool = True,
    show: bool = False,
) -> None:
    """Write the sheet of one customer, whole or not at all.

    Parameters
    ----------
    ledger : the whole book. date : as_of; nothing dated on it or later has an influence.
    customer : its identifier. out : the file to write. store : folder of the registry, whose champion speaks.
    language : "en" or "de". names : False leaves the customer's name and all free text out; identifiers stay.
    show : progress.

    Raises
    ------
    PaybenchError
        If ``out`` does not end in .html, there is no such language, no invoice of the customer was known at ``date``,
        there is no champion or it may not score this book, or the workbench is not installed.
    """
    write_page(out, lambda: customer_sheet(ledger, date, customer, store, language, names, show), "sheet")


def customer_sheet(
    ledger: Ledger,
    date: object,
    customer: str,
    store: str | Path = "mlruns",
    language: str = "en",
    names: bool = True,
    show: bool = False,
) -> str:
    """The sheet as HTML (see :func:`write_customer`); the same inputs give the same text."""
    spoken = of_pages(language)
    with with_workbench("sheet"):
        return render(subject(ledger, date, customer, store, language, names, show), spoken)
