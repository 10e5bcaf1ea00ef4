"""What holds of every decision, whatever is understood and of whomever: no message reaches what policy forbids."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.intents.meaning import INTENTS
from paybench.converse.negotiate import ACTIONS, MOVES, QUEUES, REASONS, Decision, Facts, Policy, decide_reply, faults
from paybench.converse.negotiate.policy import RISKS, of_currency
from paybench.converse.understand import Understood
from tests.converse.negotiate.drawn import TODAY, cases

Drawn = tuple[Understood, Facts, Policy]
GRANTS = {"promise", "waiver"}


def amounts_open(who: Facts) -> dict[str, Decimal]:
    return dict(zip(who.open_invoices["invoice_id"], who.open_invoices["amount_open"], strict=True))


def risk_of(who: Facts, invoices: tuple[str, ...]) -> str:
    rows = who.open_invoices[who.open_invoices["invoice_id"].isin(invoices)]
    return max(rows["risk"], key=RISKS.index)


def latest(who: Facts, policy: Policy, invoices: tuple[str, ...]) -> date:
    rows = who.open_invoices[who.open_invoices["invoice_id"].isin(invoices)]
    days = policy.longest_days[risk_of(who, invoices)][who.value]
    return min(max(who.today, due) for due in rows["due_on"]) + timedelta(days=days)


def kinds(decision: Decision) -> set[str]:
    return {move.what for move in decision.moves}


@given(cases())
def test_a_decision_speaks_the_words_of_its_lists(case: Drawn) -> None:
    decision = decide_reply(*case)
    assert decision.action in ACTIONS
    assert decision.reason in REASONS
    assert kinds(decision) <= set(MOVES)
    # Every decision says why, and a person takes over from a queue.
    assert all(decision.why)
    assert (decision.queue in QUEUES) == (decision.action == "hand_over")
    assert ("take_over" in kinds(decision)) >= (decision.action == "hand_over")
    # What is accepted or proposed is there to be read, and what is asked for is named.
    if decision.action in ("accept", "counter"):
        assert decision.proposal is not None
    assert bool(decision.ask) >= (decision.action == "ask")


@given(cases())
def test_proposals_are_within_policy(case: Drawn) -> None:
    _, who, policy = case
    made = decide_reply(*case).proposal
    if made is None:
        return
    # The second opinion has nothing against it.
    assert faults(made, who, policy) == ()
    assert all(day >= TODAY for day, _ in made.instalments)
    assert all(amount > 0 for _, amount in made.instalments)
    if made.kind == "waiver":
        return
    terms, risk = policy.plan, risk_of(who, made.invoices)
    if made.kind == "plan":
        # Never more instalments than allowed, none too small, the first one large and soon enough.
        assert len(made.instalments) <= terms.most[risk]
        assert made.instalments[0][1] >= terms.first_share[risk] * made.amount
        assert made.instalments[0][0] <= TODAY + timedelta(days=terms.first_within_days)
        least = of_currency(terms.least, made.currency)
        assert len(made.instalments) == 1 or all(amount >= least for _, amount in made.instalments)
    else:
        # Never a day beyond the limit.
        assert all(day <= latest(who, policy, made.invoices) for day, _ in made.instalments)


@given(cases())
def test_instalments_sum_exactly_to_what_is_in_question(case: Drawn) -> None:
    _, who, _ = case
    decision = decide_reply(*case)
    made = decision.proposal
    if made is None or made.kind == "waiver":
        return
    owed = sum((amounts_open(who)[name] for name in made.invoices), Decimal(0))
    said_paid = made.kind == "part" and len(made.instalments) == 1
    assert made.amount < owed if said_paid else made.amount == owed
    # All of it is in one currency.
    rows = who.open_invoices[who.open_invoices["invoice_id"].isin(made.invoices)]
    assert set(rows["currency"]) == {made.currency}


@given(cases())
def test_promises_are_of_what_is_open_and_sum_to_what_is_granted(case: Drawn) -> None:
    _, who, _ = case
    decision = decide_reply(*case)
    by_invoice: dict[str, Decimal] = defaultdict(Decimal)
    by_day: dict[date, Decimal] = defaultdict(Decimal)
    for promise in decision.moved("promise"):
        assert promise["amount"] > 0
        by_invoice[promise["invoice_id"]] += promise["amount"]
        by_day[promise["promised_on"]] += promise["amount"]
    assert all(amount <= amounts_open(who)[name] for name, amount in by_invoice.items())
    made = decision.proposal
    if decision.action == "accept" and made is not None and made.kind != "waiver":
        # What is granted is promised, to the last coin; the day of each coin is an instalment's.
        assert by_day == dict(made.instalments)
    elif by_day:
        # Before the customer's consent only the part that it offers itself is promised.
        assert made is not None
        assert made.kind == "part"
        assert dict(by_day) == dict(made.instalments[:1])


@given(cases())
def test_safety_reaches_a_person_and_grants_nothing(case: Drawn) -> None:
    said = case[0]
    decision = decide_reply(*case)
    if said.has("insolvency", "legal", "change_bank_details"):
        assert decision.action == "hand_over"
        assert decision.queue in ("credit manager", "treasury")
        assert decision.proposal is None
    if said.has("unsubscribe"):
        assert decision.action in ("note", "hand_over")
    if said.has("insolvency", "legal", "change_bank_details", "unsubscribe"):
        assert not kinds(decision) & {*GRANTS, "proposal"}
        assert not decision.sends
    if said.has("insolvency", "legal"):
        # All dunning of the customer pauses, until a person ends it.
        assert any(pause.get("customer") == "C1" and pause["until"] is None for pause in decision.moved("pause"))
    if said.has("card_data_sent"):
        assert decision.card_warning


@given(cases())
def test_who_opts_out_gets_no_answer_and_nothing_else_takes_a_consent(case: Drawn) -> None:
    said, who, _ = case
    decision = decide_reply(*case)
    taken = {consent["channel"] for consent in decision.moved("consent")}
    assert bool(taken) == said.has("unsubscribe")
    assert not any(consent["allowed"] for consent in decision.moved("consent"))
    if taken:
        wanted = said.slots.channels_off or ("email",)
        assert taken == set(wanted) or ("all" in wanted and taken >= set(who.allowed))
    # By a channel that is or was forbidden nothing is sent, and whatever needs an answer has a person.
    if not who.allowed["email"]:
        assert not decision.sends
        assert decision.action == "note" or "take_over" in kinds(decision)


@given(cases())
def test_a_dispute_pauses_only_what_is_disputed(case: Drawn) -> None:
    said, who, _ = case
    decision = decide_reply(*case)
    disputes = decision.moved("dispute")
    pauses = [pause for pause in decision.moved("pause") if pause["why"] == "disputed"]
    assert [(d["invoice_id"], d["amount"]) for d in disputes] == [(p["invoices"][0], p["amount"]) for p in pauses]
    for dispute in disputes:
        row = who.open_invoices.set_index("invoice_id").loc[dispute["invoice_id"]]
        # Not more than is open and nobody contests yet; of an invoice that the message names, where it names any.
        assert 0 < dispute["amount"] <= row["amount_open"] - row["disputed"]
        named = {slot.invoice_id for slot in said.slots.invoices}
        assert not named or dispute["invoice_id"] in named
    if disputes:
        assert decision.action == "hand_over"
        assert not kinds(decision) & GRANTS
    if said.has("dispute") and not disputes and said.slots.amounts == () and decision.reason == "dispute":
        # Nothing is opened only where nothing is left to contest.
        rows = who.open_invoices
        named = {slot.invoice_id for slot in said.slots.invoices}
        rows = rows[rows["invoice_id"].isin(named)] if named else rows
        overdue = rows[[due < TODAY for due in rows["due_on"]]] if not named and len(rows) else rows
        rows = overdue if len(overdue) else rows
        assert (rows["amount_open"] == rows["disputed"]).all()


@given(cases())
def test_above_the_threshold_nothing_is_granted_without_a_person(case: Drawn) -> None:
    _, who, policy = case
    decision = decide_reply(*case)
    made = decision.proposal
    if made is None or made.kind == "waiver":
        return
    owed = sum((amounts_open(who)[name] for name in made.invoices), Decimal(0))
    if owed <= of_currency(policy.approval, made.currency):
        return
    if decision.action in ("accept", "counter"):
        # But a promise to pay within seven days, or when due.
        assert (decision.action, made.kind) == ("accept", "promise")
        [(day, _)] = made.instalments
        due = [d for n, d in zip(who.open_invoices["invoice_id"], who.open_invoices["due_on"], strict=True)
               if n in made.invoices]  # fmt: skip
        assert day <= TODAY + timedelta(days=7) or all(day <= d for d in due)
    else:
        assert decision.needs_approval
        assert decision.queue == "credit manager"
        assert not kinds(decision) & GRANTS
        assert [draft["awaits"] for draft in decision.moved("proposal")] == ["person"]


def generosity(decision: Decision) -> date | None:
    """The last day that is granted or proposed without a person; None where a person decides."""
    if decision.action not in ("accept", "counter") or decision.proposal is None or decision.proposal.kind == "plan":
        return None
    return max(day for day, _ in decision.proposal.instalments)


@given(cases(), st.sampled_from(["low", "medium"]))
def test_lower_risk_is_never_granted_less(case: Drawn, lower: str) -> None:
    said, who, policy = case
    table = who.open_invoices
    worse = [max(risk, lower, key=RISKS.index) for risk in table["risk"]]
    better = replace(who, open_invoices=table.assign(risk=[min(r, lower, key=RISKS.index) for r in worse]))
    worse_off = decide_reply(said, replace(who, open_invoices=table.assign(risk=worse)), policy)
    better_off = decide_reply(said, better, policy)
    was, is_ = generosity(worse_off), generosity(better_off)
    if was is not None and is_ is not None and worse_off.proposal and better_off.proposal:
        assert worse_off.proposal.kind != better_off.proposal.kind or was <= is_
    # Who was answered without a person still is.
    if worse_off.action != "hand_over":
        assert better_off.action != "hand_over"
    # What was granted as asked still is.
    if worse_off.action == "accept":
        assert better_off.action == "accept"


@given(cases(), st.integers(1, 3))
def test_broken_promises_never_yield_more(case: Drawn, more: int) -> None:
    said, who, policy = case
    before, after = decide_reply(said, who, policy), decide_reply(said, replace(who, broken=who.broken + more), policy)
    # Either nothing changes, or a person decides and nothing is granted.
    if after != before:
        assert after.action == "hand_over"
        assert after.proposal is None or after.needs_approval
        assert not kinds(after) & GRANTS


@given(cases(), st.integers(1, 3))
def test_promises_made_before_never_yield_more(case: Drawn, more: int) -> None:
    said, who, policy = case
    table = who.open_invoices
    before = decide_reply(said, who, policy)
    after = decide_reply(said, replace(who, open_invoices=table.assign(promises=table["promises"] + more)), policy)
    if after.action != "hand_over":
        assert (after.action, after.proposal) == (before.action, before.proposal)
    else:
        assert not kinds(after) & GRANTS


@given(cases())
def test_what_the_model_was_not_sure_of_grants_nothing(case: Drawn) -> None:
    said, who, policy = case
    unsure = replace(said.meaning, abstained=True, intents=tuple(replace(i, by="model") for i in said.meaning.intents))
    decision = decide_reply(replace(said, meaning=unsure), who, policy)
    assert not kinds(decision) & {*GRANTS, "proposal"}


@given(cases(), st.randoms())
def test_the_order_of_rows_and_of_intents_says_nothing(case: Drawn, random: object) -> None:
    said, who, policy = case
    table = who.open_invoices.sample(frac=1, random_state=random.randint(0, 99)).reset_index(drop=True)  # type: ignore[attr-defined]
    turned = replace(said, meaning=replace(said.meaning, intents=said.meaning.intents[::-1]))
    assert decide_reply(turned, replace(who, open_invoices=table), policy) == decide_reply(said, who, policy)


@given(cases())
def test_every_set_of_intents_is_decided(case: Drawn) -> None:
    said, who, policy = case
    for name in INTENTS:
        more = tuple(replace(said.meaning.intents[0], name=name) for _ in said.meaning.intents[:1])
        meaning = replace(said.meaning, intents=(*said.meaning.intents, *more), abstained=False)
        decision = decide_reply(replace(said, meaning=meaning), who, policy)
        # What was understood is never called not understood.
        assert decision.reason != "not_understood" or not meaning.intents
