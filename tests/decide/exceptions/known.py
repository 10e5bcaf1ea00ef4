"""Small books and score tables made by hand."""

from __future__ import annotations

import zlib

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from paybench.ledger import Ledger, as_of, day, settle
from paybench.score import COLUMNS

FLAGS = ("", "cold_start", "thin_tail", "cold_start unseen_value", "unseen_value thin_tail")

TEXTS = (
    "On Friday.",
    "We will pay 7 on 2024-03-01.",
    "We have already paid 100.",
    "Wir beanstanden 100: das haben wir nicht bestellt.",
    "Please note our new bank details.",
    "We have filed for insolvency.",
    "Please send us a copy of 100.",
)


def scores(ledger: Ledger, date: object, seed: int = 0) -> pd.DataFrame:
    """A score table of a day with numbers that say nothing; flags follow from the invoices' names and the seed."""
    at = day(date)
    state = settle(as_of(ledger, at))
    state = state[state["amount_open"] > 0].reset_index(drop=True)
    pick = np.array([zlib.crc32(f"{seed}{name}".encode()) for name in state["invoice_id"]], dtype=np.int64)
    early = pd.Series(at, index=state.index)
    table = state[["invoice_id", "customer_id", "currency", "amount_open", "due_on"]].assign(
        as_of=at,
        days_overdue=(at - state["due_on"]).dt.days,
        p_late=0.5,
        pay_on_p10=early,
        pay_on_p50=early + pd.Timedelta(20, "D"),
        pay_on_p90=early + pd.to_timedelta(pick % 3 * 60, unit="D"),
        risk=pd.Series(np.array(["low", "medium", "high"])[pick % 3], index=state.index, dtype="str"),
        flags=pd.Series(np.array(FLAGS)[pick % len(FLAGS)], index=state.index, dtype="str"),
        reason_1="It is what it is.",
    )
    return table.reindex(columns=COLUMNS)


def book(
    invoices: list[tuple[str, str, str, str, float]],
    payments: list[tuple[str, str | None, str, float]] | None = None,
    messages: list[tuple[str, str, str]] | None = None,
    disputes: list[tuple[str, str, str | None, float | None]] | None = None,
    promises: list[tuple[str, str | None, str, str, float | None]] | None = None,
    currency: str = "EUR",
) -> Ledger:
    """A ledger of one currency.

    Rows are (invoice, customer, issued, due, amount), (customer, invoice, paid, amount), (customer, received, text),
    (invoice, opened, closed, amount) and (customer, invoice, made, promised, amount).
    """
    return Ledger.of(
        invoices=pd.DataFrame(invoices, columns=["invoice_id", "customer_id", "issued_on", "due_on", "amount"]).assign(
            currency=currency
        ),
        payments=pd.DataFrame(payments or [], columns=["customer_id", "invoice_id", "paid_on", "amount"]).assign(
            payment_id=[f"P{n}" for n in range(len(payments or []))], currency=currency, kind="payment"
        ),
        messages=pd.DataFrame(messages or [], columns=["customer_id", "received_on", "text"]).assign(
            message_id=[f"M{n}" for n in range(len(messages or []))], channel="email"
        ),
        disputes=pd.DataFrame(disputes or [], columns=["invoice_id", "opened_on", "closed_on", "amount"]).assign(
            dispute_id=[f"D{n}" for n in range(len(disputes or []))], reason="price"
        ),
        promises=pd.DataFrame(
            promises or [], columns=["customer_id", "invoice_id", "made_on", "promised_on", "amount"]
        ).assign(promise_id=[f"R{n}" for n in range(len(promises or []))]),
    )


@st.composite
def with_words(draw: st.DrawFn, ledger: Ledger) -> Ledger:
    """The same ledger, in which customers write all kinds of things."""
    n = len(ledger.messages)
    texts = draw(st.lists(st.sampled_from(TEXTS), min_size=n, max_size=n))
    return ledger.with_tables({"messages": ledger.messages.assign(text=pd.Series(texts, dtype="str"))})
