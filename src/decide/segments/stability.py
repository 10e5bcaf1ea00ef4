"""Whether the same customers would be together if chance had dealt them other invoices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from .agreement import adjusted_rand, jaccard
from .facts import Facts, Floats, Ints
from .grid import Held
from .replay import cells, replay_again
from .segment import Segments, names_of
from .words import ORDER


@dataclass(frozen=True)
class Stability:
    """How segments hold when each account's invoices are drawn again, as many as it has, with replacement.

    Twice: as they are used, where what was told a month before is known and only this month's estimates are drawn
    again; and from nothing, where every month since the first is. The first tells how much a collector's list would
    waver; the second how much of a customer's place is luck, the luck of its first months included.

    Attributes
    ----------
    ari, ari_from_nothing : (times,) adjusted Rand index against the segments.
    by_segment : DataFrame, one row per segment that has accounts: segment, accounts, jaccard, jaccard_from_nothing
        (mean share that stays together, Hennig 2007; a segment of few accounts is one of few customers' luck).
    """

    ari: Floats
    ari_from_nothing: Floats
    by_segment: pd.DataFrame

    def __str__(self) -> str:
        lines = [
            f"invoices drawn again {len(self.ari)} times; agreement with what was told (1 = the same)",
            f"  {'':<30}{'as used':>12}{'from nothing':>16}",
            f"  {'adjusted Rand index':<30}{self.ari.mean():>12.2f}{self.ari_from_nothing.mean():>16.2f}",
        ]
        for row in self.by_segment.to_dict("records"):
            name = f"{row['segment']} ({row['accounts']:,d})"
            lines.append(f"  {name:<30}{row['jaccard']:>12.2f}{row['jaccard_from_nothing']:>16.2f}")
        return "\n".join(lines)


def stability(segments: Segments, times: int = 20, seed: int = 0) -> Stability:
    """Draw each account's invoices again, and compare.

    What is known at as_of is taken for all months; where nothing was recorded late that is how they were told.

    Parameters
    ----------
    segments : of a day. times : draws. seed : of them.

    Raises
    ------
    PaybenchError
        If ``times`` is not a whole number above zero.
    """
    if not isinstance(times, int | np.integer) or times < 1:
        raise PaybenchError(f"times is {times!r}; give a whole number above zero.")
    facts, chosen = segments.facts, segments.settings
    before = segments.before or Held.nothing(len(facts.accounts))
    told = {"": before, "_from_nothing": None}
    reference = {end: cells(replay_again(facts, chosen, None, start).level) for end, start in told.items()}
    random = np.random.default_rng(seed)
    drawn: dict[str, list[Ints]] = {end: [] for end in told}
    for _ in range(times):
        copies = draw_again(facts, random)
        for end, start in told.items():
            drawn[end].append(cells(replay_again(facts, chosen, copies, start).level))
    aris = {end: np.array([adjusted_rand(reference[end], one) for one in drawn[end]]) for end in told}
    numbers = np.unique(reference[""])
    level = np.stack([numbers % 3, numbers // 3], axis=1).astype(np.int8)
    table = pd.DataFrame({"segment": names_of(level), "accounts": [(reference[""] == n).sum() for n in numbers]})
    for end in told:
        # Where a segment is empty both in a draw and before, nothing was lost.
        held = [[jaccard(reference[end], one, n) for one in drawn[end]] for n in numbers]
        table[f"jaccard{end}"] = np.array([np.mean(np.where(np.isnan(row), 1.0, row)) for row in held])
    place = table["segment"].map({name: k for k, name in enumerate(ORDER)})
    return Stability(aris[""], aris["_from_nothing"], table.loc[place.sort_values().index].reset_index(drop=True))


def draw_again(facts: Facts, random: np.random.Generator) -> Floats:
    """How often each invoice is drawn, (n,), when each account draws as many as it has."""
    order = np.argsort(facts.account, kind="stable")
    count = np.bincount(facts.account, minlength=len(facts.accounts))
    start = np.cumsum(count) - count
    who = facts.account[order]
    drawn = order[start[who] + np.floor(random.random(len(order)) * count[who]).astype(np.int64)]
    return np.bincount(drawn, minlength=len(order)).astype(np.float64)
