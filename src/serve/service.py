"""What the server knows: the champion of a store, and a ledger if it was given one; both are followed."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Any

import pandas as pd

from ..errors import PaybenchError
from ..explain.attributions import tables_of
from ..ledger import day, read_ledger
from ..models.learn.bundle import Bundle, read_bundle
from ..score import score
from ..watched import Watched
from .limits import Limits, Refused
from .wire import check_shape, read_date, read_request, score_rows

_KEPT = 4
"""Days whose scores of the ledger are kept."""


class Service:
    """Scores, by whichever champion is in the store at the moment.

    Parameters
    ----------
    store : folder of the registry; ``champion`` in it is read, and nothing is written. ledger : a ledger folder, or
        None. limits : of requests.
    """

    def __init__(self, store: Path, ledger: Path | None, limits: Limits) -> None:
        self.limits = limits
        self._champion = Watched(store / "champion", _ready_bundle)
        self._ledger = Watched(ledger, read_ledger) if ledger else None
        self._tables: OrderedDict[object, pd.DataFrame] = OrderedDict()
        self._lock = Lock()

    def champion(self) -> Bundle:
        """The bundle that serves now.

        Raises
        ------
        Refused
            503, if there is none that can be read.
        """
        return _now(self._champion)[0]

    def health(self) -> dict[str, Any]:
        """What serves, once it and the ledger could be read."""
        bundle = self.champion()
        ledger = {} if self._ledger is None else {"ledger_book": _now(self._ledger)[0].name}
        about = bundle.about
        return {
            "ready": True,
            "model_version": bundle.version,
            "kind": bundle.kind,
            "trained_as_of": about["as_of"],
            "book": about["book_name"],
            "grace_days": about["grace_days"],
            **ledger,
        }

    def of_request(self, body: bytes) -> dict[str, Any]:
        """The scores of the slice of a book that a body holds (:mod:`.wire`)."""
        check_shape(body, self.limits.rows)
        bundle = self.champion()
        asked = read_request(body, str(bundle.about["book_name"]), bundle.grace_days)
        table = score(asked.ledger, asked.as_of, bundle)
        return self._said(table, asked.as_of, bundle) | {"scores": score_rows(table)}

    def page(self, as_of: str, offset: int, limit: int) -> dict[str, Any]:
        """Some of the ledger's open invoices at a day, sorted by customer and invoice."""
        table, bundle = self._scores(as_of)
        rows = table.iloc[offset : offset + limit]
        end = offset + len(rows)
        place = {"offset": offset, "next": end if end < len(table) else None}
        return self._said(table, as_of, bundle) | place | {"scores": score_rows(rows)}

    def one(self, invoice_id: str, as_of: str) -> dict[str, Any]:
        """One of the ledger's open invoices at a day.

        Raises
        ------
        Refused
            404, if none of that number is open then.
        """
        table, bundle = self._scores(as_of)
        found = score_rows(table[table["invoice_id"] == invoice_id])
        if not found:
            raise Refused(404, "No invoice of that number was open at that day; see /open for those that were.")
        return {"as_of": as_of, "model_version": bundle.version, "score": found[0]}

    def _scores(self, as_of: str) -> tuple[pd.DataFrame, Bundle]:
        if self._ledger is None:
            raise Refused(404, "This server was given no ledger; send tables to POST /score, or start it with one.")
        at = day(read_date(as_of, "as_of"))
        with self._lock:
            bundle, served = _now(self._champion)
            ledger, read = _now(self._ledger)
            key = (at, served, read)
            if key not in self._tables:
                self._tables[key] = score(ledger, at, bundle)
                while len(self._tables) > _KEPT:
                    self._tables.popitem(last=False)
            self._tables.move_to_end(key)
            return self._tables[key], bundle

    @staticmethod
    def _said(table: pd.DataFrame, as_of: str, bundle: Bundle) -> dict[str, Any]:
        return {"as_of": as_of, "model_version": bundle.version, "total": len(table)}


def _ready_bundle(folder: Path) -> Bundle:
    """A bundle, its tables of reasons built, so that the first who asks need not wait for them."""
    bundle = read_bundle(folder)
    if bundle.late_text:
        tables_of(bundle)
    return bundle


def _now(watched: Watched[Any]) -> Any:
    try:
        return watched.get()
    except PaybenchError as error:
        raise Refused(503, str(error)) from None
