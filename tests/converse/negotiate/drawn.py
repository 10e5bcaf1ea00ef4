"""Messages as they are understood, and customers, drawn at random or made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from paybench.converse.intents.meaning import INTENTS, Intent, Meaning
from paybench.converse.negotiate import Facts, Policy, read_policy
from paybench.converse.negotiate.facts import CHANNELS, COLUMNS
from paybench.converse.negotiate.policy import RISKS, VALUES
from paybench.converse.slots.found import AmountSlot, DateSlot, InvoiceSlot, NameSlot, PlanSlot, Slots
from paybench.converse.understand import Understood

TODAY = date(2026, 3, 2)
STANDARD = read_policy()
NEGOTIATION = ("instalment_plan", "need_more_time", "part_payment", "promise_to_pay")


def day(after: int) -> date:
    """So many days after today."""
    return TODAY + timedelta(days=after)


def on(after: int | tuple[int, int], ask: bool = False, quote: str = "then") -> DateSlot:
    """A day, or a range of days, so many days after today."""
    first, last = after if isinstance(after, tuple) else (after, after)
    return DateSlot(quote, 0, len(quote), None if ask else day(first), None if ask else day(last), ask)


def understood(
    *names: str,
    days: Sequence[DateSlot | int] = (),
    amounts: Sequence[str | AmountSlot] = (),
    invoices: Sequence[str] = (),
    text: str = "",
    abstained: bool = False,
    by: str = "model",
    **more: Any,
) -> Understood:
    """A message that means some intents and names some things."""
    slots = Slots(
        dates=tuple(on(d) if isinstance(d, int) else d for d in days),
        amounts=tuple(AmountSlot(a, 0, 1, Decimal(a)) if isinstance(a, str) else a for a in amounts),
        invoices=tuple(InvoiceSlot(name, 0, 1, name, True) for name in invoices),
        **more,
    )
    meaning = Meaning(tuple(Intent(name, 0.9, by) for name in names), abstained, {})
    return Understood(text, text, "en", meaning, slots)


def bill(name: str, amount: str, due: int = -10, **more: Any) -> dict[str, Any]:
    """One open invoice, due so many days after today."""
    return {
        "invoice_id": name, "currency": "EUR", "amount_open": Decimal(amount), "due_on": day(due), "risk": "medium",
        "p_late": float("nan"), "pay_on_p50": None, "promises": 0, "disputed": Decimal(0), **more,
    }  # fmt: skip


def customer(*bills: Mapping[str, Any], **more: Any) -> Facts:
    """A customer with some open invoices."""
    table = pd.DataFrame(list(bills), columns=list(COLUMNS))
    return Facts("C1", TODAY, open_invoices=table, known_ids=frozenset(table["invoice_id"]), **more)


OWING = customer(bill("A1", "1200.00"))
"""Owes 1,200.00 EUR since ten days, at medium risk."""


@st.composite
def facts(draw: st.DrawFn, calm: bool = False, currencies: Sequence[str] = ("EUR", "EUR", "USD", "JPY")) -> Facts:
    """A customer with up to four open invoices; a calm one owes in one currency, and nothing speaks against it."""
    one = calm or draw(st.booleans())
    common = draw(st.sampled_from(currencies))
    rows = []
    for n in range(draw(st.integers(1 if calm else 0, 4))):
        amount = Decimal(draw(st.one_of(st.integers(1, 2_000_000), st.sampled_from([100, 5_000, 100_000])))) / 100
        rows.append(
            bill(
                f"A{n}",
                str(amount),
                draw(st.integers(-60, 40)),
                currency=common if one else draw(st.sampled_from(currencies)),
                risk=draw(st.sampled_from(RISKS)),
                promises=0 if calm else draw(st.sampled_from([0, 0, 0, 1, 2, 3])),
                disputed=draw(
                    st.sampled_from([Decimal(0), Decimal(0), amount, (amount / 2).quantize(Decimal("0.01"))])
                ),
            )
        )
    settled = draw(st.sampled_from([frozenset[str](), frozenset({"P1"})]))
    free = {"EUR": Decimal(draw(st.integers(0, 20_000)))} if draw(st.booleans()) else {}
    return customer(
        *rows,
        value=draw(st.sampled_from(VALUES)),
        broken=0 if calm else draw(st.sampled_from([0, 0, 0, 1, 2, 3])),
        waivers=draw(st.sampled_from([0, 0, 1])),
        unapplied=free,
        settled_ids=settled,
        allowed=dict.fromkeys(CHANNELS, True) | {"email": draw(st.sampled_from([True, True, False]))},
    )


@st.composite
def date_slots(draw: st.DrawFn) -> DateSlot:
    """A day from two months ago to four months ahead, a range, or words to ask back about."""
    if draw(st.integers(0, 7)) == 0:
        return on(0, ask=True, quote=draw(st.sampled_from(["03/04", "soon"])))
    first = draw(st.one_of(st.integers(-5, 20), st.integers(-60, 120)))
    return on((first, first + draw(st.sampled_from([0, 0, 0, 4]))))


@st.composite
def amount_slots(draw: st.DrawFn, of: Facts) -> AmountSlot:
    """An amount: an invoice's, all that is open, a part of it, or any."""
    open_ = list(of.open_invoices["amount_open"])
    some = [*open_, sum(open_, Decimal(0)), Decimal(draw(st.integers(1, 300_000))) / 100]
    amount = draw(st.sampled_from(some)) / draw(st.sampled_from([1, 1, 2, 4]))
    currency = draw(st.sampled_from(["", "", "EUR", "EUR", "USD"]))
    return AmountSlot("so much", 0, 1, amount.quantize(Decimal("0.01")), currency)


@st.composite
def messages(draw: st.DrawFn, of: Facts, names: Sequence[str] = INTENTS, most: int = 4) -> Understood:
    """A message to a customer's name: any intents together, and whatever is named in it."""
    usual = st.sampled_from(list(names))
    negotiated = st.sampled_from([name for name in NEGOTIATION if name in names] or list(names))
    some = draw(st.lists(st.one_of(usual, negotiated), min_size=1, max_size=most, unique=True))
    ids = [*of.open_invoices["invoice_id"], *(["P1", "X9"] if most > 2 else [])] or ["X9"]
    plan = PlanSlot(
        "in parts",
        draw(st.sampled_from([None, None, 1, 2, 3, 4, 6, 12, 10**9])),
        draw(st.sampled_from(["", "weekly", "fortnightly", "monthly", "10", "90"])),
        draw(st.one_of(st.none(), st.integers(1, 300_000).map(lambda cents: Decimal(cents) / 100))),
    )
    return understood(
        *some,
        days=draw(st.lists(date_slots(), max_size=3)),
        amounts=draw(st.lists(amount_slots(of), max_size=2)),
        invoices=draw(st.one_of(st.just([]), st.lists(st.sampled_from(ids), max_size=2))),
        abstained=draw(st.sampled_from([False] * 7 + [True])),
        by=draw(st.sampled_from(["rule", "model"])),
        text=draw(st.sampled_from(["How can we pay?", "ok", "Wie viel ist offen?", "why?", ""])),
        names=draw(st.sampled_from([(), (NameSlot("Ann", 0, 3, "Ann", "ann@example.com"),)])),
        plan=draw(st.sampled_from([None, plan, plan])),
        firmness=draw(st.sampled_from(["", "firm", "firm", "soft", "aspirational"])),
        waiver=draw(st.booleans()),
        channels_off=draw(st.sampled_from([(), (), ("phone",), ("all",)])),
    )


NEGOTIATED = (*NEGOTIATION, "already_paid", "hardship", "amount_disagreement", "internal_approval")


@st.composite
def cases(draw: st.DrawFn) -> tuple[Understood, Facts, Policy]:
    """A message, a customer and a policy: mostly one with whom there is something to negotiate."""
    calm = draw(st.sampled_from([True, True, False]))
    who = draw(facts(calm))
    return draw(messages(who, NEGOTIATED, 2) if calm else messages(who)), who, draw(policies())


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """The standard policy, or any other that may be written."""
    if draw(st.booleans()):
        return STANDARD
    falling = st.lists(st.integers(1, 60), min_size=3, max_size=3).map(lambda some: sorted(some, reverse=True))
    longest = [draw(falling) for _ in VALUES]
    shares = sorted(draw(st.lists(st.sampled_from([0, 0.1, 0.25, 0.5, 0.9, 1]), min_size=3, max_size=3)))
    money = st.sampled_from([0, 50, 400, 10_000])
    return read_policy(
        {
            "default_days": draw(st.integers(1, 40)),
            "longest_days": {r: {v: longest[j][i] for j, v in enumerate(VALUES)} for i, r in enumerate(RISKS)},
            "most_extensions": draw(st.integers(1, 3)),
            "broken_tolerated": {value: draw(st.integers(0, 2)) for value in VALUES},
            "plan": {
                "most": dict(zip(RISKS, draw(falling), strict=True)),
                "default": draw(st.integers(1, 8)),
                "every_days": draw(st.sampled_from([7, 14, 30])),
                "first_share": dict(zip(RISKS, shares, strict=True)),
                "first_within_days": draw(st.integers(1, 30)),
                "least": {"EUR": draw(money), "other": draw(money)},
            },
            "part_share": draw(st.sampled_from([0.1, 0.25, 0.5])),
            "paid_check_days": draw(st.integers(0, 9)),
            "approval": {"EUR": draw(st.sampled_from([0, 1000, 10**9, 10**9])), "other": 10**9},
        }
    )
