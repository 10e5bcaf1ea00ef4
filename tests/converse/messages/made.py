"""Facts and decisions drawn at random, as the negotiation could make them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from paybench.converse.intents import Intent, Meaning
from paybench.converse.negotiate.decision import (
    ACCEPT,
    ANSWER,
    ASK,
    COUNTER,
    EXTENSION,
    HAND_OVER,
    NOTE,
    PART,
    PLAN,
    PROMISE,
    WAIVER,
    Decision,
    Move,
    Proposal,
)  # fmt: skip
from paybench.converse.negotiate.facts import COLUMNS, Facts
from paybench.converse.negotiate.money import equal_parts
from paybench.converse.slots.found import Slots
from paybench.converse.understand import Understood

PAIRS = (
    *[(ACCEPT, reason, kind) for reason, kind in (("within_policy", EXTENSION), ("within_policy", PLAN),
      ("within_policy", PART), ("promise", PROMISE), ("waiver", WAIVER), ("agreed", EXTENSION), ("agreed", PLAN))],
    *[(COUNTER, reason, kind) for reason, kind in (("default_horizon", EXTENSION), ("beyond_policy", EXTENSION),
      ("beyond_policy", PROMISE), ("beyond_policy", PLAN), ("no_firm_day", PROMISE), ("default_plan", PLAN),
      ("rest_open", PART), ("part_too_small", PLAN), ("hardship", PLAN))],
    *[(ASK, reason, "") for reason in ("which_currency", "which_invoice", "which_day", "which_amount",
      "payment_not_found", "approval_when")],
    *[(ANSWER, reason, "") for reason in ("nothing_open", "card_data_sent", "redirect", "payment_found", "remittance",
      "documents", "how_to_pay", "what_is_owed", "who_are_you")],
    *[(HAND_OVER, reason, "") for reason in ("insolvency", "legal", "change_bank_details", "unsubscribe", "escalate",
      "hostile", "dispute", "amount_disagreement", "waiver", "wrong_contact", "broken_promises", "extensions_used",
      "hardship", "missing_po", "question", "not_understood", "refused",
      "no_agreement", "proposal_lapsed", "with_person")],
    (HAND_OVER, "approval", EXTENSION),
    *[(NOTE, reason, "") for reason in ("bounce", "out_of_office", "unsubscribe", "acknowledgement", "out_of_scope")],
)  # fmt: skip
"""Every action and reason that a decision can have, with the kinds of its proposal."""

TODAY = date(2026, 3, 2)
LINK = "https://pay.example/l/x8Yw2kQ9"
WHERE = (("en", "GB"), ("en", "US"), ("de", "DE"), ("de", "CH"), ("fr", "FR"), ("es", "ES"), ("es", "MX"))
IDS = ("INV-2024-0013", "RE2025/778", "100234", "A.12", "F_9-3", "INV-00074-0001", "2025-11-30", "7", "INV-2024-0013#1")
CUSTOMERS = ("Müller & Söhne GmbH", "Acme Widgets Ltd", "Studio 54 Inc.", "", "José Peña S.L.", "{{ 7 * 7 }} GmbH",
             "L'Éclair SARL", "4711", "Ö", "Straße 7 www.strasse.example KG")  # fmt: skip


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """A customer with up to five open invoices in one currency, now and then two."""
    language, country = draw(st.sampled_from(WHERE))
    ids = draw(st.lists(st.sampled_from(IDS), max_size=5, unique=True))
    codes = draw(st.sampled_from((["EUR"], ["USD"], ["JPY"], ["KWD"], ["EUR", "USD"])))
    rows = []
    for name in ids:
        code = draw(st.sampled_from(codes))
        places = {"JPY": 0, "KWD": 3}.get(code, 2)
        amount = Decimal(draw(st.integers(100, 20_000_000))).scaleb(-places)
        due = TODAY + timedelta(days=draw(st.integers(-120, 30)))
        rows.append((name, code, amount, due, "low", 0.5, None, 0, draw(st.sampled_from((Decimal(0), amount / 2)))))
    table = pd.DataFrame(rows, columns=list(COLUMNS)).sort_values(["due_on", "invoice_id"], ignore_index=True)
    return Facts(
        "C1", TODAY, draw(st.sampled_from(CUSTOMERS)), language, country, table,
        value=draw(st.sampled_from(("small", "large"))), broken=draw(st.integers(0, 2)),
        account_manager=draw(st.sampled_from(("", "Ana Berg"))), settled_ids=frozenset({"OLD-1"}),
        known_ids=frozenset({*ids, "OLD-1"}),
    )  # fmt: skip


@st.composite
def decisions(draw: st.DrawFn, known: Facts) -> Decision:
    """A decision about such a customer."""
    rows = known.open_invoices
    able = [pair for pair in PAIRS if len(rows) or not pair[2]]
    action, reason, kind = draw(st.sampled_from(able))
    made, moves = None, []
    if kind:
        currency = draw(st.sampled_from(sorted(set(rows["currency"]))))
        mine = rows[rows["currency"] == currency]
        names = tuple(mine["invoice_id"][: draw(st.integers(1, len(mine)))])
        total = sum(mine["amount_open"][: len(names)], Decimal(0))
        number = {PLAN: draw(st.integers(1, 7)), PART: draw(st.integers(1, 2))}.get(kind, 1)
        parts = equal_parts(total, number, currency) if kind != WAIVER else (Decimal("12.50"),)
        first = TODAY if kind == WAIVER else TODAY + timedelta(days=draw(st.integers(1, 30)))
        days = tuple(first + timedelta(days=30 * n) for n in range(len(parts)))
        made = Proposal(kind, currency, names, tuple(zip(days, parts, strict=True)))
        if action == ACCEPT and kind != WAIVER:
            moves.append(Move("pause", {"invoices": names, "until": days[-1], "why": "promised"}))
    if reason in ("dispute", "amount_disagreement") and len(rows):
        row = rows.iloc[0]
        moves.append(Move("dispute", {"invoice_id": row["invoice_id"], "amount": row["amount_open"]}))
    return Decision(action, reason, ("Why.",), made, moves=tuple(moves), card_warning=draw(st.booleans()))


def understood(language: str = "en", *names: str) -> Understood:
    """A message that means nothing but these intents."""
    return Understood("text", "text", language, Meaning(tuple(map(Intent, names))), Slots())


def known_customer(**more: Any) -> Facts:
    """A German customer with one overdue invoice, INV-7 of 1,200.00 EUR."""
    row = ("INV-7", "EUR", Decimal("1200.00"), date(2026, 2, 3), "low", 0.5, None, 0, Decimal(0))
    base = Facts("C1", TODAY, "Müller GmbH", "de", "DE", pd.DataFrame([row], columns=list(COLUMNS)))
    return replace(base, **more)
