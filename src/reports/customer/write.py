"""Writing the customer sheet."""

from __future__ import annotations

from pathlib import Path

from ...errors import PaybenchError
from ...files import replaced_file
from ...ledger import Ledger
from ...pages import language as of_pages
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
    if Path(out).suffix.lower() != ".html":
        raise PaybenchError(f"The sheet is written as .html, not as '{Path(out).name}'; change the file's ending.")
    page = customer_sheet(ledger, date, customer, store, language, names, show)
    with replaced_file(out) as new:
        new.write_text(page, encoding="utf-8")


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
    try:
        return render(subject(ledger, date, customer, store, language, names, show), spoken)
    except ImportError as error:
        raise PaybenchError(
            f"The sheet needs {error.name}, which the base install leaves out: pip install 'paybench[workbench]'."
        ) from None
