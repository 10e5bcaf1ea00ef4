"""What customers said, where their messages were read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from paybench.converse.intents import INTENTS
from paybench.features import all_features, at_issue, features_at, labels, landmark_rows
from paybench.features.families import conversations
from paybench.ledger import Ledger, data_hash, read_ledger, write_ledger
from paybench.models.family.late import LateDirect
from tests.laws.messy import messy_book

NAMES = [f.name for f in all_features() if f.family == "conversations"]
COUNTS = [name for name in NAMES if name != "days_since_ask"]


@pytest.fixture(scope="module")
def book() -> Ledger:
    return messy_book(customers=40, months=15, seed=4)


def reread(book: Ledger, meaning: object) -> Ledger:
    """The same book, its messages read otherwise."""
    said = pd.Series(meaning, index=book.messages.index, dtype="str")  # type: ignore[call-overload]
    return book.with_tables({"messages": book.messages.assign(meaning=said)})


def test_what_features_look_for_can_be_meant() -> None:
    # No intent is misspelt, and none is looked for twice.
    assert set(conversations.INTENTS) <= set(INTENTS)
    assert len(set(conversations.INTENTS)) == len(conversations.INTENTS)


def test_a_book_that_nobody_read_says_nothing(book: Ledger) -> None:
    unread, blank = reread(book, None), reread(book, " , ")
    # All of it is missing, whether the column is empty, blank or not there.
    for other in (unread, blank, unread.with_tables({"messages": unread.messages.drop(columns="meaning")})):
        assert at_issue(other, NAMES).isna().all().all()
    # Nothing else changes with what was read, to the last bit.
    others = [f.name for f in all_features() if f.family != "conversations"]
    pd.testing.assert_frame_equal(at_issue(unread, others), at_issue(book, others), check_exact=True)


def test_nothing_understood_is_not_nothing_read(book: Ledger) -> None:
    X = features_at(reread(book, "none"), landmark_rows(book))
    wrote = X["days_since_message"].notna()
    assert 0 < wrote.mean() < 1
    # Who wrote, and was read, and said nothing of all this has zeros; of who never wrote it is missing.
    assert (X.loc[wrote, COUNTS] == 0).all().all()
    assert X.loc[~wrote, COUNTS].isna().all().all()
    assert X["days_since_ask"].isna().all()


def test_where_all_is_said_at_once_counts_are_those_of_messages(book: Ledger) -> None:
    X = features_at(reread(book, ", ".join(INTENTS)), landmark_rows(book))
    wrote = X["days_since_message"].notna().to_numpy()
    # A message that means everything is counted by each, as the messages are that contacts count.
    for name in ("asks_90", "contested_90"):
        np.testing.assert_array_equal(X[name][wrote], X["messages_90"][wrote])
    np.testing.assert_array_equal(X["days_since_ask"], X["days_since_message"])
    # A longer window holds no less.
    assert (X["said_paid_30"] <= X["asks_90"])[wrote].all()
    assert (X["asks_90"] <= X["short_of_money_180"])[wrote].all()
    assert (X["short_of_money_180"] <= X["at_odds_365"])[wrote].all()


def test_what_another_customer_said_changes_nothing(book: Ledger) -> None:
    mine = book.messages["customer_id"].isin(book.customers["customer_id"].unique()[:20])
    alone = reread(book, book.messages["meaning"].where(mine))
    nobody_else = alone.with_tables({"messages": alone.messages[mine].reset_index(drop=True)})
    X, Y, Z = (at_issue(b, NAMES) for b in (book, alone, nobody_else))
    here = X.index.get_level_values("customer_id").isin(book.messages.loc[mine, "customer_id"].unique())
    moved = here & X.index.get_level_values("customer_id").isin(book.messages.loc[~mine, "customer_id"].unique())
    # A version of a message may move to another customer, so these are left out.
    here &= ~moved
    assert X[here].notna().any().any()
    # Of a customer it is the same whether others were read, were not, or never wrote.
    pd.testing.assert_frame_equal(X[here], Y[here], check_exact=True)
    pd.testing.assert_frame_equal(X[here], Z[here], check_exact=True)


def test_what_nobody_read_changes_no_model(book: Ledger) -> None:
    X = at_issue(reread(book, None))
    late = labels(book, X.index.to_frame(index=False), "2026-01-01")["late"].to_numpy(dtype=np.float64)
    known = ~np.isnan(late)
    X, late = X[known], late[known]
    for share in (1.0, 0.3):
        models = [LateDirect(rounds=20, feature_share=share) for _ in range(2)]
        with_them, without = (m.fit(x, late) for m, x in zip(models, (X, X.drop(columns=NAMES)), strict=True))
        # Trees never ask of a column that says nothing, so the models are the same, to the last bit.
        np.testing.assert_array_equal(with_them.predict_proba(X), without.predict_proba(X.drop(columns=NAMES)))


def test_from_the_folder_it_is_the_same(book: Ledger, tmp_path: Path) -> None:
    write_ledger(book, tmp_path / "book")
    assert read_ledger(tmp_path / "book").messages["meaning"].nunique() > 3
    pd.testing.assert_frame_equal(at_issue(tmp_path / "book", NAMES), at_issue(book, NAMES), check_exact=True)


def test_a_folder_of_before_is_read_and_has_the_hash_that_it_had(book: Ledger, tmp_path: Path) -> None:
    unread = reread(book, None)
    write_ledger(unread, tmp_path / "book")
    file = tmp_path / "book" / "messages.parquet"
    pd.read_parquet(file).drop(columns="meaning").to_parquet(file)
    # Without the column the features are missing.
    assert at_issue(tmp_path / "book", NAMES).isna().all().all()
    # An empty column is no column; one that says something is data.
    before = unread.with_tables({"messages": unread.messages.drop(columns="meaning")})
    assert data_hash(read_ledger(tmp_path / "book")) == data_hash(unread) == data_hash(before)
    assert data_hash(book) != data_hash(unread)
