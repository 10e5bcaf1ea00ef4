"""How a number came about: the events that are shown give the number."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.features import Explained, all_features, explain, features_at, open_rows
from paybench.ledger import Ledger, read_ledger
from tests.laws.messy import messy_book

DAY = pd.Timestamp("2025-06-02")


@pytest.fixture(scope="module")
def book() -> Ledger:
    return messy_book(customers=40, months=18, seed=6)


@pytest.fixture(scope="module")
def rows(book: Ledger) -> pd.DataFrame:
    return open_rows(book, DAY).sample(12, random_state=0).reset_index(drop=True)


def test_every_number_is_the_feature(book: Ledger, rows: pd.DataFrame) -> None:
    X = features_at(book, rows)
    for place, invoice in enumerate(rows["invoice_id"].head(3)):
        for feature in all_features():
            value = explain(book, feature.name, invoice, DAY).value
            given = X[feature.name].iloc[place]
            # What is explained is what a model sees.
            assert value == given or (value is None and pd.isna(given))


def events(found: Explained, what: str) -> pd.DataFrame:
    return dict(found.events)[what]


@pytest.mark.parametrize(
    ("name", "what", "number"),
    [
        ("n_settled", "settled invoices", lambda e: len(e)),
        ("days_late_mean", "settled invoices", lambda e: e["days_late"].mean()),
        ("days_late_mean_3", "settled invoices", lambda e: e["days_late"].mean()),
        ("days_late_max_10", "settled invoices", lambda e: e["days_late"].max()),
        ("days_late_median_10", "settled invoices", lambda e: e["days_late"].median()),
        ("days_late_mean_90", "settled invoices", lambda e: e["days_late"].mean()),
        ("n_settled_365", "settled invoices", lambda e: len(e)),
        ("open_count", "open invoices", lambda e: len(e)),
        ("open_amount", "open invoices", lambda e: e["still_due"].sum()),
        ("overdue_amount", "overdue invoices", lambda e: e["still_due"].sum()),
        ("lost_count", "invoices written off", lambda e: len(e)),
        ("n_issued", "invoices", lambda e: len(e)),
        ("contacts_invoice", "contacts about this invoice", lambda e: len(e)),
        ("contacts_90", "contacts", lambda e: len(e)),
        ("asks_90", "messages that ask for time", lambda e: len(e)),
        ("days_since_ask", "messages that ask for time", lambda e: (DAY - e["received_on"].max()).days),
        ("at_odds_365", "messages at odds", lambda e: len(e)),
        ("days_since_contact", "contacts", lambda e: (DAY - e["sent_on"].max()).days),
        ("days_since_payment", "payments", lambda e: (DAY - e["paid_on"].max()).days),
        ("promises_broken", "promises broken", lambda e: len(e)),
        ("unapplied_amount", "unapplied payments", lambda e: e["amount"].sum()),
    ],
)
def test_the_events_give_the_number(book: Ledger, rows: pd.DataFrame, name: str, what: str, number: object) -> None:
    for invoice in rows["invoice_id"]:
        found = explain(book, name, invoice, DAY)
        shown = events(found, what)
        if found.value is None:
            assert shown.empty
        else:
            # A person who takes the events shown comes to the same number.
            assert float(number(shown)) == pytest.approx(found.value)  # type: ignore[operator]


def test_nothing_from_the_day_on_is_shown(book: Ledger, rows: pd.DataFrame) -> None:
    for name in ("days_late_mean", "contacts_90", "open_amount", "promises_kept", "late_share_due"):
        for _, table in explain(book, name, rows["invoice_id"].iloc[0], DAY).events:
            happened = [c for c in ("settled_on", "issued_on", "sent_on", "made_on") if c in table]
            # Everything shown lies before as_of.
            assert (table[happened].max() < DAY).all()


def test_it_can_be_read_at_80_columns(book: Ledger, rows: pd.DataFrame) -> None:
    for feature in all_features():
        found = explain(book, feature.name, rows["invoice_id"].iloc[1], DAY)
        # Every line fits a terminal, and the first words say what it is.
        assert max(len(line) for line in str(found).splitlines()) <= 80
        assert str(found).startswith(f"{feature.name}  ({feature.unit}, {feature.family})\n")
        assert json.loads(json.dumps(found.as_dict))["name"] == feature.name


def test_at_issue_by_default(book: Ledger) -> None:
    book = read_ledger("data/sample")
    found = explain(book, "age_days", "INV-00219-0011")
    assert found.value == 0
    assert found.events == []
    assert "from the invoice itself" in str(found)


def test_what_is_refused(book: Ledger, rows: pd.DataFrame) -> None:
    invoice = rows["invoice_id"].iloc[0]
    with pytest.raises(PaybenchError, match="There is no feature 'nothing'; choose among amount, "):
        explain(book, "nothing", invoice)
    with pytest.raises(PaybenchError, match="Invoice 'nobody' is not in the ledger; name one that is."):
        explain(book, "amount", "nobody")
    with pytest.raises(PaybenchError, match="as_of 2020-01-01 lies before that, give that day or a later one."):
        explain(book, "amount", invoice, "2020-01-01")
    assert np.isfinite(explain(book, "amount", invoice, DAY).value or np.nan)
