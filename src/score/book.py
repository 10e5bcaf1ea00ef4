"""Scores of a ledger in memory, and what a bundle may score."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import sleep

import pandas as pd

from ..errors import PaybenchError
from ..features.opened import OpenBook
from ..ledger import Ledger, day
from ..models.learn.bundle import Bundle, read_bundle
from ..progress import track
from . import rows
from .order import in_order


def score(
    ledger: Ledger,
    date: object,
    models: Bundle | str = "champion",
    store: str | Path = "mlruns",
    show: bool = False,
    language: str = "en",
) -> pd.DataFrame:
    """Score every invoice that is open at a date.

    Parameters
    ----------
    ledger : the whole book. date : as_of; nothing dated on it or later has an influence.
    models : a bundle, or "champion" for the one exported in ``store``.
    store : folder of the registry. show : progress. language : of the reasons, "en" or "de".

    Returns
    -------
    DataFrame, one row per open invoice, sorted by customer and invoice; :data:`COLUMNS`. All probabilities are
    conditioned on the invoice being unpaid at ``date``:

    - p_late = P(paid later than due_on + grace), 1 once that day has passed; p_late_30/60/90 = P(days late > 30/60/90);
      p_never = P(written off, or not paid within a year after due);
    - pay_on_p10/50/90 : quantiles of the pay date, NaT where they fall into "never"; expected_days_late =
      E[min(days late, 180)]; risk : low, medium, high by P(still unpaid 30 days after ``date``), its limits from the
      bundle;
    - flags : cold_start (fewer than 3 settled invoices), unseen_value (a code that training did not know), thin_tail
      (a p_late_k above 5 % rests on fewer than 100 matured invoices that late), joined by spaces.

    Raises
    ------
    PaybenchError
        If there is no bundle, it is damaged, it was trained on another book, with other grace days or on what was
        known only after ``date``, nothing was known at ``date``, or there are no sentences in ``language``.
    """
    at = day(date)
    bundle, tables = bundle_of(models, store), tables_of(models, store)
    book = OpenBook(ledger, at)
    if not book.known:
        raise nothing_known(at)
    check_fits(bundle, ledger, at)
    return whole(book, bundle, at, tables, show, language)


def whole(
    book: OpenBook, bundle: Bundle, at: pd.Timestamp, tables: Path | None, show: bool = False, language: str = "en"
) -> pd.DataFrame:
    """The score table of all that is open, sorted by customer and invoice.

    Raises
    ------
    PaybenchError
        If the number of rows is not that of the open invoices.
    """
    parts = list(_scored(book, bundle, at, tables, show, language))
    table = in_order(pd.concat(parts, ignore_index=True))
    check_count(len(table), len(book))
    return table


def _scored(
    book: OpenBook, bundle: Bundle, at: pd.Timestamp, tables: Path | None, show: bool, language: str
) -> Iterator[pd.DataFrame]:
    steps = iter(track(range(max(-(-len(book) // rows.CHUNK), 1)), "scoring", show))
    for some in book.some(*bundle.days, least=rows.CHUNK):
        for i in range(0, len(some), rows.CHUNK):
            next(steps, None)
            yield rows.scored(bundle, at, some.rows(slice(i, i + rows.CHUNK)), tables, language)
    if not len(book):
        yield rows.scored(bundle, at, book.none(*bundle.days), tables, language)
    next(steps, None)


def check_count(found: int, there: int) -> None:
    """See that every open invoice was scored.

    Raises
    ------
    PaybenchError
        If not.
    """
    if found != there:
        raise PaybenchError(f"{there} invoices are open but {found} were scored; nothing was written.")


def nothing_known(at: pd.Timestamp) -> PaybenchError:
    """What to say of a day on which there was no book yet."""
    return PaybenchError(f"Nothing was known at {at:%Y-%m-%d}, so there is nothing to score; give a later as_of.")


def bundle_of(models: Bundle | str, store: str | Path) -> Bundle:
    """The bundle that is meant: itself, or "champion", the one exported in a store."""
    return models if isinstance(models, Bundle) else _exported(models, store)


def tables_of(models: Bundle | str, store: str | Path) -> Path | None:
    """Where the tables of the champion's trees are kept, built once; of another bundle they are not."""
    return Path(store) / "tables" if isinstance(models, str) and models == "champion" else None


def check_fits(bundle: Bundle, ledger: Ledger, at: pd.Timestamp) -> None:
    """See that a bundle may score a ledger at a date.

    Raises
    ------
    PaybenchError
        If it was trained on what was known only later, on another book, or with other days of grace.
    """
    about = bundle.about
    if at < day(about["as_of"]):
        raise PaybenchError(
            f"The model was trained on what was known at {about['as_of']}, so it cannot say what it would have said "
            f"at {at:%Y-%m-%d}; give that day or a later one, or use 'paybench backtest'."
        )
    if ledger.name != about["book_name"]:
        raise PaybenchError(
            f"The model was trained on the book '{about['book_name']}', and this ledger is of '{ledger.name}'; "
            "name the --store that serves this book."
        )
    if ledger.grace_days != about["grace_days"]:
        raise PaybenchError(
            f"The model was trained with {about['grace_days']} days of grace, and this ledger has {ledger.grace_days}; "
            "train again."
        )


def _exported(models: str, store: str | Path) -> Bundle:
    if models != "champion":
        raise PaybenchError(f"'{models}' is not exported; 'champion' is, and NAME@ALIAS reads the registry.")
    folder = Path(store) / "champion"
    for _ in range(4):  # a promotion may be putting another bundle in its place at this moment
        with suppress(PaybenchError):
            return read_bundle(folder)
        sleep(0.05)
    return read_bundle(folder)
