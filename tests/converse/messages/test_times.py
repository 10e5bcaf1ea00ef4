"""The best time and channel: from past responses only, never where it is forbidden, a known share by chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.messages.rates import Prior, prior
from paybench.converse.messages.responses import DAYS, machine_made, responses
from paybench.converse.messages.times import COLUMNS, best_times, choice_of
from paybench.decide.contacted.outcomes import WEEKDAYS
from paybench.decide.messages.meanings import says_insolvent
from paybench.errors import PaybenchError
from paybench.ledger import Ledger, as_of
from paybench.ledger.schema import conform, days
from paybench.simulate import simulate
from tests.strategies import cut_offs, futures, ledgers


def number(at: pd.Timestamp) -> int:
    return int(days(pd.Series([at]))[0])


def slow(cut: Ledger, at: pd.Timestamp) -> list[tuple[str, str, int, bool]]:
    """As a slow reader finds it, contact by contact."""
    found = []
    for contact in cut.contacts.to_dict("records"):
        end = contact["sent_on"] + pd.Timedelta(DAYS, "D")
        if end >= at:
            continue
        responded = False
        for message in cut.messages.to_dict("records"):
            text = pd.Series([message["text"]])
            automatic = machine_made(text)[0] or says_insolvent(text)[0]
            mine = message["customer_id"] == contact["customer_id"]
            responded |= bool(mine and contact["sent_on"] <= message["received_on"] <= end and not automatic)
        for money in cut.payments.to_dict("records"):
            named = pd.notna(contact["invoice_id"])
            key = "invoice_id" if named else "customer_id"
            real = money["kind"] == "payment" and money["amount"] > 0
            responded |= bool(real and money[key] == contact[key] and contact["sent_on"] <= money["paid_on"] <= end)
        found.append((contact["customer_id"], contact["channel"], contact["sent_on"].weekday(), responded))
    return found


@given(st.data())
def test_responses_are_those_of_a_slow_reader(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    at = data.draw(cut_offs(ledger))
    cut = as_of(ledger, at)
    assert list(responses(cut, number(at)).itertuples(index=False, name=None)) == slow(cut, at)


def test_responses_on_a_simulated_book() -> None:
    at = pd.Timestamp("2024-08-10")
    cut = as_of(simulate(8, 9, seed=7, truth="none").ledger, at)
    mine = responses(cut, number(at))
    assert list(mine.itertuples(index=False, name=None)) == slow(cut, at)
    # Both happen in it.
    assert 0 < mine["responded"].sum() < len(mine)


@given(st.data())
def test_the_future_changes_nothing(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    at = data.draw(cut_offs(ledger))
    other = data.draw(futures(ledger, at))
    who = sorted(set(ledger.invoices["customer_id"]))
    pd.testing.assert_frame_equal(best_times(ledger, at, who), best_times(other, at, who))


@pytest.fixture(scope="module")
def book() -> Ledger:
    return simulate(80, 12, seed=3, truth="none").ledger


AT = pd.Timestamp("2024-11-06")


def forbidding(book: Ledger, **channels: bool) -> Ledger:
    who = sorted({*book.invoices["customer_id"], *book.customers["customer_id"]})
    rows = [
        {"customer_id": name, "channel": channel, "changed_on": pd.Timestamp("2024-02-01"), "allowed": yes}
        for name in who
        for channel, yes in channels.items()
    ]
    return book.with_tables({"consents": conform("consents", pd.DataFrame(rows))})


def test_what_is_forbidden_is_never_chosen(book: Ledger) -> None:
    for explore in (0.0, 0.9):
        for seed in range(3):
            found = best_times(forbidding(book, email=False, phone=False), AT, explore=explore, seed=seed)
            assert set(found["channel"]) <= {"letter", "sms"}
    # Who has forbidden everything is not written to.
    nobody = best_times(forbidding(book, email=False), AT, channels=["email"])
    assert set(nobody["channel"]) == {""}
    assert set(nobody["propensity"]) == {1.0}
    assert choice_of(nobody, nobody["customer_id"].iloc[0]) is None


def test_chance_decides_the_share_that_it_is_given(book: Ledger) -> None:
    book = book.with_tables({"consents": book.consents.iloc[:0]})
    many = pd.concat([best_times(book, AT, explore=0.3, seed=seed) for seed in range(12)])
    options = 4 * 5
    # Each propensity is that of its choice: what is best has all that chance leaves it, and its share of that.
    assert set(many["propensity"].round(12)) <= {round(0.3 / options, 12), round(0.3 / options + 0.7, 12)}
    assert abs(many["explored"].mean() - 0.3) < 4 * np.sqrt(0.3 * 0.7 / len(many))
    # One over the propensity, averaged over draws, counts the options: the log is right.
    assert abs((1 / many["propensity"]).mean() / options - 1) < 0.35
    # Without chance the choice is certain, and the same whoever else is asked about.
    sure = best_times(book, AT, explore=0.0)
    assert set(sure["propensity"]) == {1.0}
    alone = best_times(book, AT, sure["customer_id"].tolist()[3:4], explore=0.0)
    pd.testing.assert_frame_equal(alone, sure.iloc[3:4].reset_index(drop=True))


def test_each_choice_says_why(book: Ledger) -> None:
    found = best_times(book, AT)
    assert tuple(found.columns) == COLUMNS
    for row in found.to_dict("records"):
        assert row["channel"] in row["reason"]
        assert row["weekday"] in row["reason"]
        assert ("by chance" in row["reason"]) == row["explored"]
        # The day is the first such one from as_of on.
        assert WEEKDAYS[row["send_on"].weekday()] == row["weekday"]
        assert 0 <= (row["send_on"] - AT).days < 7
    choice = choice_of(found, found["customer_id"].iloc[0])
    assert choice is not None
    assert choice.channel == found["channel"].iloc[0]


def test_an_hour_is_told_only_where_messages_bear_one(book: Ledger) -> None:
    assert best_times(book, AT)["hour"].isna().all()
    messages = book.messages.copy()
    there = messages["received_on"] < AT
    name = messages.loc[there, "customer_id"].iloc[0]
    instants = messages["received_on"].dt.tz_localize("UTC") + pd.Timedelta(13, "h")
    messages["received_at"] = instants.astype("str").where(messages["customer_id"] == name)
    book = book.with_tables({"messages": messages, "customers": book.customers.assign(country="GB")})
    found = best_times(book, AT, explore=0.0).set_index("customer_id")["hour"]
    assert found[name] in (13, 14)
    assert found.drop(name).isna().all()


def test_rates_are_drawn_toward_the_book() -> None:
    rng = np.random.default_rng(1)
    truth = rng.beta(6.0, 14.0, 4000)
    trials = rng.integers(1, 30, 4000).astype(float)
    hits = rng.binomial(trials.astype(int), truth).astype(float)
    found = prior(hits, trials)
    # The mean and the weight of the prior are those that the rates were drawn from.
    assert found.mean == pytest.approx(0.3, abs=0.01)
    assert found.weight == pytest.approx(20.0, rel=0.2)
    # So the rates are nearer to the truth than each customer's own share, and than the book's.
    error = np.mean((found.after(hits, trials) - truth) ** 2)
    assert error < 0.6 * np.mean((hits / trials - truth) ** 2)
    assert error < 0.8 * np.mean((found.mean - truth) ** 2)


@given(st.floats(0.01, 0.99), st.floats(2, 500), st.integers(0, 50), st.integers(0, 50))
def test_a_rate_lies_between_its_own_and_the_books(mean: float, weight: float, hits: int, more: int) -> None:
    trials = hits + more
    [rate] = Prior(mean, weight).after(np.array([float(hits)]), np.array([float(trials)]))
    own = hits / trials if trials else mean
    assert min(own, mean) - 1e-12 <= rate <= max(own, mean) + 1e-12


def test_nothing_known_is_no_trouble() -> None:
    blank = Ledger.of()
    assert best_times(blank, "2024-05-01").empty
    [row] = best_times(blank, "2024-05-01", ["C1"], explore=0.0).to_dict("records")
    assert "nothing is known of this customer" in row["reason"]


def test_what_is_wrong_is_said(book: Ledger) -> None:
    with pytest.raises(PaybenchError, match="explore is 1.5; give a share from 0"):
        best_times(book, AT, explore=1.5)
    with pytest.raises(PaybenchError, match="leave nothing to choose; give at least one of each"):
        best_times(book, AT, weekdays=[])
