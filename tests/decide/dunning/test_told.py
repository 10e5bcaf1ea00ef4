"""Every state of an invoice and of a customer is told in one sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from paybench.decide.dunning import STATES, Policy, Situation, decide, sentences, states_table, why, why_customer
from tests.decide.dunning.drawn import policies, situations
from tests.decide.dunning.small import FIVE_LINES, number, one, several

NO_EMAIL, ONLY_SMS = np.array([[False, True, True, True]]), np.array([[False, False, False, True]])
STEP_2 = {"overdue": 12, "step": 1, "step_on": number("2025-03-04")}

# The rest of the policy, what is known, and what is told after "Nothing is sent to C1 about INV-1: ".
TOLD: list[tuple[str, dict[str, Any], str]] = [
    (
        "",
        {"insolvent": True},
        "the customer has given notice of insolvency, so that a person decides what is claimed and where.",
    ),
    (
        "customers: {C1: {stop: true, until: 2025-04-01, reason: a new contract}}",
        {},
        "the policy stops it for this customer until 2025-04-01 (a new contract); then step 1 of 4, "
        "email:friendly, follows, on 2025-04-01 at the earliest.",
    ),
    ("invoices: {INV-1: {stop: true}}", {}, "the policy stops it for this invoice."),
    ("", {"step": 4}, "all 4 steps have been taken, and a person decides what follows."),
    ("caps: {per_invoice: 5}", {"contacts": 5}, "5 contacts about it are all that is allowed, and a person decides."),
    (
        "",
        {"allowed": ONLY_SMS[0]},
        "the customer forbids email, letter and phone, and step 1 of 4, email:friendly, may go by nothing else.",
    ),
    (
        "customers: {C1: {channel: email}}",
        {"allowed": NO_EMAIL[0]},
        "the policy allows a single channel here, and the customer forbids email.",
    ),
    (
        "",
        {"instalment": True, "overdue": 1},
        "it is an instalment of a payment plan, which is due on 2025-03-17, and 3 days of grace follow; then "
        "step 1 of 4, email:friendly, follows, on 2025-03-21 at the earliest.",
    ),
    ("", {"disputed": 100.0}, "all that is open of it, EUR 100.00, is disputed, until the dispute is closed."),
    (
        "pause: {dispute: invoice}",
        {"disputed": 9.5},
        "EUR 9.50 of it are disputed, which by the policy holds all of it, until the dispute is closed.",
    ),
    (
        "",
        {"unapplied": 60.0},
        "EUR 60.00 of the customer belong to no invoice yet and cover it, until somebody applies them.",
    ),
    (
        "",
        {"promised_on": number("2025-03-20")},
        "it is promised for 2025-03-20, and 3 days of grace follow; then step 1 of 4, email:friendly, "
        "follows, on 2025-03-24 at the earliest.",
    ),
    (
        "pause: {promise_grace: 1}",
        {"promised_on": number("2025-03-20")},
        "it is promised for 2025-03-20, and 1 day of grace follows; then step 1 of 4, email:friendly, "
        "follows, on 2025-03-24 at the earliest.",
    ),
    ("", {"overdue": -9}, "it is due on 2025-03-27, and step 1 of 4, email:friendly, comes on 2025-03-31."),
    ("", {**STEP_2, "overdue": 7}, "step 2 of 4, email:reminder, comes on 2025-03-21."),
    (
        "",
        {"waiting_since": number("2025-03-14")},
        "the customer wrote on 2025-03-14 and waits for an answer, until 2025-03-21 at the longest; then step"
        " 1 of 4, email:friendly, follows, on 2025-03-21 at the earliest.",
    ),
    (
        "hold_out: {share: 0.9, gets: nothing}",
        {},
        "chance has put the customer among the 90 % to whom nothing is sent, to compare with.",
    ),
    (
        "thresholds: {EUR: 1000}",
        {"disputed": 10.0},
        "EUR 90.00 are due on the customer's account without what is disputed, less than the threshold of EUR"
        " 1,000.00.",
    ),
    ("", {"amount_open": 0.0}, "nothing of it is left to ask for."),
    (
        "",
        {**STEP_2, "step_on": number("2025-03-14")},
        "the last step was on 2025-03-14, and step 2 of 4, email:reminder, comes 7 days later at the "
        "earliest, on 2025-03-21.",
    ),
    (
        "",
        {"contacts_7": 1, "contacts_30": 1, "contacted_on": number("2025-03-14")},
        "the customer was contacted on 2025-03-14, and no more than 1 contact in 7 days may reach it; then "
        "step 1 of 4, email:friendly, follows, on 2025-03-21 at the earliest.",
    ),
    (
        "",
        {"today": "2025-03-16", "country": "DE"},
        "nothing is sent on 2025-03-16 in DE, a weekend or public holiday; then step 1 of 4, email:friendly, "
        "follows, on 2025-03-17 at the earliest.",
    ),
]


def _said(policy: str, known: dict[str, Any]) -> tuple[Policy, Situation]:
    return Policy.of(FIVE_LINES + policy), one(**known)


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(("policy", "known", "text"), TOLD)
def test_what_holds_an_invoice_back_is_told(policy: str, known: dict[str, Any], text: str) -> None:
    made, situation = _said(policy, known)
    assert _plain(why(made, situation, decide(made, situation), 0)) == f"Nothing is sent to C1 about INV-1: {text}"


def test_every_state_has_its_sentence_above() -> None:
    states = [decide(*_said(policy, known)).state[0] for policy, known, _ in TOLD]
    assert {*states, "due_now"} == set(STATES)


def test_what_is_due_is_told() -> None:
    policy = Policy.of(FIVE_LINES)
    due = one(**STEP_2)
    text = "Due to C1 today: step 2 of 4, email:reminder, about INV-1, 12 days overdue."
    assert _plain(why(policy, due, decide(policy, due), 0)) == text
    assert _plain(why_customer(policy, due, decide(policy, due), "C1")) == text
    other = one(**STEP_2, allowed=NO_EMAIL[0])
    assert "letter:reminder in place of email:reminder," in why(policy, other, decide(policy, other), 0)


def test_a_customer_is_told_as_a_whole() -> None:
    due, policy = number("2025-03-13"), Policy.of(FIVE_LINES)

    def told(*rows: dict[str, Any]) -> str:
        situation = several("2025-03-18", [{"invoice_id": f"INV-{k + 1}", **row} for k, row in enumerate(rows)])
        return _plain(why_customer(policy, situation, decide(policy, situation), "C1"))

    later = {"due": number("2025-03-27")}
    assert told({"disputed": 100.0}, later, later) == (
        "Nothing is sent to C1: of 3 open invoices 2 are not due and 1 is disputed; next is step 1 of 4, "
        "email:friendly, about INV-2, on 2025-03-31 at the earliest."
    )
    assert told({"disputed": 100.0}, {"step": 4}) == (
        "Nothing is sent to C1: of 2 open invoices 1 is disputed and 1 is through all steps, and none of that ends by "
        "itself."
    )
    gone = {"insolvent": True}
    assert told(gone, gone).startswith("Nothing is sent to C1 about its 2 open invoices: the customer has given notice")
    assert told({}, {"due": due - 3}).endswith(", about INV-2, 8 days overdue; one of them is chosen.")
    nobody = one()
    assert why_customer(policy, nobody, decide(policy, nobody), "C9") == (
        "Nothing is sent to C9: no invoice of it is open."
    )


@given(policies(), situations())
def test_each_is_one_sentence(policy: Policy, situation: Situation) -> None:
    decided = decide(policy, situation)
    told = sentences(policy, situation, decided)
    assert told == [why(policy, situation, decided, row) for row in range(len(situation))]
    told += [why_customer(policy, situation, decided, name) for name in set(situation.customer_id.tolist())]
    for text in told:
        assert text.endswith(".")
        assert ". " not in text
        assert text.startswith(("Nothing is sent to C", "Due to C"))
        assert "NaT" not in text
        assert "5879" not in text
    for row, text in enumerate(told[: len(situation)]):
        assert text.startswith("Due to") == decided.ripe[row]
    table = states_table(policy, situation, decided)
    assert table["why"].tolist() == told[: len(situation)]
    assert (table["next_step"].isna() == (decided.step < 0)).all()
