"""An assignment as a table of a terminal."""

from __future__ import annotations

from typing import Any

import pandas as pd


def told(parts: pd.DataFrame, prices: pd.DataFrame) -> str:
    """What the day brings by currency, and what one more contact would, at most 80 columns wide.

    Parameters
    ----------
    parts, prices : of :class:`~.assign.Assigned`.
    """
    lines = [f"{'':<8}{'accounts':>10}{'contacts':>10}{'value':>16}{'greedy':>16}{'waited first':>16}"]
    for part in _rows(parts):
        less = f"{100 * (part.greedy / part.value - 1):+.1f} %" if part.value > 0 else ""
        cost = f"costs {part.floor:,.2f}" if part.floor else "costs nothing"
        lines.append(
            f"{part.currency:<8}{part.accounts:>10,}{part.contacts:>10,}{part.value:>16,.2f}{less:>16}{cost:>16}"
        )
    if len(prices):
        lines += ["", f"{'':<8}{'channel':<10}{'by':<18}{'made':>8}{'room':>8}  one more would bring"]
        lines += [
            f"{slot.currency:<8}{slot.channel:<10}{slot.collector[:17]:<18}{slot.used:>8,}{slot.capacity:>8,}"
            f"{slot.one_more:>12,.2f}"
            for slot in _rows(prices)
        ]
    doubtful = parts[~parts["proven"]]
    lines += [
        f"The plan for {part.currency} is not proven the best; no plan brings more than {part.best:,.2f}."
        for part in _rows(doubtful)
    ]
    return "\n".join(lines)


def _rows(table: pd.DataFrame) -> list[Any]:
    return list(table.itertuples(index=False))
