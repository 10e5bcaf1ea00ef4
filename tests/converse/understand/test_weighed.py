"""What a message names corrects what it was taken for, and nothing else does."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from paybench.converse.intents import IntentModel
from paybench.converse.intents.meaning import Intent, Meaning
from paybench.converse.slots import find_slots
from paybench.converse.understand import understand
from paybench.converse.understand.foreign import foreign
from paybench.converse.understand.weighed import weighed

TODAY = date(2026, 3, 2)
OWED = pd.DataFrame(
    {"invoice_id": ["INV-1001", "INV-1002"], "currency": ["EUR", "EUR"], "amount_open": [Decimal(1200), Decimal(300)],
     "due_on": [date(2026, 2, 20), date(2026, 3, 20)]}
)  # fmt: skip


def names(text: str, *taken_for: str, by: str = "model") -> set[str]:
    slots = find_slots(text, TODAY, "en", open_invoices=OWED, known_ids=OWED["invoice_id"])
    meaning = Meaning(tuple(Intent(name, 0.8, by) for name in taken_for), not taken_for, {})
    return {intent.name for intent in weighed(meaning, slots, text, TODAY, tuple(OWED["amount_open"])).intents}


@pytest.mark.parametrize(
    ("text", "taken_for", "means"),
    [
        ("Could we settle on 5 March then?", ("instalment_plan", "need_more_time"), {"need_more_time"}),
        ("I can make a part payment on Friday", ("instalment_plan",), {"part_payment"}),
        ("We can pay 600 on Friday", ("instalment_plan",), {"promise_to_pay"}),
        ("Could we clear it over six months?", ("instalment_plan",), {"instalment_plan"}),
        ("Please would you waive the £25 late payment fee?", ("question",), {"amount_disagreement"}),
        ("Is there any way we can pay on 2 April?", ("question",), {"need_more_time"}),
        ("We'll send 240 on 15 March and that's all we can do", (), {"promise_to_pay"}),
        ("We have paid it on Monday, please check", ("already_paid", "promise_to_pay"), {"already_paid"}),
        ("Do you offer a payment plan?", ("question",), {"instalment_plan"}),
        ("We have paid half of it", ("part_payment",), {"part_payment", "already_paid"}),
        ("We settled it last week", ("part_payment", "already_paid"), {"already_paid"}),
        ("INV-1001 1,200.00 value date 5 March", ("remittance_advice", "already_paid"), {"remittance_advice"}),
        ("Could we pay 400 on Friday?", ("need_more_time",), {"part_payment"}),
        ("Could we pay the 1,200 on Friday?", ("need_more_time",), {"need_more_time"}),
    ],
)
def test_days_amounts_and_words_tell(text: str, taken_for: tuple[str, ...], means: set[str]) -> None:
    assert names(text, *taken_for) == means


@pytest.mark.parametrize("kept", ["dispute", "insolvency", "legal", "unsubscribe", "change_bank_details", "escalate"])
def test_what_is_safer_to_believe_stays(kept: str) -> None:
    for text in ("We will pay on Friday", "Could we have until 9 March?", "please waive the late fee", "ok", ""):
        assert kept in names(text, kept)
        assert kept in names(text, kept, "instalment_plan", "question")


def test_abuse_has_words_of_displeasure() -> None:
    assert names("Could you give us a little more time?", "hostile", "need_more_time") == {"need_more_time"}
    assert "hostile" in names("We will pay on Friday, you incompetent idiots", "hostile", "promise_to_pay")
    # Where nothing is wished for, it stays what it was taken for.
    assert names("Well, well, well", "hostile") == {"hostile"}


def test_questions_about_how_to_pay_stay_questions() -> None:
    assert names("How can we pay this on Friday?", "question") == {"question"}


def test_numbers_of_others_are_found_and_are_not_open() -> None:
    def found(text: str) -> list[str]:
        slots = find_slots(text, TODAY, "en", open_invoices=OWED, known_ids=OWED["invoice_id"])
        some = foreign(text, slots, set(OWED["invoice_id"]))
        assert all(text[slot.start : slot.end] == slot.quote and not slot.open for slot in some)
        return [slot.invoice_id for slot in some]

    assert found("Can I have until Friday for INV-4711?") == ["INV-4711"]
    assert found("invoice no. 88123 will be paid") == ["88123"]
    # The customer's own, orders, days, sums and years are none.
    assert found("INV-1001, inv 1002, order PO-1234, invoice of 12/05/2026, invoice 2026, invoice 1,200.00") == []


def test_two_more_weeks_count_from_the_day_it_is_due(intents_model: IntentModel) -> None:
    def day(text: str) -> date | None:
        said = understand(text, TODAY, intents_model, open_invoices=OWED, known_ids=tuple(OWED["invoice_id"]))
        return said.slots.dates[0].last

    assert day("Could we have two more weeks for INV-1002?") == date(2026, 4, 3)
    # What is overdue, and what is not asked for on top, counts from today.
    assert day("Could we have two more weeks?") == date(2026, 3, 16)
    assert day("We will pay INV-1002 in two weeks") == date(2026, 3, 16)
