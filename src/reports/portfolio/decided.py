"""The decisions of the day: what is sent and why, why nothing is, who belongs together, and what came of contacts."""

from __future__ import annotations

from typing import Any

from ...pages import Language
from .communications import communications
from .contacts import asked, chance, channels, worklist
from .findings import Findings, currencies
from .queued import owners
from .said import count
from .segmented import borders, flags, segmented
from .states import DUE_NOW, states_told


def decided(found: Findings, shown: list[str], t: Language) -> dict[str, Any] | None:
    """Everything about the decisions; None where none could be made.

    Parameters
    ----------
    shown : the currencies of which lists and maps are told, in their order.
    """
    made = found.decisions
    if made is None:
        return None
    order = currencies(found.table)
    held = int((made.states["state"] != DUE_NOW).sum())
    to_do = made.queue.to_do
    late = int((to_do["deadline"] < made.queue.at).sum())
    return {
        "policy": made.policy.name,
        "contacts": t.number(len(made.worklist.lines)),
        "channels": channels(made, t),
        "asked": asked(made, order, t),
        "drawn": t.number(int(made.log["drawn"].sum())),
        "cases": t.number(len(made.log)),
        "held": t.number(held),
        "of": count(t, len(made.states), "invoice"),
        "to_do": t.number(len(to_do)),
        "late": t.number(late) if late else "",
        "first": t.date(to_do["deadline"].min()) if len(to_do) else "",
        "chance": chance(made, t),
        "known": not made.uplift.declined,
        "declined": made.uplift.declined if t.code == "en" else "",
        "books": [
            {
                "currency": currency,
                "work": worklist(found, made, currency, t),
                "map": segmented(found, made.segments, currency, t),
            }
            for currency in shown
        ],
        "borders": borders(made.segments, t),
        "flags": flags(found, made.segments, order, t),
        "states": states_told(found, made, shown, t),
        "contacted": communications(made.performance, t),
        "owners": owners(made.queue, order, t),
    }
