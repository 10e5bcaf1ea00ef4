"""The decisions of a day at a terminal, 80 columns wide."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

import pandas as pd

from ..worklist.texts import plain

if TYPE_CHECKING:
    from .decisions import Decisions

SHOWN = 10
"""Lines of the worklist that are named."""


def told(found: Decisions) -> str:
    """What is done today, why nothing is done about the others, and what a person has to see."""
    about, lines = found.about, found.worklist.lines
    out = [f"{about['book']} on {about['as_of']}: policy {about['policy']}, model {about['model']}"]
    by = pd.Series([line.channel for line in lines], dtype="str").value_counts().sort_index()
    how = ", ".join(f"{n} by {channel}" for channel, n in by.items())
    drawn = int((found.log["drawn"]).sum())
    out += ["", f"worklist    {_count(len(lines), 'contact')}" + (f": {how}" if how else "")]
    if len(found.log):
        nothing = len(found.withheld)
        out.append(f"            nothing is sent in {_count(nothing, 'case')} of choice; chance chose {drawn} times")
    for line in lines[:SHOWN]:
        who, amount = plain(line.customer_id), f"{line.amount:,.2f} {line.currency}"
        out.append(f"  {who:<14.14} {line.channel:<6} {line.tone:<9}{amount:>20}  {line.days_overdue:>4} days")
    if len(lines) > SHOWN:
        out.append(f"  and {len(lines) - SHOWN} more")
    counts = found.states["state"].value_counts()
    said = ", ".join(f"{str(name).replace('_', ' ')} {n}" for name, n in counts.items())
    out += ["", *wrap(f"states      {said}", 79, subsequent_indent=" " * 12)]
    segments = found.segments.table["segment"].value_counts()
    said = ", ".join(f"{name} {n}" for name, n in segments.items())
    out += wrap(f"segments    {said}", 79, subsequent_indent=" " * 12)
    to_do = found.queue.to_do
    kinds = ", ".join(f"{str(kind).replace('_', ' ')} {n}" for kind, n in to_do["kind"].value_counts().items())
    out += wrap(f"exceptions  {len(to_do)} to see to" + (f": {kinds}" if kinds else ""), 79, subsequent_indent=" " * 12)
    effects = found.uplift.declined or "known, see effects.csv"
    out += wrap(f"effects     {effects}", 79, subsequent_indent=" " * 12)
    return "\n".join(out)


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
