"""Who speaks of the cash of a book: the champion, and its twin, which was trained on less and spoke of past weeks."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pandas as pd

from ...errors import PaybenchError
from ...ledger import TABLES, Ledger, day
from ...ledger.cut import known_on
from ...models.learn.bundle import Bundle, read_bundle
from ...models.store.store import Store, registered_bundle
from ...score import check_fits
from ...score.book import bundle_of, nothing_known

CHAMPION = "champion"


def speakers(ledger: Ledger, date: object, store: str | Path = "mlruns", model: str = CHAMPION) -> list[Bundle]:
    """The bundle that speaks of a day, and the one that would have spoken of earlier days.

    The twin is the champion's recipe, fitted on what was known before the rows on which the gate judged it. It is read
    beside the champion's run, from the registry where it does not lie in the store's folder. The Baseline has none and
    is fitted again, on what was known when the book was half as old.

    Parameters
    ----------
    ledger : the whole book. date : as_of; nothing dated on it or later has an influence.
    store : folder of the registry. model : "champion" for the exported one, or NAME@ALIAS.

    Returns
    -------
    list of one or two bundles, for :func:`~.forecast.forecast`. Without a twin a forecast rests on fewer past weeks.

    Raises
    ------
    PaybenchError
        If there is no such model, nothing was known at ``date``, or the model does not fit the ledger or the date.
    """
    at = day(date)
    first = bundle_for(ledger, at, store, model)
    twin = _earlier_baseline(ledger, at, first) if first.kind == "baseline" else _twin(first, store)
    return [first] if twin is None or day(twin.about["as_of"]) >= day(first.about["as_of"]) else [first, twin]


def bundle_for(ledger: Ledger, date: object, store: str | Path = "mlruns", model: str = CHAMPION) -> Bundle:
    """The bundle that speaks of a day; arguments and errors as of :func:`speakers`."""
    at = day(date)
    found = bundle_of(CHAMPION, store) if model == CHAMPION else registered_bundle(store, model)
    if not (known_on(TABLES["invoices"], ledger.invoices) < at).any():
        raise nothing_known(at)
    check_fits(found, ledger, at)
    return found


def _twin(champion: Bundle, store: str | Path) -> Bundle | None:
    run = str(champion.about.get("run_id", ""))
    if not run:
        return None
    place = Store.at(store)
    near = place.folder / "artifacts" / run / "artifacts" / "twin"  # where MLflow puts it; read without MLflow
    if near.is_dir():
        return read_bundle(near)
    with suppress(PaybenchError):  # no MLflow here, or the artifacts are not to be had
        if place.exists:
            return read_bundle(place.artifacts(run) / "twin")
    return None


def _earlier_baseline(ledger: Ledger, at: pd.Timestamp, champion: Bundle) -> Bundle | None:
    try:
        from ...models.judge.origin import cannot_train
        from ...models.learn.fit import fit_baseline
        from ...models.learn.folds import Book
    except ModuleNotFoundError:  # the base install fits nothing
        return None
    book = Book(ledger, at, int(champion.about["horizon"]))
    first = book.issued.min()
    origin = (first + (at - first) / 2).normalize()
    return None if cannot_train(book.known_at(origin)) else fit_baseline(book, origin)
