"""A policy replayed on past dates says what it would have said then, keeps its own rules, and hours are local."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from paybench.decide.dunning import (
    Audit,
    Policy,
    decide,
    one_per_customer,
    replay,
    send_at,
    situation_of,
    state_counts,
    states_on,
    violations,
)
from paybench.errors import PaybenchError
from paybench.ledger import as_of, known
from tests.decide.dunning.small import FIVE_LINES, book, number, one, several

POLICY = Policy.of(FIVE_LINES + "options: [phone:reminder]")
START, END = "2024-07-01", "2024-08-15"


def test_a_past_date_knows_nothing_of_what_came_later() -> None:
    days, later = ["2024-08-20", "2024-08-21", "2024-09-02"], known(book(), "2024-09-02")
    pd.testing.assert_frame_equal(replay(POLICY, book(), days), replay(POLICY, later, days))
    assert replay(POLICY, book(), days)["date"].nunique() == 3


def test_replayed_instead_of_what_happened_it_keeps_its_own_rules() -> None:
    sent = replay(POLICY, book(), start=START, end=END, instead=True)
    assert len(sent) > 50
    for _, of in sent.groupby("invoice_id"):
        # One step after the other, none twice, none left out, the gap between them.
        assert of["step"].tolist() == list(range(1, len(of) + 1))
        assert (of["date"].diff().dropna() >= pd.Timedelta(days=7)).all()
    for _, of in sent.groupby("customer_id"):
        # At most one contact in any 7 days in a row, and four in 30.
        assert (of["date"].diff().dropna() >= pd.Timedelta(days=7)).all()
        assert (of["date"].diff(4).dropna() >= pd.Timedelta(days=30)).all()
    assert (sent["date"].dt.day_of_week < 5).all()


def test_what_is_replayed_is_what_the_day_said() -> None:
    ledger = book()
    sent = replay(POLICY, ledger, ["2024-08-20"])
    situation = situation_of(as_of(ledger, "2024-08-20"), "2024-08-20", POLICY)
    decided = decide(POLICY, situation)
    rows = one_per_customer(situation, np.flatnonzero(decided.ripe), situation.amount_open[decided.ripe])
    assert sent["invoice_id"].tolist() == situation.invoice_id[rows].tolist()
    usual = (sent["channel"] + ":" + sent["tone"]).tolist()
    assert usual == [POLICY.options[k] for k in decided.usual[rows]]
    # The audit, which shares no code with the decision, finds nothing; a second contact with a customer it does.
    audit = Audit(POLICY, situation)
    assert audit.of_day(rows.tolist(), usual) == []
    twice = audit.of_day([*rows.tolist(), int(rows[0])], [*usual, usual[0]])
    assert [rule for _, _, rule in twice] == ["one contact with a customer a day"]


def test_states_of_a_day_are_counted() -> None:
    days = ["2024-08-20", "2024-09-02"]
    counts = state_counts(POLICY, book(), days)
    for date in days:
        table = states_on(POLICY, book(), date)
        assert counts.loc[date].sum() == len(table)
        assert table["state"].value_counts().to_dict() == {k: v for k, v in counts.loc[date].items() if v}


def test_without_a_day_there_is_nothing_to_replay() -> None:
    with pytest.raises(PaybenchError, match="^There is no day from 2024-09-02 to 2024-08-20 to replay; give dates"):
        replay(POLICY, book(), start="2024-09-02", end="2024-08-20")


def test_a_contact_may_be_sent_within_the_hours_of_the_customer_s_own_day() -> None:
    policy = Policy.of(FIVE_LINES + 'hours: {all: "8:00-21:00", phone: "9:30-17:00"}\nzones: {other: Asia/Tokyo}')
    countries = ("DE", "US", "JP", "", "XX")
    for date in ("2025-03-07", "2025-03-31", "2025-11-03"):  # before and after clocks change here and there
        rows = [{"invoice_id": c, "customer_id": c, "country": c} for c in countries]
        situation = several(date, rows)
        for channel, hours in (("email", ("08:00", "21:00")), ("phone", ("09:30", "17:00"))):
            start, end = send_at(policy, situation, np.arange(len(rows)), np.array([channel] * len(rows)))
            zones = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Asia/Tokyo", "Asia/Tokyo")
            for zone, *window in zip(zones, start, end, strict=True):
                local = [pd.Timestamp(t, tz="UTC").tz_convert(ZoneInfo(zone)) for t in window]
                assert [f"{t:%Y-%m-%d %H:%M}" for t in local] == [f"{date} {hour}" for hour in hours]


def test_a_customer_s_own_zone_and_the_book_s_count_where_they_are_said() -> None:
    policy = Policy.of(FIVE_LINES + "customers: {C1: {zone: Asia/Tokyo}}")

    def hour(**known: object) -> str:
        situation = replace(one("2025-01-15", **known), home="America/New_York")  # type: ignore[arg-type]
        return str(send_at(policy, situation, np.array([0]), np.array(["email"]))[0][0])

    assert hour(country="DE") == "2025-01-14T23:00"
    assert hour(customer_id="C2", country="DE") == "2025-01-15T07:00"
    assert hour(customer_id="C2") == "2025-01-15T13:00"


def test_in_several_zones_the_hours_hold_in_each() -> None:
    policy = Policy.of(FIVE_LINES + "zones: {US: [America/New_York, America/Los_Angeles]}")
    start, end = send_at(policy, one("2025-01-15", country="US"), np.array([0]), np.array(["email"]))
    assert (str(start[0]), str(end[0])) == ("2025-01-15T16:00", "2025-01-16T02:00")


NO_EMAIL = np.array([False, True, True, True])

# What is known of an invoice that could be asked for otherwise, an action, and the rules that it would break.
BROKEN = [
    ({}, "email:friendly", []),
    ({}, "email:reminder", ["too harsh", "not an action of this step"]),
    ({}, "fax:friendly", ["no action"]),
    ({"insolvent": True}, "email:friendly", ["insolvent customer"]),
    ({"overdue": 2}, "email:friendly", ["too early"]),
    ({"promised_on": number("2025-03-15")}, "email:friendly", ["promised"]),
    ({"promised_on": number("2025-03-14")}, "email:friendly", []),
    ({"contacts_7": 1, "contacts_30": 4}, "email:friendly", ["contacts in 7 days", "contacts in 30 days"]),
    ({"step": 4}, "letter:final", ["no step left"]),
    ({"allowed": NO_EMAIL}, "email:friendly", ["forbidden channel", "not an action of this step"]),
    ({"today": "2025-03-16"}, "email:friendly", ["closed day"]),
    ({"unapplied": 50.0}, "email:friendly", ["covered by unapplied money"]),
    ({"disputed": 100.0}, "email:friendly", ["disputed", "below the threshold"]),
]  # fmt: skip


@pytest.mark.parametrize(("known", "action", "rules"), BROKEN)
def test_the_audit_names_the_rules_that_are_broken(known: dict[str, object], action: str, rules: list[str]) -> None:
    assert violations(POLICY, one(**known), 0, action) == rules  # type: ignore[arg-type]
