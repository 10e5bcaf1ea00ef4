"""Leaks planted into the real kernel: the law's own test has to catch every one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from paybench.errors import PaybenchError
from paybench.features import feature, features_at, forget, labels, landmark_rows
from paybench.features.catalogue import Feature
from paybench.features.kernel import block as blocks
from paybench.features.kernel import book as books
from paybench.features.kernel import moment as moments
from paybench.features.kernel.dealings import Dealings
from paybench.features.kernel.moment import Moment
from paybench.features.kernel.past import Past
from paybench.features.kernel.source import Frame
from paybench.features.kernel.states import States, states
from paybench.features.kernel.streams import Ints, Spans
from paybench.features.kernel.versions import ALWAYS
from paybench.features.kernel.versions import in_force as true_in_force
from paybench.ledger import Ledger, known
from paybench.ledger.schema import NO_DAY
from tests.laws.messy import messy_book

Patch = pytest.MonkeyPatch
DATE = pd.Timestamp("2025-02-03")


@pytest.fixture(scope="module")
def book() -> Ledger:
    return messy_book(customers=40, months=18, seed=5)


def breaks_the_law(book: Ledger) -> bool:
    """Whether features or labels up to a date differ once everything that was known from that date on is gone."""
    past = known(book, DATE)
    rows = landmark_rows(past)
    rows = rows[rows["as_of"] <= DATE].reset_index(drop=True)
    try:
        if not features_at(book, rows).equals(features_at(past, rows)):
            return True
        return not labels(book, rows, DATE).equals(labels(past, rows, DATE))
    except PaybenchError:  # points that lay before their invoice was closed no longer do
        return True


def history_by_issue_date(patch: Patch) -> None:
    # "Invoices issued before as_of": known as settled, and how late, from the day of issue on.
    true_runs = States.runs

    def from_issue(self: States, kept: Any, start: Ints, *same: Ints) -> tuple[Ints, Ints]:
        first, end = true_runs(self, kept, start, *same)
        settled = self.settled[first] != NO_DAY
        self.start[first[settled]] = self.issued[first[settled]]
        return first, end

    patch.setattr(States, "runs", from_issue)


def customer_means_over_all_rows(patch: Patch) -> None:
    def everything(self: Spans) -> Ints:
        return np.append(self._begin[1:], len(self._key))[self._rows.group]

    patch.setattr(Spans, "_place", property(everything))


def the_same_day_is_known(patch: Patch) -> None:
    def until_tonight(self: Spans) -> Ints:
        return np.searchsorted(self._key, self._rows.key, side="right")

    patch.setattr(Spans, "_place", property(until_tonight))


def windows_that_look_ahead(patch: Patch) -> None:
    patch.setattr(Past, "hi", property(lambda self: np.searchsorted(self._days, self._rows.key + 30)))


def the_corrected_amount(patch: Patch) -> None:
    def last_version_only(key: Ints, known: Ints, version: Ints) -> tuple[Ints, Any]:
        until, only = true_in_force(key, known, version)
        first = np.full(int(key.max(initial=-1)) + 1, NO_DAY)
        np.minimum.at(first, key, known)
        last = until == NO_DAY
        known[last] = first[key[last]]
        until[~last] = known[~last]
        return until, only

    patch.setattr(books, "in_force", last_version_only)


def recorded_on_is_overlooked(patch: Patch) -> None:
    true_days = Frame.days

    def without(self: Frame, name: str) -> Ints:
        return np.full(len(self), NO_DAY) if name == "recorded_on" else true_days(self, name)

    patch.setattr(Frame, "days", without)


def disputes_without_their_date(patch: Patch) -> None:
    _events_since_ever(patch, "disputes")


def messages_before_they_came(patch: Patch) -> None:
    _events_since_ever(patch, "messages")


def what_a_message_was_read_to_mean_later(patch: Patch) -> None:
    true_text = Frame.text

    def of_the_last_version(self: Frame, name: str) -> Any:
        if name != "meaning":
            return true_text(self, name)
        table = self._table.sort_values("recorded_on", na_position="first", kind="stable")
        last = table.drop_duplicates("message_id", keep="last").set_index("message_id")["meaning"]
        return pa.array(last.loc[self._table["message_id"]], pa.large_string(), from_pandas=True)

    patch.setattr(Frame, "text", of_the_last_version)


def contacts_before_they_were_sent(patch: Patch) -> None:
    _events_since_ever(patch, "contacts")


def _events_since_ever(patch: Patch, name: str) -> None:
    true_part = books.Book.part

    def part(self: Any, table: str, *where: Any) -> Any:
        rows = true_part(self, table, *where)
        if table != name:
            return rows
        day = rows.day - 30 if name != "disputes" else rows.day
        return replace(rows, known=np.full(len(rows), ALWAYS), day=day)

    patch.setattr(books.Book, "part", part)


def promises_judged_when_made(patch: Patch) -> None:
    dealings = import_module("paybench.features.kernel.dealings")
    true_meets = dealings._meets

    def at_once(invoice: Ints, start: Ints, end: Ints, of: States) -> Any:
        span, state, _, _ = true_meets(invoice, start, end, of)
        return span, state, start[span], end[span]

    patch.setattr(dealings, "_meets", at_once)
    assert Dealings is dealings.Dealings


def money_of_tomorrow(patch: Patch) -> None:
    true_states = states

    def paid_already(*arguments: Any) -> States:
        s = true_states(*arguments)
        ends = np.r_[s.invoice[1:] != s.invoice[:-1], True]
        last = np.repeat(np.flatnonzero(ends), np.diff(np.flatnonzero(np.r_[True, ends])))
        return replace(s, still=np.where(s.open, np.minimum(s.still, s.still[last]), s.still))

    patch.setattr(blocks, "states", paid_already)


def master_data_of_today(patch: Patch) -> None:
    def latest(self: Moment) -> Ints:
        masters = self.block.masters
        found = np.full(self.block.customers, -1)
        found[masters.customer] = masters.country
        return found[self.customer]

    patch.setattr(moments.Moment, "country", property(latest))


def labels_of_the_whole_book(patch: Patch) -> None:
    patch.setattr(import_module("paybench.features.labels"), "number_of", lambda date: 40_000)


def labels_before_they_mature(patch: Patch) -> None:
    module = import_module("paybench.features.labels")
    true_facts = module._Facts.__init__

    def late_facts(self: Any, ledger: Any, rows: pd.DataFrame, at: int) -> None:
        true_facts(self, ledger, rows, at + 60)

    patch.setattr(module._Facts, "__init__", late_facts)


def the_label_as_a_feature(patch: Patch) -> None:
    module = import_module("paybench.features.build")
    true_chosen = module.chosen

    def own_outcome(at: Moment) -> Ints:
        s = at.states
        settled = np.full(at.block.invoices, NO_DAY)
        settled[s.invoice] = s.settled
        return settled[at.invoice] - at.own.due

    leak = Feature("leak", "", "", "days", "own", "", False, own_outcome)
    patch.setattr(module, "chosen", lambda names: [*true_chosen(names), leak])


def the_weekday_of_clearing(patch: Patch) -> None:
    module = import_module("paybench.features.build")
    true_chosen = module.chosen

    def clearing(at: Moment) -> Ints:
        s = at.states
        last = np.full(at.block.invoices, 0)
        last[s.invoice] = s.start
        return (last[at.invoice] + 3) % 7

    leak = Feature("leak", "", "", "0 = Monday", "own", "", False, clearing)
    patch.setattr(module, "chosen", lambda names: [*true_chosen(names), leak])


def a_scaler_fitted_on_all_rows(patch: Patch) -> None:
    module = import_module("paybench.features.build")
    true_table = module.feature_table

    def scaled(book: Any, points: Any, names: Any) -> pd.DataFrame:
        X = true_table(book, points, names)
        everything = pd.Series(book.invoices.amount, dtype="float64")
        X["amount"] = (X["amount"] - everything.mean()) / everything.std()
        return X

    patch.setattr(module, "feature_table", scaled)


LEAKS = [
    history_by_issue_date,
    customer_means_over_all_rows,
    the_same_day_is_known,
    windows_that_look_ahead,
    the_corrected_amount,
    recorded_on_is_overlooked,
    disputes_without_their_date,
    messages_before_they_came,
    what_a_message_was_read_to_mean_later,
    contacts_before_they_were_sent,
    promises_judged_when_made,
    money_of_tomorrow,
    master_data_of_today,
    labels_of_the_whole_book,
    labels_before_they_mature,
    the_label_as_a_feature,
    the_weekday_of_clearing,
    a_scaler_fitted_on_all_rows,
]


def test_the_kernel_keeps_the_law(book: Ledger) -> None:
    # Without a leak nothing changes, so that what follows says something.
    assert not breaks_the_law(book)


@pytest.mark.parametrize("leak", LEAKS)
def test_a_planted_leak_is_caught(book: Ledger, leak: Callable[[Patch], None]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        leak(patch)
        # Every planted leak makes the past depend on the future.
        assert breaks_the_law(book)


def test_a_leak_in_a_feature_of_ones_own_is_caught(book: Ledger) -> None:
    @feature("days")
    def outcome(at: Moment) -> Ints:
        """Days late of the invoice itself, which nobody knows yet."""
        final = np.full(at.block.invoices, NO_DAY)
        final[at.states.invoice] = at.states.settled
        return final[at.invoice] - at.own.due

    # What is written in a notebook is held by the same law.
    try:
        assert breaks_the_law(book)
    finally:
        forget("outcome")
