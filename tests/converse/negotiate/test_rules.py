"""Each rule by examples: action and reason, and what is granted, proposed, paused or handed over."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from paybench.converse.intents import Intent
from paybench.converse.negotiate import Decision, Facts, Policy, decide_reply, read_policy
from paybench.converse.slots.found import AmountSlot, NameSlot, PlanSlot
from tests.converse.negotiate.drawn import OWING, STANDARD, bill, customer, day, on, understood

LARGE = customer(bill("A1", "12000.00"))
RISKY = customer(bill("A1", "1200.00", risk="high"))
TWO = customer(bill("A1", "800.00"), bill("A2", "400.00", due=20))


def decided(
    *names: str, who: Facts = OWING, policy: Policy = STANDARD, channel: str = "email", **said: Any
) -> Decision:
    return decide_reply(understood(*names, **said), who, policy, channel)


def verdict(*names: str, **more: Any) -> tuple[str, str]:
    decision = decided(*names, **more)
    return decision.action, decision.reason


def one_day(decision: Decision) -> tuple[object, Decimal]:
    assert decision.proposal is not None
    [(when, amount)] = decision.proposal.instalments
    return when, amount


def amounts(decision: Decision) -> list[str]:
    assert decision.proposal is not None
    return [str(amount) for _, amount in decision.proposal.instalments]


@pytest.mark.parametrize(
    ("names", "action", "reason", "queue"),
    [
        ("bounce", "note", "bounce", ""),
        ("out_of_office redirect", "note", "out_of_office", ""),
        ("insolvency legal promise_to_pay", "hand_over", "insolvency", "credit manager"),
        ("legal change_bank_details", "hand_over", "legal", "credit manager"),
        ("change_bank_details promise_to_pay", "hand_over", "change_bank_details", "treasury"),
        ("unsubscribe", "note", "unsubscribe", ""),
        ("unsubscribe hostile", "note", "unsubscribe", ""),
        ("unsubscribe dispute", "hand_over", "unsubscribe", "collections"),
        ("card_data_sent", "answer", "card_data_sent", ""),
        ("escalate promise_to_pay", "hand_over", "escalate", "collections"),
        ("hostile", "hand_over", "hostile", "collections"),
        ("dispute need_more_time", "hand_over", "dispute", "customer service"),
        ("amount_disagreement", "hand_over", "amount_disagreement", "customer service"),
        ("wrong_contact", "hand_over", "wrong_contact", "collections"),
        ("wrong_contact redirect", "answer", "redirect", ""),
        ("redirect", "answer", "redirect", ""),
        ("redirect send_invoice", "answer", "documents", ""),
        ("already_paid", "ask", "payment_not_found", ""),
        ("remittance_advice", "answer", "remittance", ""),
        ("internal_approval", "ask", "approval_when", ""),
        ("missing_po", "hand_over", "missing_po", "customer service"),
        ("send_statement", "answer", "documents", ""),
        ("who_are_you", "answer", "who_are_you", ""),
        ("acknowledgement", "note", "acknowledgement", ""),
        ("out_of_scope", "note", "out_of_scope", ""),
        ("", "hand_over", "not_understood", "customer service"),
    ],
)
def test_the_first_rule_that_applies_decides(names: str, action: str, reason: str, queue: str) -> None:
    decision = decided(*names.split())
    assert (decision.action, decision.reason, decision.queue) == (action, reason, queue)


def test_nothing_is_sent_where_mail_is_automatic_or_no_contact_is_wished() -> None:
    assert not decided("bounce").sends
    assert not decided("unsubscribe").sends
    assert decided("send_invoice").sends
    # Nor by a channel that was forbidden before: a person answers another way.
    forbidden = customer(bill("A1", "1200.00"), allowed={"email": False, "sms": True})
    assert not decided("send_invoice", who=forbidden).sends
    assert decided("send_invoice", who=forbidden, channel="sms").sends


def test_consent_is_withdrawn_from_the_channel_said_or_from_the_message_s() -> None:
    def off(**said: Any) -> list[str]:
        return [consent["channel"] for consent in decided("unsubscribe", channel="sms", **said).moved("consent")]

    assert off() == ["sms"]
    assert off(channels_off=("phone",)) == ["phone"]
    assert {"email", "letter", "phone", "sms", "whatsapp"} <= set(off(channels_off=("all",)))
    # A wish for no contact counts whatever else decides.
    assert decided("insolvency", "unsubscribe").moved("consent")


def test_a_mere_inkling_of_no_contact_is_a_person_s_and_withdraws_nothing() -> None:
    said = understood("unsubscribe")
    unsure = replace(said, meaning=replace(said.meaning, intents=(Intent("unsubscribe", 0.3, "model"),)))
    decision = decide_reply(unsure, customer(bill("A1", "1200.00")), STANDARD, "email")
    assert (decision.action, decision.reason, decision.sends) == ("hand_over", "unsubscribe", False)
    assert not decision.moved("consent")
    # Words of a rule are enough.
    ruled = replace(said, meaning=replace(said.meaning, intents=(Intent("unsubscribe", 0.3, "rule"),)))
    assert decide_reply(ruled, customer(bill("A1", "1200.00")), STANDARD, "email").moved("consent")


def test_a_card_number_beside_something_else_leaves_a_warning() -> None:
    decision = decided("card_data_sent", "promise_to_pay", days=[5], firmness="firm")
    assert (decision.action, decision.reason, decision.card_warning) == ("accept", "promise", True)


def test_a_dispute_is_over_the_amount_said_else_over_what_is_open() -> None:
    def opened(who: Facts = TWO, **said: Any) -> list[tuple[str, str]]:
        return [(d["invoice_id"], str(d["amount"])) for d in decided("dispute", who=who, **said).moved("dispute")]

    # Without a name: what is overdue.
    assert opened() == [("A1", "800.00")]
    assert opened(invoices=["A2"]) == [("A2", "400.00")]
    assert opened(amounts=["150"]) == [("A1", "150")]
    assert opened(amounts=["900"], invoices=["A1", "A2"]) == [("A1", "800.00"), ("A2", "100.00")]
    # The amount of one invoice is that invoice's.
    assert opened(amounts=["400"], invoices=["A1", "A2"]) == [("A2", "400")]
    # What is contested already is not contested again, nor what is closed.
    assert opened(customer(bill("A1", "800.00", disputed=Decimal(300)))) == [("A1", "500.00")]
    assert opened(invoices=["P1"]) == []


def test_small_interest_is_waived_once_where_nothing_was_broken() -> None:
    def waived(who: Facts = OWING, amount: str = "12.50") -> tuple[str, str]:
        return verdict("amount_disagreement", waiver=True, amounts=[amount], who=who)

    assert waived() == ("accept", "waiver")
    assert waived(amount="40.00") == ("accept", "waiver")
    assert waived(amount="40.01") == ("hand_over", "waiver")
    assert waived(customer(bill("A1", "1200.00"), broken=1)) == ("hand_over", "waiver")
    assert waived(customer(bill("A1", "1200.00"), waivers=1)) == ("hand_over", "waiver")
    assert verdict("amount_disagreement", waiver=True) == ("hand_over", "waiver")
    # The amount of the invoice is not the amount of its interest.
    assert verdict("amount_disagreement", waiver=True, amounts=["12.50", "1200"]) == ("accept", "waiver")


def test_a_contact_that_is_named_is_noted_for_a_person() -> None:
    names = (NameSlot("Maria", 0, 5, "Maria", "maria@example.com", ""),)
    [contact] = decided("redirect", names=names).moved("contact")
    assert contact == {"name": "Maria", "email": "maria@example.com", "phone": "", "state": "to_check"}


def test_negotiation_needs_open_invoices_of_one_currency() -> None:
    assert verdict("promise_to_pay", who=customer(), days=[5]) == ("answer", "nothing_open")
    assert verdict("promise_to_pay", invoices=["X9"], days=[5]) == ("ask", "which_invoice")
    both = customer(bill("A1", "100.00"), bill("A2", "100.00", currency="USD"))
    assert verdict("promise_to_pay", who=both, days=[5]) == ("ask", "which_currency")
    assert verdict("promise_to_pay", who=both, invoices=["A2"], days=[5], firmness="firm") == ("accept", "promise")
    dollars = AmountSlot("$500", 0, 4, Decimal(500), "USD")
    assert verdict("promise_to_pay", amounts=[dollars], days=[5]) == ("ask", "which_currency")


def test_more_time_is_granted_up_to_the_limit() -> None:
    # Medium risk, small customer: 14 days.
    assert verdict("need_more_time", days=[14]) == ("accept", "within_policy")
    later = decided("need_more_time", days=[15])
    assert (later.action, later.reason, one_day(later)) == ("counter", "beyond_policy", (day(14), Decimal("1200.00")))
    # Of a range the last day counts, and without a day the usual one or the limit is proposed.
    assert verdict("need_more_time", days=[on((12, 16))]) == ("counter", "beyond_policy")
    assert one_day(decided("need_more_time"))[0] == day(14)
    assert one_day(decided("need_more_time", who=RISKY))[0] == day(7)
    # Of several days the last counts, and days that have passed beside it do not.
    assert one_day(decided("need_more_time", days=[5, 9, -3])) == (day(9), Decimal("1200.00"))
    assert one_day(decided("promise_to_pay", days=[5, 9, -3], firmness="firm")) == (day(9), Decimal("1200.00"))
    # Days that pass, or can be read in two ways, are asked about; "soon" is no day.
    assert verdict("need_more_time", days=[0]) == ("ask", "which_day")
    assert verdict("need_more_time", days=[on(0, ask=True, quote="03/04")]) == ("ask", "which_day")
    assert verdict("need_more_time", days=[on(0, ask=True, quote="soon")]) == ("counter", "default_horizon")


def test_the_limit_counts_from_the_due_date_if_that_is_later() -> None:
    ahead = customer(bill("A2", "400.00", due=20))
    assert verdict("need_more_time", who=ahead, days=[34]) == ("accept", "within_policy")
    # Of several the first to be due binds all.
    assert verdict("need_more_time", who=TWO, invoices=["A1", "A2"], days=[15]) == ("counter", "beyond_policy")
    large = customer(bill("A1", "1200.00", risk="low"), value="large")
    assert verdict("need_more_time", who=large, days=[60]) == ("accept", "within_policy")


def test_promises_are_taken_where_they_name_a_day() -> None:
    assert verdict("promise_to_pay", days=[9], firmness="soft") == ("accept", "promise")
    assert verdict("promise_to_pay", days=[30], firmness="firm") == ("counter", "beyond_policy")
    assert verdict("promise_to_pay") == ("counter", "no_firm_day")
    assert verdict("promise_to_pay", days=[9], firmness="aspirational") == ("counter", "no_firm_day")
    # A promise of several invoices is one day for all, and a promise of each.
    decision = decided("promise_to_pay", who=TWO, invoices=["A1", "A2"], days=[9], firmness="firm")
    assert one_day(decision) == (day(9), Decimal("1200.00"))
    assert [(p["invoice_id"], str(p["amount"])) for p in decision.moved("promise")] == [
        ("A1", "800.00"),
        ("A2", "400.00"),
    ]
    # A promise of less is a part.
    assert verdict("promise_to_pay", days=[9], amounts=["600"], firmness="firm") == ("counter", "rest_open")


def test_who_broke_promises_has_a_person_but_for_a_firm_promise_soon() -> None:
    broke = customer(bill("A1", "1200.00"), broken=2)
    assert verdict("need_more_time", who=broke, days=[5]) == ("hand_over", "broken_promises")
    assert verdict("promise_to_pay", who=broke, days=[7], firmness="firm") == ("accept", "promise")
    assert verdict("promise_to_pay", who=broke, days=[8], firmness="firm") == ("hand_over", "broken_promises")
    assert verdict("promise_to_pay", who=broke, days=[7], firmness="soft") == ("hand_over", "broken_promises")
    assert verdict("promise_to_pay", who=customer(bill("A1", "1200.00"), broken=1), days=[9]) == ("accept", "promise")


def test_after_two_promises_a_person_decides_unless_the_due_date_is_met() -> None:
    used = customer(bill("A1", "1200.00", promises=2))
    assert verdict("promise_to_pay", who=used, days=[3], firmness="firm") == ("hand_over", "extensions_used")
    ahead = customer(bill("A1", "1200.00", due=10, promises=2))
    assert verdict("promise_to_pay", who=ahead, days=[10], firmness="firm") == ("accept", "promise")
    assert verdict("promise_to_pay", who=ahead, days=[11], firmness="firm") == ("hand_over", "extensions_used")


def test_hardship_at_high_risk_is_for_a_person_and_else_a_plan() -> None:
    assert verdict("hardship", "need_more_time", who=RISKY, days=[3]) == ("hand_over", "hardship")
    assert verdict("hardship", who=RISKY) == ("hand_over", "hardship")
    plan = decided("hardship")
    assert (plan.action, plan.reason, amounts(plan)) == ("counter", "hardship", ["400.00"] * 3)


def test_plans_are_granted_up_to_the_most_instalments() -> None:
    def plan(number: int | None = None, every: str = "", amount: str | None = None, **more: Any) -> Decision:
        slot = PlanSlot("in parts", number, every, None if amount is None else Decimal(amount))
        return decided("instalment_plan", plan=slot, **more)

    four = plan(4)
    assert (four.action, four.reason, amounts(four)) == ("accept", "within_policy", ["300.00"] * 4)
    assert [when for when, _ in four.proposal.instalments][:2] == [day(10), day(10).replace(month=4)]
    assert (plan(5).action, plan(5).reason, len(amounts(plan(5)))) == ("counter", "beyond_policy", 4)
    assert (plan().reason, decided("instalment_plan").reason) == ("default_plan", "default_plan")
    # An amount for each: the last takes what remains; too many of them are countered.
    assert (plan(amount="500").action, amounts(plan(amount="500"))) == ("accept", ["500", "500", "200.00"])
    assert (plan(amount="200").action, amounts(plan(amount="200"))) == ("counter", ["300.00"] * 4)
    # Later than ten days for the first is countered; days in between follow what was said.
    assert (plan(3, days=[20]).reason, plan(3, days=[20]).proposal.instalments[0][0]) == ("beyond_policy", day(10))
    weekly = plan(3, "weekly", days=[4])
    assert [when for when, _ in weekly.proposal.instalments] == [day(4), day(11), day(18)]
    assert plan(3, "90").action == "counter"
    # No instalment is smaller than policy allows.
    assert len(amounts(plan(4, who=customer(bill("A1", "120.00"))))) == 2


def test_the_first_instalment_is_raised_to_its_share() -> None:
    policy = read_policy({"plan": {"first_share": {"medium": 0.5, "high": 0.5}}})
    decision = decided("instalment_plan", policy=policy, plan=PlanSlot("in 3", 3))
    assert (decision.action, amounts(decision)) == ("counter", ["600.00", "300.00", "300.00"])


def test_a_part_is_taken_and_the_rest_proposed() -> None:
    decision = decided("part_payment", days=[3], amounts=["600"])
    assert (decision.action, decision.reason, decision.proposal.instalments) == (
        "counter", "rest_open", ((day(3), Decimal(600)), (day(14), Decimal("600.00"))),
    )  # fmt: skip
    # The part is promised at once, the rest once the customer agrees.
    assert [(p["promised_on"], p["amount"]) for p in decision.moved("promise")] == [(day(3), Decimal(600))]
    assert verdict("part_payment", amounts=["299.99"]) == ("counter", "part_too_small")
    assert verdict("part_payment", amounts=["300"]) == ("counter", "rest_open")
    assert verdict("part_payment") == ("ask", "which_amount")
    assert decided("part_payment", amounts=["600"]).proposal.instalments[0][0] == day(7)


def test_a_part_that_is_said_to_be_paid_leaves_the_rest_to_be_proposed() -> None:
    decision = decided("part_payment", "already_paid", days=[-3], amounts=["600"])
    assert (decision.action, decision.reason, one_day(decision)) == (
        "counter", "rest_open", (day(14), Decimal("600.00")),
    )  # fmt: skip
    # What was not found is asked for, and is not dunned meanwhile.
    [pause] = decision.moved("pause")
    assert (decision.ask, pause["amount"], pause["until"]) == ("payment", Decimal(600), day(5))
    found = customer(bill("A1", "1200.00"), unapplied={"EUR": Decimal(600)})
    assert not decided("part_payment", "already_paid", amounts=["600"], who=found).moved("pause")
    # A "part" that is all of it is a payment or a promise.
    assert verdict("part_payment", "already_paid", amounts=["1200"]) == ("ask", "payment_not_found")
    assert verdict("part_payment", amounts=["1200"], days=[5]) == ("accept", "promise")


def test_above_the_threshold_a_person_signs() -> None:
    decision = decided("need_more_time", who=LARGE, days=[9])
    assert (decision.action, decision.reason, decision.queue) == ("hand_over", "approval", "credit manager")
    assert (decision.needs_approval, decision.would, one_day(decision)[0]) == (True, "accept", day(9))
    assert decided("need_more_time", who=LARGE, days=[90]).would == "counter"
    # Promises to pay within seven days, or when due, need no signature.
    assert verdict("promise_to_pay", who=LARGE, days=[7], firmness="soft") == ("accept", "promise")
    assert verdict("promise_to_pay", who=LARGE, days=[8], firmness="firm") == ("hand_over", "approval")
    ahead = customer(bill("A1", "12000.00", due=20))
    assert verdict("promise_to_pay", who=ahead, days=[20], firmness="firm") == ("accept", "promise")
    # In a currency that policy does not name everything is signed.
    assert verdict("need_more_time", who=customer(bill("A1", "5", currency="SEK")), days=[9])[1] == "approval"


def test_money_that_is_there_answers_who_says_it_has_paid() -> None:
    there = customer(bill("A1", "1200.00"), unapplied={"EUR": Decimal("1200.00")})
    assert verdict("already_paid", who=there) == ("answer", "payment_found")
    other = customer(bill("A1", "1200.00"), unapplied={"USD": Decimal("1200.00")})
    assert verdict("already_paid", who=other) == ("ask", "payment_not_found")
    settled = customer(bill("A1", "1200.00"), settled_ids=frozenset({"P1"}))
    assert verdict("already_paid", who=settled, invoices=["P1"]) == ("answer", "payment_found")
    assert verdict("already_paid", who=settled, invoices=["P1", "A1"]) == ("ask", "payment_not_found")
    assert verdict("already_paid", who=settled, invoices=["X9"]) == ("ask", "payment_not_found")
    # Dunning waits while the payment is looked for.
    [pause] = decided("already_paid").moved("pause")
    assert (pause["invoices"], pause["until"]) == (("A1",), day(5))


def test_a_release_with_a_day_is_a_promise() -> None:
    assert verdict("internal_approval", days=[9]) == ("accept", "promise")
    assert verdict("internal_approval", days=[20]) == ("counter", "beyond_policy")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("How can I pay this?", "how_to_pay"),
        ("do you take direct debit?", "how_to_pay"),
        ("Auf welches Konto soll ich zahlen?", "how_to_pay"),
        ("Comment puis-je payer ?", "how_to_pay"),
        ("¿Cómo puedo pagar?", "how_to_pay"),
        ("how much do we owe you in total", "what_is_owed"),
        ("Welche Rechnungen sind noch offen?", "what_is_owed"),
        ("How much interest do you charge?", "question"),
        ("What is this invoice about?", "question"),
    ],
)
def test_questions_about_paying_and_owing_are_answered(text: str, reason: str) -> None:
    assert decided("question", text=text).reason == reason


def test_what_else_was_understood_is_told() -> None:
    assert "Understood: question, who are you." in decided("insolvency", "question", "who_are_you").why


def test_a_decision_is_plain_data() -> None:
    found = decided("need_more_time", days=[9]).as_dict
    assert found["proposal"] == {
        "kind": "extension", "invoices": ["A1"], "currency": "EUR", "amount": "1200.00", "date": "2026-03-11",
    }  # fmt: skip
    assert found["moves"][0] == {
        "what": "promise", "invoice_id": "A1", "currency": "EUR", "amount": "1200.00", "promised_on": "2026-03-11",
        "state": "active", "kind": "extension",
    }  # fmt: skip
