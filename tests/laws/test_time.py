"""The law of time: what is computed for (invoice, as_of) is the same whatever happens on or after as_of."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paybench.errors import PaybenchError
from paybench.features import at_issue, features_at, issue_rows, labels, open_rows, past_days_late
from paybench.ledger import Ledger, as_of, settle
from paybench.ledger.schema import TABLES
from paybench.simulate import simulate
from tests.laws.plain import only_growing
from tests.oracle import sqlite as oracle
from tests.strategies import cut_offs, futures, ledgers, points

SLOW = settings(suppress_health_check=list(HealthCheck))
OFTEN = settings(SLOW, max_examples=max(200, settings().max_examples))
"""The law itself is tried 200 times in the gate, and as often as the profile says at night."""


def books() -> st.SearchStrategy[Ledger]:
    """Ledgers with everything that goes wrong, which take the slow way, and such as the kernel takes whole."""
    return st.one_of(ledgers(), ledgers(corrections=False).map(only_growing))


def decision_points(ledger: Ledger, rows: pd.DataFrame) -> pd.DataFrame:
    """Those rows that lie between their invoice's issue and its being closed."""
    kept = []
    for at, block in rows.groupby("as_of"):
        facts = settle(as_of(ledger, at)).set_index("invoice_id").reindex(block["invoice_id"])
        still = facts["settled_on"].isna() & facts["written_off_on"].isna()
        kept.append(block[still.to_numpy()])
    return pd.concat(kept).sort_index().reset_index(drop=True) if kept else rows


@OFTEN
@given(st.data())
def test_the_future_changes_no_feature_label_or_count(data: st.DataObject) -> None:
    ledger = data.draw(books())
    date = data.draw(cut_offs(ledger))
    rows = decision_points(ledger, data.draw(points(ledger, before=date)))
    other = data.draw(futures(ledger, date, keep=rows["invoice_id"]))

    # Features of every decision point up to the date stay equal to the last bit.
    pd.testing.assert_frame_equal(features_at(ledger, rows), features_at(other, rows), check_exact=True)
    # So do the labels that are known at the date, and the counts that the Baseline predicts from.
    pd.testing.assert_frame_equal(labels(ledger, rows, date), labels(other, rows, date), check_exact=True)
    np.testing.assert_array_equal(past_days_late(ledger, rows, -60, 61), past_days_late(other, rows, -60, 61))
    # And the book that is open at the date is the same.
    pd.testing.assert_frame_equal(
        open_rows(ledger, date).sort_values("invoice_id", ignore_index=True),
        open_rows(other, date).sort_values("invoice_id", ignore_index=True),
    )


@SLOW
@given(st.data())
def test_a_second_way_gives_the_same_features(data: st.DataObject) -> None:
    ledger = data.draw(books())
    rows = decision_points(ledger, data.draw(points(ledger)))
    ours = features_at(ledger, rows)
    theirs = oracle.features(ledger, rows)
    # Plain SQL equals the kernel on every feature, ties and same-day events included.
    pd.testing.assert_frame_equal(ours.reset_index(drop=True), theirs, check_exact=False, rtol=1e-9, atol=1e-9)


@SLOW
@given(st.data())
def test_a_second_way_gives_the_same_labels(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    date = data.draw(cut_offs(ledger))
    horizon = data.draw(st.sampled_from([5, 30, 60]))
    rows = data.draw(points(ledger, before=date))
    ours = labels(ledger, rows, date, horizon).reset_index(drop=True)
    theirs = oracle.labels(ledger, rows, date, horizon)
    for flag in ("written_off", "cancelled", "reopened"):  # of an invoice that is not known
        theirs[flag] = theirs[flag].fillna(False).astype(bool)
    # Plain SQL equals the labels, with the day from which each is known.
    pd.testing.assert_frame_equal(ours, theirs)


@pytest.fixture(scope="module")
def book() -> Ledger:
    return simulate(customers=60, months=18, seed=3).ledger


def test_another_customer_changes_nothing(book: Ledger) -> None:
    names = book.customers["customer_id"].iloc[:30]
    alone = book.with_tables(
        {
            name: table[table["customer_id"].isin(names)].reset_index(drop=True)
            for name in ("invoices", "payments", "customers", "contacts", "messages", "promises")
            for table in [book.table(name)]
        }
    )
    features = at_issue(book)
    mine = features[features.index.get_level_values("customer_id").isin(names)]
    # Rows of one block of customers do not depend on the others being there, to the last bit.
    pd.testing.assert_frame_equal(mine.sort_index(), at_issue(alone).sort_index(), check_exact=True)


def test_blocks_change_nothing(book: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = at_issue(book)
    monkeypatch.setattr(import_module("paybench.features.kernel.block").blocks, "__defaults__", (7,))
    # Whether customers are taken together or nearly one by one is all the same, to the last bit.
    pd.testing.assert_frame_equal(at_issue(book), whole, check_exact=True)


def test_the_order_of_rows_changes_nothing(book: Ledger) -> None:
    shuffled = book.with_tables({name: book.table(name).sample(frac=1.0, random_state=1) for name in TABLES})
    shuffled = shuffled.with_tables({name: shuffled.table(name).reset_index(drop=True) for name in TABLES})
    # Tables are sets: in whatever order an export brings them, the numbers are the same to the last bit.
    pd.testing.assert_frame_equal(at_issue(book).sort_index(), at_issue(shuffled).sort_index(), check_exact=True)


def test_a_point_after_settlement_is_refused(book: Ledger) -> None:
    facts = settle(book)
    paid = facts[facts["settled_on"].notna()].head(1)
    rows = paid[["invoice_id", "customer_id"]].assign(as_of=paid["settled_on"] + pd.Timedelta(days=1))
    # Nothing is decided about an invoice that is closed.
    with pytest.raises(PaybenchError, match="was closed before"):
        features_at(book, rows)


def test_rows_that_name_what_is_not_there_are_refused(book: Ledger) -> None:
    rows = issue_rows(book).head(2)
    with pytest.raises(PaybenchError, match="Invoice 'no' is not in the ledger; name invoices that are."):
        features_at(book, rows.assign(invoice_id="no"))
    # An invoice belongs to one customer, and a row that names another would mix two histories.
    with pytest.raises(PaybenchError, match="is not an invoice of the customer that its row names"):
        features_at(book, rows.assign(customer_id="no"))
