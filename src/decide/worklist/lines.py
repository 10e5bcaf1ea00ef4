"""The lines of a worklist: each contact with its invoices, its window, its reason and its proposed text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from ...ledger import day
from ...pages import Language
from ...pages import language as language_of
from ..dunning.policy import CHANNELS, NOTHING, TONES, Policy
from ..dunning.zones import MAIN
from .accounts import HUNDREDTHS
from .line import TERMS, Item, Line
from .reason import reason_of
from .texts import BEFORE, Speaker, Way, fill, money, plain, words

Row = Mapping[Any, Any]
NEEDED = ("invoice_id", "customer_id", "currency", "amount_open", "due_on", "action")
HOURS = Policy("usual", ()).hours
_GERMAN = ("DE", "AT", "LI")


def lines(
    invoices: pd.DataFrame,
    as_of: str | pd.Timestamp,
    speaker: Speaker | None = None,
    hours: Mapping[str, tuple[int, int]] | None = None,
    language: str = "en",
) -> tuple[Line, ...]:
    """The contacts of a day.

    Parameters
    ----------
    invoices : one row per open invoice: :data:`NEEDED`, where ``action`` is "channel:tone" at the invoice that a
        contact is about and empty (or "nothing") at all others. As far as they are known: name, country, language (of
        the customer), claim (what may be asked for of ``amount_open``: less what is disputed, 0 where it is paused),
        collector, step (from 0), contacts (about the invoice so far), value, days_saved, interest, loss, contact and
        strain (of the contact, in the invoice's currency), worth (value in one currency for all), waited, first, zone,
        reasons.
    as_of : the day. speaker : who writes. hours : minutes of the customer's day by channel, from and to.
    language : of the page: of reasons and of talking points; what is written is in the customer's.

    Returns
    -------
    Lines by collector and ``order``: by value, the largest first. Without ``worth`` currencies are not compared: their
    lines are mixed so that every part of the list has as much of each as the whole.

    Raises
    ------
    PaybenchError
        If a column is missing, an action is none, or a customer's account has two.
    """
    at = day(as_of)
    missing = [name for name in NEEDED if name not in invoices.columns]
    if missing:
        raise PaybenchError(f"The open invoices have no column '{missing[0]}'; lines need {', '.join(NEEDED)}.")
    rows = invoices.to_dict("records")
    accounts: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        accounts.setdefault(_account(row), []).append(row)
    chosen = [row for row in rows if _said(row, "action", NOTHING) != NOTHING]
    seen: set[tuple[str, str]] = set()
    found = []
    for row in chosen:
        key = _account(row)
        if key in seen:
            raise PaybenchError(
                f"Two contacts are chosen about the account of {key[0]} in {key[1]}; choose one, about one invoice."
            )
        seen.add(key)
        line = _line(row, accounts[key], at, hours or HOURS)
        found.append(_told(line, speaker or Speaker(), row, at, language))
    worth = [float(_said(row, "worth", np.nan)) for row in chosen] if "worth" in invoices else None
    return _ordered(found, worth)


def _account(row: Row) -> tuple[str, str]:
    return str(row["customer_id"]), str(row["currency"])


def _line(row: Row, account: list[Row], at: pd.Timestamp, hours: Mapping[str, tuple[int, int]]) -> Line:
    action = str(row["action"])
    channel, _, tone = action.partition(":")
    if channel not in CHANNELS or tone not in TONES:
        raise PaybenchError(
            f"There is no action '{action}'; write one of {', '.join(CHANNELS)} and one of {', '.join(TONES)}, like "
            "'email:friendly'."
        )
    items = [_item(other, at) for other in account]
    own = str(row["invoice_id"])
    kept = sorted(
        (i for i in items if i.amount > 0 and (i.days_overdue > 0 or i.invoice_id == own)),
        key=lambda i: (i.due_on, i.invoice_id),
    )
    if not kept:
        raise PaybenchError(f"There is nothing to ask for about {own}: its claim is 0; choose no contact about it.")
    country = str(_said(row, "country", ""))
    start, end = hours[channel]
    return Line(
        collector=str(_said(row, "collector", "")),
        order=0,
        customer_id=str(row["customer_id"]),
        name=plain(_said(row, "name", "")),
        country=country,
        language=_language(str(_said(row, "language", "")), country),
        invoice_id=own,
        items=tuple(kept),
        currency=str(row["currency"]),
        amount=_sum(i.amount for i in kept),
        amount_open=_sum(i.amount_open for i in kept),
        days_overdue=max(i.days_overdue for i in kept),
        channel=channel,
        tone=tone,
        step=int(_said(row, "step", -1)) + 1,
        start=_clock(start),
        end=_clock(end),
        zone=str(_said(row, "zone", MAIN.get(country, ""))),
        value=float(_said(row, "value", np.nan)),
        days=float(_said(row, "days_saved", np.nan)),
        terms={name: float(_said(row, name, np.nan)) for name in TERMS},
        first=bool(_said(row, "first", False)),
        waited=int(_said(row, "waited", 0)),
        pay_by=at,
    )


def _item(row: Row, at: pd.Timestamp) -> Item:
    due, open_ = pd.Timestamp(row["due_on"]), float(row["amount_open"])
    claim = min(max(float(_said(row, "claim", open_)), 0.0), open_)
    return Item(str(row["invoice_id"]), due, (at - due).days, _sum([claim]), _sum([open_]))


def _told(line: Line, speaker: Speaker, row: Row, at: pd.Timestamp, code: str) -> Line:
    said_in = code if line.channel == "phone" else line.language
    t, said = language_of(said_in), speaker.said(said_in)
    # Nothing harder is said about what is not overdue, whatever the tone.
    tone = line.tone if line.days_overdue > 0 else BEFORE
    line = replace(line, pay_by=speaker.pay_by(at, line.tone))
    oldest = line.items[0]
    values = {
        "name": line.name,
        "company": plain(speaker.company),
        "phone": plain(speaker.phone),
        "email": plain(speaker.email),
        "invoice": plain(oldest.invoice_id, 40),
        "due": t.date(oldest.due_on),
        "days": t.number(line.days_overdue),
        "count": t.number(len(line.items)),
        "total": money(t, line.amount, line.currency),
        "pay_by": t.date(line.pay_by),
        "today": t.date(at),
    }
    listed = [_listed(item, line.currency, said, t) for item in line.items]
    if line.several:
        listed.append(fill(said["total"], values))
    way = Way(line.channel, tone, line.several, int(_said(row, "contacts", 0)) > 0)
    subject, text = words(said, speaker, values, way, "\n".join(listed))
    why = reason_of(line, str(_said(row, "reasons", "")), code)
    return replace(line, said_in=said_in, subject=subject, text=text, reason=why)


def _listed(item: Item, currency: str, said: Mapping[str, Any], t: Language) -> str:
    days = {"days": t.number(item.days_overdue)}
    part = {"open": money(t, item.amount_open, currency)}
    values = {
        "invoice": plain(item.invoice_id, 40),
        "part": fill(said["part"], part) if item.amount < item.amount_open else "",
        "amount": money(t, item.amount, currency),
        "due": t.date(item.due_on),
        "late": fill(said["late"][item.days_overdue > 1], days) if item.days_overdue > 0 else "",
    }
    return fill(said["item"], values)


def _ordered(found: list[Line], worth: list[float] | None) -> tuple[Line, ...]:
    table = pd.DataFrame(
        {
            "collector": [line.collector for line in found],
            "currency": [line.currency for line in found],
            "first": [not line.first for line in found],
            "worth": [-line.value for line in found] if worth is None else [-w for w in worth],
            "amount": [-line.amount for line in found],
            "days": [-line.days_overdue for line in found],
            "customer": [line.customer_id for line in found],
        }
    )
    keys = ["first", "worth", "amount", "days", "customer"]
    table = table.sort_values(["collector", *keys, "currency"], kind="stable")
    if worth is None and len(table):
        parts = table.groupby(["collector", "currency"])["worth"]
        table["place"] = (parts.cumcount() + 0.5) / parts.transform("size")
        table = table.sort_values(["collector", "place", "currency"], kind="stable")
    nth = table.groupby("collector").cumcount() + 1
    return tuple(replace(found[i], order=int(n)) for i, n in zip(table.index, nth, strict=True))


def _said(row: Row, column: str, otherwise: Any) -> Any:
    value = row.get(column, otherwise)
    return otherwise if value is None or value == "" or pd.isna(value) else value


def _language(said: str, country: str) -> str:
    code = said[:2].lower() if said else "de" if country in _GERMAN else "en"
    return code if code in ("en", "de") else "en"


def _sum(amounts: Any) -> float:
    return sum(round(amount * HUNDREDTHS) for amount in amounts) / HUNDREDTHS


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
