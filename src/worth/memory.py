"""What a policy that lives in a simulated world has seen so far of each customer: no more than its own books show."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..simulate import View
from ..simulate.settings import CHANNELS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LONG_AGO = -10_000
"""The day of what never happened."""
DAYS_OF_ANSWER = 14
"""Days after a contact within which a payment is put down to it in the customer's record."""
KEPT = 30
"""Days over which contacts are counted."""
HALF_LIFE = 180.0
"""Days after which a payment counts a half in a customer's mean."""


class Memory:
    """Records of the customers and invoices of one block, kept up by looking at every morning's view.

    A settled invoice is one that is not open any more; it was settled the day before. Nothing else is known, and
    nothing of the world's truth is used.
    """

    def __init__(self) -> None:
        self._invoices: dict[str, Any] = {}
        self._customers: dict[str, Any] = {}
        self._recent: deque[tuple[int, Ints, Ints]] = deque()
        self._open = np.zeros(0, dtype=np.int64)
        self._names: dict[str, NDArray[np.object_]] = {}

    def look(self, view: View) -> None:
        """Take note of what was paid since the last morning."""
        self._room(view)
        of, about = self._invoices, self._customers
        gone = np.setdiff1d(self._open, view.invoice, assume_unique=True)
        if gone.size:
            who, late = of["customer"][gone].astype(np.int64), (view.today - 1 - of["due"][gone]).astype(np.float64)
            weight = np.exp2((view.today - about["day"]) / -HALF_LIFE)
            touched = np.unique(who)
            for name in ("n", "late", "late_2", "paid_late"):
                about[name][touched] *= weight[touched]
            about["day"][touched] = view.today
            for name, more in (("n", 1.0), ("late", late), ("late_2", late**2), ("paid_late", late > 0)):
                np.add.at(about[name], who, more)
            about["last_late"][who] = late
            answered = gone[view.today - of["sent_on"][gone] <= DAYS_OF_ANSWER]
            np.add.at(about["answers"], (of["customer"][answered], of["channel"][answered]), 1.0)
        new = view.invoice
        of["customer"][new], of["due"][new] = view.customer, view.today - view.days_overdue
        self._open = np.array(new, dtype=np.int64)
        while self._recent and self._recent[0][0] < view.today - KEPT:
            self._recent.popleft()

    def sent(self, view: View, row: Ints, channel: Ints) -> None:
        """Take note of what is sent today about some rows of the view."""
        if not row.size:
            return
        invoice, who = view.invoice[row], view.customer[row]
        self._invoices["sent_on"][invoice], self._invoices["channel"][invoice] = view.today, channel
        np.add.at(self._invoices["contacts"], invoice, 1)
        np.add.at(self._customers["tries"], (who, channel), 1.0)
        self._recent.append((view.today, np.array(who), np.array(channel)))

    def contacts(self, view: View, days: int, channel: int | None = None) -> Ints:
        """Contacts with each row's customer on the last ``days`` days (at most :data:`KEPT`) before today, (n,)."""
        found = np.zeros(len(self._customers["n"]), dtype=np.int64)
        for day, who, how in self._recent:
            if day >= view.today - days:
                np.add.at(found, who if channel is None else who[how == channel], 1)
        return found[view.customer]

    def invoice_ids(self, view: View) -> NDArray[np.object_]:
        """The invoices' numbers as text; written once each."""
        return self._texts("invoice_id", view.invoice, lambda: view.invoice_id)

    def customer_ids(self, view: View) -> NDArray[np.object_]:
        """The customers' numbers as text; written once each."""
        return self._texts("customer_id", view.customer, lambda: view.customer_id)

    def _texts(self, name: str, place: Ints, written: Callable[[], NDArray[np.object_]]) -> NDArray[np.object_]:
        known = self._names.get(name, np.zeros(0, dtype=object))
        size = int(place.max(initial=-1)) + 1
        if known.size < size:
            known = np.concatenate([known, np.full(max(size, 2 * known.size) - known.size, None, dtype=object)])
        if any(text is None for text in known[place]):
            known[place] = written()
        self._names[name] = known
        return known[place]

    def about(self, view: View) -> Ints:
        """Contacts about each row's invoice so far, (n,)."""
        return self._invoices["contacts"][view.invoice].astype(np.int64)

    def features(self, view: View, row: Ints) -> pd.DataFrame:
        """What a model may know of some rows of a view, all of it from before today.

        Returns
        -------
        DataFrame (len(row), columns): terms and age of the invoice, what the customer's own payments were like (half
        the weight every :data:`HALF_LIFE` days back, drawn to the mean of all by three payments), earlier contacts, and
        which share of those on each channel was followed by the payment within :data:`DAYS_OF_ANSWER` days.
        """
        about, who = self._customers, view.customer[row]
        n = about["n"][who]
        whole = max(float(about["n"].sum()), 1.0)
        usual, share = float(about["late"].sum()) / whole, float(about["paid_late"].sum()) / whole
        mean = (about["late"][who] + 3 * usual) / (n + 3)
        spread = np.sqrt(
            np.maximum(about["late_2"][who] / np.maximum(n, 1e-9) - (about["late"][who] / np.maximum(n, 1e-9)) ** 2, 0)
        )
        weekday = (view.today + 3) % 7
        table = {
            "days_overdue": view.days_overdue[row],
            "age": view.age[row],
            "amount": np.log(np.maximum(view.cents_open[row], 1)),
            "part_open": view.cents_open[row] / np.maximum(view.cents_billed[row], 1),
            "weekday": np.full(row.size, weekday),
            "day_of_month": np.full(row.size, pd.Timestamp(view.today, unit="D").day),
            "settled": n,
            "days_late_mean": mean,
            "days_late_sd": np.where(n >= 2, spread, np.nan),
            "days_late_last": np.where(n > 0, about["last_late"][who], np.nan),
            "late_share": (about["paid_late"][who] + 3 * share) / (n + 3),
            "overdue_beyond_usual": view.days_overdue[row] - mean,
            "contacts_about": self.about(view)[row],
            "contacts_30": self.contacts(view, KEPT)[row],
            "days_since_contact": np.minimum(view.customer_since[row], 365),
            "open_invoices": np.bincount(view.customer)[who],
            "promised": (view.promised_on[row] > 0).astype(np.int64),
        }
        tries, answers = about["tries"], about["answers"]
        usual_answers = answers.sum(axis=0) / np.maximum(tries.sum(axis=0), 1.0)
        for k, channel in enumerate(CHANNELS):
            table[f"answers_{channel}"] = (answers[who, k] + 2 * usual_answers[k]) / (tries[who, k] + 2)
        return pd.DataFrame(table).astype(np.float64)

    def _room(self, view: View) -> None:
        """Have a place for every invoice and customer."""
        plain = {"customer": 0, "due": 0, "sent_on": LONG_AGO, "channel": 0, "contacts": 0}
        _grown(self._invoices, int(view.invoice.max(initial=-1)) + 1, plain)
        records = {"n": 0.0, "late": 0.0, "late_2": 0.0, "paid_late": 0.0, "last_late": 0.0, "day": view.today}
        many = int(view.customer.max(initial=-1)) + 1
        _grown(self._customers, many, records)
        for name in ("tries", "answers"):
            have = self._customers.get(name, np.zeros((0, len(CHANNELS))))
            if len(have) < len(self._customers["n"]):
                more = np.zeros((len(self._customers["n"]) - len(have), len(CHANNELS)))
                self._customers[name] = np.concatenate([have, more])


def _grown(columns: dict[str, Any], size: int, start: Mapping[str, float]) -> None:
    """Make columns longer, their new places filled with the values that things start with."""
    have = len(next(iter(columns.values()))) if columns else 0
    if size <= have:
        return
    more = max(size, 2 * have) - have
    for name, value in start.items():
        fresh = np.full(more, value)
        columns[name] = np.concatenate([columns[name], fresh]) if have else fresh
