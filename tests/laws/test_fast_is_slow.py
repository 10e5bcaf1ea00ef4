"""All decision points at once equal a ledger that was cut anew for every day, to the last bit."""

from __future__ import annotations

import pandas as pd
import pytest

from paybench.features import at_issue, features_at, issue_rows, landmark_rows, landmarks, open_on, open_rows
from paybench.ledger import Ledger, as_of, known, settle
from paybench.simulate import simulate
from tests.laws.messy import messy_book

POINTS = 100_000

ROUNDED = ["days_late_decayed"]
"""A sum of fractions, from which what no longer holds is taken away again: equal up to rounding."""


@pytest.fixture(scope="module")
def messy() -> Ledger:
    return messy_book(customers=60, months=18, seed=2)


def cut_for_each_day(ledger: Ledger, rows: pd.DataFrame) -> pd.DataFrame:
    """The features of rows, from the ledger as it was known on each row's own day."""
    parts = []
    for at, block in rows.groupby("as_of"):
        cut = as_of(ledger, at)
        unknown = ledger.invoices[
            ledger.invoices["invoice_id"].isin(block["invoice_id"])
            & ~ledger.invoices["invoice_id"].isin(cut.invoices["invoice_id"])
        ]
        with_own = cut.with_tables({"invoices": pd.concat([cut.invoices, unknown], ignore_index=True)})
        parts.append(features_at(with_own, block).set_index(block.index, append=True))
    table = pd.concat(parts).reset_index(level=-1)
    return table.sort_values(table.columns[0], kind="stable").drop(columns=table.columns[0])


def test_a_hundred_thousand_points_at_once_equal_one_cut_a_day() -> None:
    book = simulate(customers=300, months=24, seed=3).ledger
    days = pd.date_range("2024-01-08", "2026-01-10", freq="4D")
    rows = pd.concat([open_rows(book, day) for day in days], ignore_index=True)
    assert len(rows) >= POINTS
    # Every open invoice on every fourth day of two years: streams over the whole book give what a cut book gives.
    pd.testing.assert_frame_equal(features_at(book, rows), cut_for_each_day(book, rows), check_exact=True)


def test_corrections_reversals_and_late_records_too(messy: Ledger) -> None:
    rows = landmark_rows(messy)
    rows = rows[rows["as_of"].isin(rows["as_of"].drop_duplicates().sample(150, random_state=1))].reset_index(drop=True)
    fast, slow = features_at(messy, rows), cut_for_each_day(messy, rows)
    # In a messy book the same holds at issue and at landmarks.
    pd.testing.assert_frame_equal(fast.drop(columns=ROUNDED), slow.drop(columns=ROUNDED), check_exact=True)
    pd.testing.assert_frame_equal(fast[ROUNDED], slow[ROUNDED], check_exact=False, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("day", ["2024-02-29", "2024-12-31", "2025-03-03"])
def test_what_is_open_equals_the_cut_book(messy: Ledger, day: str) -> None:
    facts = settle(as_of(messy, day))
    still = facts.loc[facts["settled_on"].isna() & facts["written_off_on"].isna(), "invoice_id"]
    # What is open on a day is what the cut book says.
    assert sorted(open_rows(messy, day)["invoice_id"]) == sorted(still)
    # The shorter ways give the same tables as naming the rows.
    pd.testing.assert_frame_equal(open_on(messy, day), features_at(messy, open_rows(messy, day)), check_exact=True)


def test_the_shorter_ways_give_the_same(messy: Ledger) -> None:
    pd.testing.assert_frame_equal(at_issue(messy), features_at(messy, issue_rows(messy)), check_exact=True)
    pd.testing.assert_frame_equal(landmarks(messy), features_at(messy, landmark_rows(messy)), check_exact=True)
    # Some features are some columns of all.
    some = ["days_late_mean", "country", "open_amount"]
    pd.testing.assert_frame_equal(at_issue(messy, some), at_issue(messy)[["country", "days_late_mean", "open_amount"]])


def test_landmarks_are_open_and_after_their_issue(messy: Ledger) -> None:
    rows = landmark_rows(messy, after_due=(-5, 10))
    # An invoice is there at its issue, and once at each landmark at most.
    assert rows["invoice_id"].value_counts().between(1, 3).all()
    assert not rows.duplicated(["invoice_id", "as_of"]).any()
    later = rows[rows.duplicated("invoice_id")].sample(60, random_state=1)
    for row in later.itertuples():
        # At a landmark the invoice was open, as it was known then.
        assert row.invoice_id in set(open_rows(messy, row.as_of)["invoice_id"])


def test_a_cut_book_knows_its_landmarks_until_the_cut(messy: Ledger) -> None:
    then = known(messy, "2024-10-01")
    rows, whole = landmark_rows(then, until="2024-10-01"), landmark_rows(messy, until="2024-10-01")
    # A book that knows nothing from a day on has the rows of the whole one until that day, and their features.
    whole = whole[whole["invoice_id"].isin(then.table("invoices")["invoice_id"])].reset_index(drop=True)
    assert len(rows) - rows["invoice_id"].nunique() > 50
    assert rows["as_of"].max() <= pd.Timestamp("2024-10-01")
    pd.testing.assert_frame_equal(rows, whole)
    pd.testing.assert_frame_equal(landmarks(then, until="2024-10-01"), features_at(messy, rows), check_exact=True)
