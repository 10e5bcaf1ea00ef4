"""The frozen dialogues and attacks, as facts of a customer and what is expected."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from paybench.converse.intents import IntentModel
from paybench.converse.negotiate import Conversation, Decision, Facts, Policy, heard
from paybench.converse.negotiate.facts import COLUMNS
from paybench.converse.understand import understand

REPLIES = Path(__file__).resolve().parent.parent.parent / "data" / "replies"


def scripts(part: str, name: str) -> list[dict[str, Any]]:
    """The lines of a file of a part: frozen, or dev."""
    lines = (REPLIES / part / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def frozen(name: str) -> list[dict[str, Any]]:
    """The lines of a frozen file."""
    return scripts("frozen", name)


def facts_of(script: Mapping[str, Any], today: date) -> Facts:
    """The customer of a script."""
    who = script["customer"]
    rows = [
        {
            "invoice_id": row["invoice_id"], "currency": row["currency"], "amount_open": Decimal(row["amount_open"]),
            "due_on": date.fromisoformat(row["due_on"]), "risk": row["risk"], "p_late": float("nan"),
            "pay_on_p50": None, "promises": row["promises"], "disputed": Decimal(row["disputed"]),
        }
        for row in script["invoices"]
    ]  # fmt: skip
    names = frozenset(row["invoice_id"] for row in rows) | frozenset(who["settled"])
    return Facts(
        customer_id=who["customer_id"], today=today, name=who["name"], language=who["language"],
        country=who["country"], open_invoices=pd.DataFrame(rows, columns=list(COLUMNS)), value=who["value"],
        broken=who["broken"], waivers=who["waivers"],
        unapplied={currency: Decimal(amount) for currency, amount in who["unapplied"].items() if Decimal(amount) > 0},
        settled_ids=frozenset(who["settled"]), known_ids=names,
    )  # fmt: skip


@dataclass(frozen=True)
class Played:
    """One turn of a script as it went."""

    script: str
    turn: int
    text: str
    names: frozenset[str]
    expected: Mapping[str, Any]
    decision: Decision

    @property
    def wrong(self) -> tuple[str, ...]:
        """What differs from what was expected, key by key."""
        return tuple(key for key, value in self.expected.items() if _said(self.decision, key) != _ordered(key, value))


def play(script: Mapping[str, Any], model: IntentModel, policy: Policy) -> list[Played]:
    """Play a script: each text is understood and decided about, in the state that the one before left."""
    stands, played = Conversation("reminded"), []
    today = date.fromisoformat(script["today"])
    for place, turn in enumerate(script["turns"], 1):
        today = date.fromisoformat(turn["today"]) if "today" in turn else today
        facts = facts_of(script, today)
        said = understand(
            turn["text"], today, model, language=facts.language, country=facts.country,
            open_invoices=facts.open_invoices, known_ids=facts.known_ids,
        )  # fmt: skip
        went = heard(stands, said, facts, policy, turn["channel"])
        played.append(Played(script["id"], place, turn["text"], said.names, turn["expect"], went.decision))
        stands = went.conversation
    return played


def _ordered(key: str, value: Any) -> Any:
    return sorted(value) if key == "invoices" else value


def _said(decision: Decision, key: str) -> Any:
    made = decision.proposal
    parts = [] if made is None else [[day.isoformat(), f"{amount:.2f}"] for day, amount in made.instalments]
    if key == "date":
        return parts[-1][0] if len(parts) == 1 else None
    if key == "instalments":
        return parts
    if key == "invoices":
        return sorted(decision.invoices or (() if made is None else made.invoices))
    if key == "queue":
        return decision.queue
    return getattr(decision, key)
