"""What the books know of the open invoices of a day, as far as dunning asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import PaybenchError
from ...ledger import Ledger, as_of, day, settle
from ...ledger.schema import NO_DAY, days
from . import known
from .policy import CHANNELS, Pause, Policy

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Names = NDArray[np.generic]
"""Text, as numpy's own or as objects."""

_ONE = ("today", "home")
"""What is the same for all rows."""


@dataclass(frozen=True)
class Situation:
    """n open invoices at the start of a day, all of a customer's: thresholds and unapplied money are about its account.

    Days are numbers since 1970-01-01; NO_DAY = none. What is not given is nothing: no dispute, no contact, all allowed.

    Attributes
    ----------
    today : the day. What happened on it is not known.
    invoice_id, customer_id, currency, country : (n,) text; country may be empty.
    issued, due : (n,) days. amount_open, amount : (n,) currency units, open and billed.
    disputed : (n,) amount in open disputes.
    promised_on : (n,) day of the latest promise that has not been kept, passed or not.
    promise_broken_on : (n,) the same, once it has passed.
    unapplied : (n,) payments and credit notes of the customer in this currency that belong to no invoice.
    instalment : (n,) whether the invoice is an instalment of a plan.
    waiting_since : (n,) day of the customer's latest message, if nothing came after it.
    allowed : (n, 4) whether the customer may be contacted, by :data:`~.policy.CHANNELS`.
    insolvent : (n,) whether the customer has given notice of insolvency. legal : (n,) whether it has spoken of lawyers
        or courts, so that a person goes on.
    step : (n,) steps of the ladder taken. step_on : (n,) day of the last one (the day of a decision to send nothing
        counts). contacts : (n,) about this invoice.
    contacted_on : (n,) day of the customer's last contact.
    contacts_7, contacts_30, calls_7 : (n,) contacts (calls) with the customer on the 6 (29) days before today, so that
        together with today no 7 (30) days in a row hold more than a cap. Calls that are not given are all contacts.
    segment : (n,) name of the customer's segment, empty if none.
    home : time zone of the book, which counts where a customer's is not known.
    """

    today: int
    invoice_id: Names
    customer_id: Names
    currency: Names
    country: Names
    issued: Ints
    due: Ints
    amount_open: Floats
    amount: Floats
    disputed: Floats = field(default_factory=lambda: np.zeros(0))
    promised_on: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    promise_broken_on: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    unapplied: Floats = field(default_factory=lambda: np.zeros(0))
    instalment: Flags = field(default_factory=lambda: np.zeros(0, dtype=bool))
    waiting_since: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    allowed: Flags = field(default_factory=lambda: np.zeros((0, len(CHANNELS)), dtype=bool))
    insolvent: Flags = field(default_factory=lambda: np.zeros(0, dtype=bool))
    legal: Flags = field(default_factory=lambda: np.zeros(0, dtype=bool))
    step: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    step_on: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    contacts: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    contacted_on: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    contacts_7: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    contacts_30: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    calls_7: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    segment: Names = field(default_factory=lambda: np.zeros(0, dtype="U1"))
    home: str = "UTC"

    def __post_init__(self) -> None:
        """Fill in what was not given, and see that all of it is of one length."""
        n = len(self.invoice_id)
        for part in fields(self):
            if part.name in _ONE:
                continue
            value = np.asarray(getattr(self, part.name))
            if len(value) != n and len(value):
                raise PaybenchError(
                    f"A situation of {n} invoices has {len(value)} values of '{part.name}'; give one of each invoice."
                )
            object.__setattr__(self, part.name, value if len(value) == n else self._nothing(part.name, n))

    def _nothing(self, name: str, n: int) -> NDArray[np.generic]:
        if name == "calls_7":
            return self.contacts_7
        if name == "allowed":
            return np.ones((n, len(CHANNELS)), dtype=bool)
        if name.endswith(("_on", "_since")):
            return np.full(n, NO_DAY, dtype=np.int64)
        return np.zeros(n, dtype=getattr(self, name).dtype)

    def __len__(self) -> int:
        return len(self.invoice_id)

    def take(self, rows: NDArray[np.generic]) -> Situation:
        """Some of the invoices, to look at: :func:`~.steps.decide` needs all of a customer's."""
        some: dict[str, Any] = {f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name not in _ONE}
        return replace(self, **some)


def situation_of(
    ledger: Ledger,
    date: object,
    policy: Policy | None = None,
    withheld: pd.DataFrame | None = None,
    segments: Mapping[str, str] | None = None,
) -> Situation:
    """The open invoices of a day and what is known about them.

    A message waits for an answer if it is the customer's latest and nothing was sent on a later day; one on whose day
    a promise was noted or a dispute opened has been dealt with. Of the promises made on one day about an invoice the
    first that has not been kept counts; a promise without an invoice is about all that were issued by then.

    Parameters
    ----------
    ledger : the whole book. date : as_of; nothing dated on it or later has an influence.
    policy : whose ``pause.promise_share`` counts; None = the usual.
    withheld : decisions to send nothing, which take a step: invoice_id, decided_on, step. None = there were none.
    segments : the customers' segments by customer_id, as known at ``date``.

    Returns
    -------
    Situation, sorted by customer and invoice.
    """
    cut, today = as_of(ledger, date), int(days(pd.Series([day(date)]))[0])
    state = settle(cut)
    state["parent"] = cut.invoices["parent_id"].notna()
    rows = state[state["settled_on"].isna() & state["written_off_on"].isna()]
    rows = rows.sort_values(["customer_id", "invoice_id"]).reset_index(drop=True)
    pause = Pause() if policy is None else policy.pause
    names = pd.Index(rows["customer_id"])
    masters = cut.customers.drop_duplicates("customer_id", keep="last").set_index("customer_id")["country"]
    promised = known.promised_on(cut, rows, pause.promise_share)
    return Situation(
        today=today,
        invoice_id=rows["invoice_id"].to_numpy(dtype=str),
        customer_id=rows["customer_id"].to_numpy(dtype=str),
        currency=rows["currency"].to_numpy(dtype=str),
        country=masters.reindex(names).fillna("").to_numpy(dtype=str),
        issued=days(rows["issued_on"]),
        due=days(rows["due_on"]),
        amount_open=rows["amount_open"].to_numpy(),
        amount=rows["amount"].to_numpy(),
        disputed=known.disputed(cut, rows),
        promised_on=promised,
        promise_broken_on=np.where(promised < today, promised, NO_DAY),
        unapplied=known.unapplied(cut, rows),
        instalment=rows["parent"].to_numpy(dtype=bool),
        waiting_since=known.waiting_since(cut, rows),
        allowed=known.allowed(cut, rows),
        insolvent=known.insolvent(cut, rows),
        legal=known.legal(cut, rows),
        **known.contacted(cut, rows, today, withheld),
        segment=np.array([(segments or {}).get(name, "") for name in names], dtype=str).reshape(len(names)),
        home=cut.time_zone,
    )
