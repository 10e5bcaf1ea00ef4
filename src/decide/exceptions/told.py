"""A queue for a terminal of 80 columns, in plain letters."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import pandas as pd

from ...explain.numbers import money
from .carry import DONE
from .kinds import KINDS
from .rows import told_date

if TYPE_CHECKING:
    from .queue import Queue

WIDTH = 80
SHOWN = 10
"""Exceptions of which all is told, the first to be seen to."""


def told(queue: Queue) -> str:
    """How many of each kind, what came and went, and the first ones in full."""
    to_do, moved = queue.to_do, queue.movement
    count = {name: int(moved[name].sum()) for name in ("before", "new", "back", "resolved")}
    since = "nothing was in the queue before"
    if any(count[name] for name in ("before", "back", "resolved")):
        since = (
            f"{count['new']:,} new since the last queue, {count['back']:,} back and {count['resolved']:,} resolved; "
            f"{int((queue.table['state'] == DONE).sum()):,} are done"
        )
    lines = paragraph(f"{_count(len(to_do), 'exception')} of {queue.book} to see to on {told_date(queue.at)}; {since}.")
    if len(to_do):
        lines += ["", *_kinds(queue, to_do)]
    places = queue.messages["place"].value_counts()
    asked = int(places.drop(["recognised", "earlier"], errors="ignore").sum())
    if len(queue.messages):
        lines += ["", *paragraph(
            f"{_count(len(queue.messages), 'message')}: {asked} in the queue, {int(places.get('recognised', 0))} "
            f"understood, {int(places.get('earlier', 0))} from before {told_date(queue.since)}, when the queue began "
            "to watch."
        )]  # fmt: skip
    if queue.unlooked:
        names = ", ".join(KINDS[name].title.lower() for name in queue.unlooked)
        lines += paragraph(f"Without a score table these could not be looked for in full: {names}.")
    for row in to_do.head(SHOWN).to_dict("records"):
        lines += ["", *_one(row)]
    if len(to_do) > SHOWN:
        lines += ["", *paragraph(f"... and {len(to_do) - SHOWN:,} more in the table.")]
    return "\n".join(lines)


def _kinds(queue: Queue, to_do: pd.DataFrame) -> list[str]:
    """A table of kinds: how many, how many late, for how much by currency."""
    lines = [f"{'':<32}{'items':>7}{'past deadline':>15}  amount"]
    for kind in [name for name in KINDS if (to_do["kind"] == name).any()]:
        rows = to_do[to_do["kind"] == kind]
        sums = rows[rows["currency"] != ""].groupby("currency")["amount"].sum()
        late = int((rows["deadline"] < queue.at).sum())
        shown = [f"{currency} {short(amount)}" for currency, amount in sums.items()]
        first, *more = wrap(", ".join(shown), WIDTH - 57) or [""]
        lines.append(f"{KINDS[kind].title:<32}{len(rows):>7,}{late or '':>15}  {first}".rstrip())
        lines += [f"{'':<56}{text}" for text in more]
    return lines


def _one(row: dict[Any, Any]) -> list[str]:
    head = f"{row['exception_id']}  priority {row['priority']}  {row['owner']}, by {told_date(row['deadline'])}"
    state = "" if row["state"] == "open" else f", {row['state'].replace('_', ' ')}"
    about = " ".join(filter(None, (row["customer_id"], row["invoice_id"])))
    return [
        *paragraph(f"{head}{state}  {about}"),
        *paragraph(row["reason"], "  "),
        *paragraph(f"-> {row['next_step']}", "  "),
        *(paragraph(f"note: {row['note']}", "  ") if row["note"] else []),
    ]


def short(amount: float) -> str:
    """An amount in few letters: '950', '12,300', '2.1 m'."""
    return f"{amount / 1e6:,.1f} m" if abs(amount) >= 999_500 else money(amount)


def paragraph(text: str, indent: str = "") -> list[str]:
    """A sentence in lines."""
    return wrap(text, WIDTH - 1, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def table(head: Iterable[str], rows: Iterable[Iterable[str]], widths: Iterable[int]) -> list[str]:
    """Lines of a table: columns below zero are flushed left, others right; what is too long is cut."""
    return [
        "".join(_cell(text, width) for text, width in zip(line, widths, strict=True)).rstrip() for line in (head, *rows)
    ]


def _cell(text: str, width: int) -> str:
    room = abs(width) - 1
    text = text if len(text) <= room else f"{text[: room - 2]}.."
    return f"{text:<{-width}}" if width < 0 else f"{text:>{width}}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
