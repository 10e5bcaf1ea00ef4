"""A worklist as a page from which a collector works, on a screen or on paper."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from ...pages import Language, Page, render
from .assigned import WHY_NOT, Assigned
from .line import DASH, TERMS, Line
from .reason import worklist_language
from .served import ALL
from .texts import money
from .worklist import Worklist

_NAMED = ("currency", "country", "segment")
_SIGNS = {"interest": 1, "loss": 1, "contact": -1, "strain": -1}
_TERMS = {
    "interest": "capital cost saved",
    "loss": "loss avoided",
    "contact": "cost of the contact",
    "strain": "strain on the relationship",
}
_SPEAKS = {"en": "in English", "de": "in German"}


def worklist_page(worklist: Worklist) -> str:
    """The page.

    Raises
    ------
    ImportError
        If Jinja2 is not installed.
    """
    t = worklist_language(worklist.language)
    folder = files(__package__ or "paybench.decide.worklist")
    template, style = (folder.joinpath(f"worklist.{kind}").read_text(encoding="utf-8") for kind in ("html", "css"))
    title = f"{worklist.book}: {t('worklist of {date}', date=t.date(worklist.at))}"
    return render(Page(template, title, style), t, **context(worklist, t)) + "\n"


def context(worklist: Worklist, t: Language) -> dict[str, Any]:
    """What the template says, as text."""
    total = worklist.table().groupby("currency")["amount"].sum() if worklist.lines else pd.Series(dtype="float64")
    return {
        "book": worklist.book,
        "date": t.date(worklist.at),
        "contacts": _count(t, len(worklist.lines), "contact"),
        "amounts": [money(t, float(amount), str(currency)) for currency, amount in total.items()],
        "sections": [_section(worklist, name, t) for name in worklist.collectors],
        "parts": _parts(worklist.assigned, t),
        "room": _room(worklist.assigned, t),
        "left": _left(worklist.assigned, t),
        "served": _served(worklist.served, t),
    }


def _count(t: Language, n: int, noun: str) -> str:
    return t(f"1 {noun}") if n == 1 else t("{n} " + noun + "s", n=t.number(n))


def _section(worklist: Worklist, name: str, t: Language) -> dict[str, Any]:
    mine = worklist.of(name)
    return {
        "name": name,
        "id": f"collector-{worklist.collectors.index(name) + 1}",
        "contacts": _count(t, len(mine), "contact"),
        "lines": [_line(line, worklist, t) for line in mine],
    }


def _line(line: Line, worklist: Worklist, t: Language) -> dict[str, Any]:
    when = {0: t("due today")}.get(line.days_overdue)
    if when is None:
        days = _count(t, abs(line.days_overdue), "day")
        when = t("{days} overdue", days=days) if line.days_overdue > 0 else t("due in {days}", days=days)
    return {
        "order": line.order,
        "customer": line.name or line.customer_id,
        "id": f"{line.customer_id}, {line.country}" if line.country else line.customer_id,
        "amount": money(t, line.amount, line.currency),
        "open": money(t, line.amount_open, line.currency) if line.amount_open != line.amount else "",
        "when": when,
        "invoices": _count(t, len(line.items), "invoice"),
        "channel": t(line.channel),
        "tone": t(line.tone),
        "hours": f"{line.start}{DASH}{line.end}",
        "zone": line.zone.rsplit("/", 1)[-1].replace("_", " "),
        "here": line.elsewhere(worklist.at, worklist.home),
        "first": line.first,
        "value": money(t, line.value, line.currency) if np.isfinite(line.value) else DASH,
        "terms": _terms(line, t),
        "reason": line.reason,
        "subject": line.subject,
        "text": line.text,
        "language": line.said_in,
        "speaks": "" if line.said_in == line.language else t(_SPEAKS[line.language]),
        "call": line.channel == "phone",
    }


def _terms(line: Line, t: Language) -> list[str]:
    if not all(np.isfinite(line.terms[name]) for name in TERMS):
        return []
    some = [name for name in TERMS if round(line.terms[name], 2)]
    return [f"{t(_TERMS[name])} {_signed(t, _SIGNS[name] * line.terms[name])}" for name in some]


def _signed(t: Language, amount: float) -> str:
    return ("+" if amount > 0 else "\N{MINUS SIGN}") + t.number(abs(amount), 2)


def _parts(assigned: Assigned | None, t: Language) -> list[dict[str, str]]:
    if assigned is None:
        return []
    return [
        {
            "currency": part["currency"] or DASH,
            "accounts": t.number(part["accounts"]),
            "contacts": t.number(part["contacts"]),
            "value": t.number(part["value"], 2),
            "greedy": t.number(part["greedy"], 2),
            "floor": t.number(part["floor"], 2),
            "best": t("yes") if part["proven"] else t("at most {best}", best=t.number(part["best"], 2)),
        }
        for part in assigned.parts.to_dict("records")
    ]


def _room(assigned: Assigned | None, t: Language) -> list[dict[str, str]]:
    if assigned is None:
        return []
    return [
        {
            "channel": t(slot["channel"]),
            "collector": slot["collector"] or DASH,
            "currency": slot["currency"] or DASH,
            "used": t("{used} of {room}", used=t.number(slot["used"]), room=t.number(slot["capacity"])),
            "more": t.number(slot["one_more"], 2),
        }
        for slot in assigned.prices.to_dict("records")
    ]


def _left(assigned: Assigned | None, t: Language) -> list[str]:
    if assigned is None:
        return []
    counts = {why: int((assigned.state == why).sum()) for why in WHY_NOT}
    return [f"{t.number(n)}: {t(WHY_NOT[why])}" for why, n in counts.items() if n]


def _served(table: pd.DataFrame | None, t: Language) -> list[dict[str, str]]:
    if table is None:
        return []
    return [
        {
            "by": ""
            if row["by"] == ALL
            else t(row["by"])
            if row["by"] in ("currency", "country", "segment")
            else row["by"],
            "group": t("all accounts") if row["by"] == ALL else row["group"] or DASH,
            "wanted": t.number(row["wanted"]),
            "contacted": t.number(row["contacted"]),
            "share": DASH if pd.isna(row["share"]) else t.percent(row["share"]),
            "first": t.number(row["first"]),
            "waits": DASH if pd.isna(row["waits_at_most"]) else t.number(row["waits_at_most"]),
        }
        for row in table.to_dict("records")
    ]
