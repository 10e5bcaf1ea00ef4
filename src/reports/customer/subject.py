"""Whom the sheet is about: the customer's own rows as of a date, its open invoices scored, and the reasons for that."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from ...explain.attributions import attributions, days_for_certainty
from ...explain.reasons import Reason, baseline_detailed, reasons_detailed, with_overdue_detailed
from ...features import habits, open_on
from ...ledger import TABLES, Ledger, as_of, day, settle
from ...ledger.natural import PERSON, customer_types
from ...models.learn.bundle import Bundle, read_bundle
from ...progress import say
from ...score import score

_NEAR = 3


@dataclass(frozen=True)
class Subject:
    """Everything that the sheet tells.

    Attributes
    ----------
    customer : identifier. name : empty where there is none, or it is to be left out. country : may be empty.
    person : whether it is said to be a natural person. texts : whether free text may be shown.
    at : as_of. book : the ledger's name. grace_days : of the ledger.
    own : what was known of the customer at ``at``. state : its invoices, of :func:`paybench.ledger.settle`.
    book_median : days late of the book's settled invoices, NaN if there are none.
    table : the score table of its open invoices. reasons : of each of its rows.
    gap : (rows,) days that certainty of being late adds to the expected days late. version : of the model.
    """

    customer: str
    name: str
    country: str
    person: bool
    texts: bool
    at: pd.Timestamp
    book: str
    grace_days: int
    own: Ledger
    state: pd.DataFrame
    book_median: float
    table: pd.DataFrame
    reasons: list[tuple[Reason, ...]]
    gap: np.ndarray
    version: str


def subject(
    ledger: Ledger,
    date: object,
    customer: str,
    store: str | Path = "mlruns",
    language: str = "en",
    names: bool = True,
    show: bool = False,
) -> Subject:
    """Gather what is known of a customer (parameters as in :func:`~.write.write_customer`).

    Raises
    ------
    PaybenchError
        If no invoice of the customer was known at ``date``, or the champion may not score this book at that day.
    """
    at, folder = day(date), Path(store)
    cut = as_of(ledger, at)
    own = _own(cut, customer)
    if customer not in set(own.invoices["customer_id"]):
        raise _unknown(cut, customer, at)
    bundle = read_bundle(folder / "champion")
    say("scoring the customer", show)
    table = score(own, at, bundle, language=language)
    table = table[table["customer_id"] == customer].reset_index(drop=True)
    found, gap = _reasons(own, at, bundle, table, folder / "tables", language)
    state = settle(own)
    master = own.customers[own.customers["customer_id"] == customer].tail(1)
    return Subject(
        customer=customer,
        name=_text(master, "name") if names else "",
        country=_text(master, "country"),
        person=customer_types(own).get(customer) == PERSON,
        texts=names,
        at=at,
        book=ledger.name,
        grace_days=ledger.grace_days,
        own=own,
        state=state[state["customer_id"] == customer].reset_index(drop=True),
        book_median=float(settle(cut)["days_late"].median()),
        table=table,
        reasons=found,
        gap=gap,
        version=bundle.version,
    )


def _own(cut: Ledger, customer: str) -> Ledger:
    """The customer's rows, and what there is of others' invoices that it dealt with.

    No feature looks at more, so its scores are those of the whole book.
    """
    theirs = set(cut.invoices.loc[cut.invoices["customer_id"] == customer, "invoice_id"])
    paid = cut.payments.loc[cut.payments["customer_id"] == customer, "invoice_id"].dropna()
    invoices = theirs | set(paid)
    tables = {}
    for name, spec in TABLES.items():
        table = cut.table(name)
        kept = np.zeros(len(table), dtype=bool)
        if "customer_id" in spec.names:
            kept |= (table["customer_id"] == customer).to_numpy(dtype=bool)
        if "invoice_id" in spec.names:
            kept |= table["invoice_id"].isin(invoices).to_numpy(dtype=bool)
        tables[name] = table[kept].reset_index(drop=True)
    return cut.with_tables(tables)


def _reasons(
    own: Ledger, at: pd.Timestamp, bundle: Bundle, table: pd.DataFrame, tables: Path, language: str
) -> tuple[list[tuple[Reason, ...]], np.ndarray]:
    if table.empty:
        return [], np.zeros(0)
    X = open_on(own, at)
    X = X.iloc[pd.Index(X.index.get_level_values("invoice_id")).get_indexer(table["invoice_id"])]
    overdue = table["days_overdue"].to_numpy(np.int64)
    if bundle.kind == "baseline":
        plain = [(reason,) for reason in baseline_detailed(X, bundle.about.get("late_share"), language)]
        return with_overdue_detailed(plain, overdue, bundle.grace_days, language), np.zeros(len(X))
    predicted, rows = bundle.predict_seen(habits(own, X, *bundle.days), X)
    late = overdue > bundle.grace_days
    moved = attributions(bundle, rows, tables)
    found = reasons_detailed(rows, moved, bundle.about["averages"], late, language)
    gap = days_for_certainty(predicted.given_unpaid(overdue), bundle.grace_days)
    return with_overdue_detailed(found, overdue, bundle.grace_days, language), np.where(late, 0.0, gap)


def _text(master: pd.DataFrame, column: str) -> str:
    value = master[column].iloc[0] if len(master) else None
    return "" if value is None or pd.isna(value) else str(value)


def _unknown(cut: Ledger, customer: str, at: pd.Timestamp) -> PaybenchError:
    known = sorted(cut.invoices["customer_id"].unique())
    near = get_close_matches(customer, known, _NEAR, 0.6) or known[:_NEAR]
    hint = f"near it are {', '.join(near)}" if near else "no customer had one"
    return PaybenchError(f"No invoice of a customer '{customer}' was known at {at:%Y-%m-%d}; {hint}.")
