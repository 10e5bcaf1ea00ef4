"""What a desk knows: ledger, scores, segments and models of a day, read again when they change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

import pandas as pd

from ...decide.segments import Segments, segment
from ...errors import PaybenchError
from ...ledger import Ledger, as_of, read_ledger, settle
from ...ledger.schema import days
from ...ledger.some import only_customers
from ...models.learn.bundle import Bundle, read_bundle
from ...score import score
from ...watched import Mark, Watched
from ..intents import RULES, IntentModel, champion_intents
from ..messages.times import Choice, best_times, choice_of
from ..negotiate import Facts, facts_of
from ..promises import became

CHAMPION = "champion"
"""In the store: the bundle that scores."""
INTENTS = "replies"
"""In the store: the model that understands."""
_IMPORTED = ("ledger.json", "invoices.parquet")
"""Files that an import replaces and a desk does not: what a desk enters today is not known at the start of today, so
that the day's scores and segments stay what they are."""


@dataclass
class _Day:
    """What was worked out for a day of one state of the ledger."""

    segments: Segments | None = None
    open: pd.DataFrame | None = None
    times: pd.DataFrame | None = None
    scores: dict[str, pd.DataFrame | None] = field(default_factory=dict)


class Known:
    """What is known of a book.

    Parameters
    ----------
    ledger : its folder. store : of the registry; there need not be any model in it: risk is then medium, and what
        messages mean is read by rules alone.
    """

    def __init__(self, ledger: Path, store: Path) -> None:
        self._store = store
        self._ledger: Watched[Ledger] = Watched(ledger, read_ledger)
        self._bundle: Watched[Bundle] = Watched(store / CHAMPION, read_bundle)
        self._intents: Watched[IntentModel] = Watched(store / INTENTS, lambda _: champion_intents(store))
        self._days: dict[tuple[Mark, object, date], _Day] = {}
        self._lock = Lock()

    def ledger(self) -> Ledger:
        """The whole book.

        Raises
        ------
        PaybenchError
            If it cannot be read.
        """
        return self._ledger.get()[0]

    def imported(self) -> object:
        """A mark that changes when the book is imported anew, and not when rows are added to it."""
        return tuple(file for file in self._ledger.get()[1] if file[0] in _IMPORTED)

    def model(self) -> IntentModel:
        """What understands messages: the champion of the store, else :data:`.intents.RULES`."""
        if not (self._store / INTENTS).is_dir():
            return RULES
        return self._intents.get()[0]

    def facts(self, customer_id: str, today: date, waivers: int = 0) -> Facts:
        """What is known of a customer at the start of a day.

        Raises
        ------
        PaybenchError
            If the ledger does not know it on that day.
        """
        ledger, day = self._day(today)
        with self._lock:
            if day.segments is None:
                day.segments = segment(ledger, today)
            if customer_id not in day.scores:
                day.scores[customer_id] = self._scores(ledger, customer_id, today)
        return facts_of(ledger, today, customer_id, day.scores[customer_id], day.segments, waivers=waivers)

    def promises(self, customer_id: str, today: date) -> dict[str, str]:
        """State of each of a customer's promises by number, as known at the start of a day."""
        whole = self.ledger()
        theirs = whole.promises.loc[whole.promises["customer_id"] == customer_id, "promise_id"]
        if theirs.empty:
            return {}
        cut = as_of(only_customers(whole, [customer_id]), today)
        found = became(cut, int(days(pd.Series([pd.Timestamp(today)]))[0]))
        return dict(zip(found["promise_id"], found["state"], strict=True))

    def open(self, today: date) -> pd.DataFrame:
        """Every open invoice of the day: invoice_id, customer_id, currency, due_on, amount_open."""
        ledger, day = self._day(today)
        with self._lock:
            if day.open is None:
                state = settle(as_of(ledger, today))
                still = state["settled_on"].isna() & state["written_off_on"].isna()
                day.open = state.loc[still, ["invoice_id", "customer_id", "currency", "due_on", "amount_open"]]
            return day.open

    def best_time(self, customer_id: str, today: date) -> Choice | None:
        """By which channel and when the customer most likely responds; None where nothing may be sent."""
        ledger, day = self._day(today)
        with self._lock:
            if day.times is None:
                day.times = best_times(ledger, today)
            known = bool((day.times["customer_id"] == customer_id).any())
        found = choice_of(day.times, customer_id) if known else None
        return found if found is not None and found.channel else None

    def names(self) -> Mapping[str, str]:
        """The customers' names, where the ledger has one."""
        table = self.ledger().customers.drop_duplicates("customer_id", keep="last")
        return dict(zip(table["customer_id"], table["name"].fillna(""), strict=True))

    def _day(self, today: date) -> tuple[Ledger, _Day]:
        ledger, mark = self._ledger.get()
        key = (tuple(file for file in mark if file[0] in _IMPORTED), self._bundle_mark(), today)
        with self._lock:
            if key not in self._days:
                self._days.clear()
                self._days[key] = _Day()
            return ledger, self._days[key]

    def _bundle_mark(self) -> object:
        try:
            return self._bundle.get()[1]
        except PaybenchError:
            return None

    def _scores(self, ledger: Ledger, customer_id: str, today: date) -> pd.DataFrame | None:
        """Of one customer: no customer has an influence on another's."""
        try:
            bundle: Any = self._bundle.get()[0]
        except PaybenchError:
            return None
        return score(only_customers(ledger, [customer_id]), today, bundle, show=False)
