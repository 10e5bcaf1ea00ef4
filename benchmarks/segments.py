"""How far segments hold and what they tell, on simulated worlds whose truth is known.

Per mode and over the seeds, mean (least to most):

- as used, from nothing: adjusted Rand index (ARI) when each account's invoices are drawn again, see
  ``paybench.decide.segments.stability``; Jaccard of the segments of ten accounts or more, the mean and the least;
- moved: share of accounts that moved per month, all of them and those without an event;
- ARI to the truth: the same grid made of what is true of each customer: its mean days overdue (0 in time, 30 at most)
  over the true distributions of its invoices, as if nobody was ever contacted, and what it was really billed a year.
  *expected billing*: the same with the billing that its character makes it expect. *risk*, *value*: one side alone.
  *hidden types*: to the types from which characters were drawn, which a grid of risk and value does not look for;
- what came later: of invoices that fell due in the three months after an earlier as_of.

A second part holds the replay against the obvious way: cutting the ledger at every month (`--speed`).
"""

from __future__ import annotations

import argparse
import sys
import time

import numpy as np
import pandas as pd

from paybench.decide.segments import Segments, migration, segment, stability, usefulness
from paybench.decide.segments.agreement import adjusted_rand
from paybench.decide.segments.mixture import discover
from paybench.decide.segments.replay import days_of
from paybench.ledger import as_of, day, settle
from paybench.ledger.schema import to_dates
from paybench.simulate import Settings, World, simulate
from paybench.simulate.calendar import Calendar
from paybench.simulate.customers import draw_customers
from paybench.simulate.streams import Streams
from paybench.simulate.truth import DAYS_LATE

CUSTOMERS, MONTHS, START = 600, 24, "2024-01-01"
END, EARLIER = "2026-01-01", "2025-09-01"


def figures(mode: str, seed: int, times: int, with_mixture: bool) -> dict[str, float]:
    """Every figure of one world."""
    world = simulate(CUSTOMERS, MONTHS, seed, START, settings=mode, truth="full")
    told = segment(world.ledger, END)
    held, moved = stability(told, times, seed), migration(told, world.ledger)
    larger = held.by_segment[held.by_segment["accounts"] >= 10]
    later = usefulness(segment(world.ledger, EARLIER), world.ledger, END)
    by_risk = later.risks.set_index("risk")
    found = {
        "ARI as used": held.ari.mean(),
        "ARI from nothing": held.ari_from_nothing.mean(),
        "Jaccard, mean": np.average(larger["jaccard"], weights=larger["accounts"]),
        "Jaccard, least": larger["jaccard"].min(),
        "Jaccard, mean, from nothing": np.average(larger["jaccard_from_nothing"], weights=larger["accounts"]),
        "Jaccard, least, from nothing": larger["jaccard_from_nothing"].min(),
        "moved a month": moved.moved,
        "moved without event": moved.moved_without_event,
    }
    found |= truth(world, told, mode, seed)
    for risk in ("low", "medium", "high"):
        if risk in by_risk.index:
            found |= {f"late, {risk}": by_risk.at[risk, "late"], f"unpaid, {risk}": by_risk.at[risk, "unpaid"]}
            found[f"days overdue, {risk}"] = by_risk.at[risk, "days_overdue"]
    found |= {"AUC of late": later.late_auc, "AUC of unpaid": later.unpaid_auc}
    if with_mixture:
        found["mixture, first seed: hidden types"] = mixture(world, told)
    return found


def truth(world: World, told: Segments, mode: str, seed: int) -> dict[str, float]:
    """Agreement with the grid made of what is true."""
    ledger, chosen = world.ledger, told.settings
    invoices = ledger.invoices
    assert world.distributions is not None
    days = np.clip(DAYS_LATE, 0, chosen.most_days).astype(np.float64)
    each_day = np.diff(world.distributions.astype(np.float64), axis=1, prepend=0.0)
    expected = each_day @ days + (1.0 - world.distributions[:, -1]) * chosen.most_days
    overdue = pd.Series(expected).groupby(invoices["customer_id"].to_numpy()).mean()
    ids, currency = told.table["customer_id"], told.table["currency"].to_numpy(dtype=object)
    number = ids.str[1:].astype(int).to_numpy() - 1
    settings = Settings.mode(mode)
    calendar = Calendar.of(day(START), MONTHS, settings.weekend_share)
    who = draw_customers(np.arange(1, CUSTOMERS + 1), settings, calendar, Streams(seed, None)).take(number)
    end = np.minimum(who.end, calendar.end)
    billed = invoices.groupby("customer_id")["amount"].sum().reindex(ids).to_numpy() / np.maximum(end - who.first, 30)
    by_character = who.rate * who.typical_amount * np.exp(who.amount_spread**2 / 2)
    risk = (overdue.reindex(ids).to_numpy()[:, None] > np.array([chosen.slow, chosen.risky])).sum(axis=1)
    value, value_expected = (levels(amount, currency, chosen.large, chosen.middle) for amount in (billed, by_character))
    own_risk = told.table["risk"].map({"low": 0, "medium": 1, "high": 2}).to_numpy()
    own_value = told.table["value"].map({"small": 0, "middle": 1, "large": 2}).to_numpy()
    own = 3 * own_value + own_risk
    return {
        "ARI to the truth": adjusted_rand(3 * value + risk, own),
        "same, expected billing": adjusted_rand(3 * value_expected + risk, own),
        "same, risk": adjusted_rand(risk, own_risk),
        "same, value": adjusted_rand(value, own_value),
        "ARI to hidden types": adjusted_rand(who.type, own),
    }


def levels(amount: np.ndarray, currency: np.ndarray, large: float, middle: float) -> np.ndarray:
    """The largest that bring a share of the whole are large, and so on; written independently of the package."""
    found = np.zeros(len(amount), dtype=np.int64)
    for one in np.unique(currency):
        rows = np.flatnonzero(currency == one)
        rows = rows[np.argsort(-amount[rows])]
        before = np.cumsum(amount[rows]) - amount[rows]
        found[rows] = (before < large * amount[rows].sum()).astype(int) + (before < middle * amount[rows].sum())
    return found


def mixture(world: World, told: Segments) -> float:
    """Agreement of discovered groups with the hidden types."""
    found = discover(told, world.ledger)
    types = world.oracle["truth_customers.parquet"].set_index("customer_id")["customer_type"]
    return adjusted_rand(found.group.to_numpy(), types.reindex(found.group.index).to_numpy(dtype=object))


def speed() -> None:
    """Seconds for 5,000 customers, and the ratio to cutting and settling the ledger at every month."""
    ledger = simulate(5000, MONTHS, 1, START, truth="none").ledger
    begun = time.process_time()
    told = segment(ledger, END)
    ours = time.process_time() - begun
    begun = time.process_time()
    for at in to_dates(days_of(int(told.facts.issued.min()), told.facts.at)):
        settle(as_of(ledger, pd.Timestamp(at)))
    theirs = time.process_time() - begun
    print(
        f"segments of {len(told):,} accounts, {len(ledger.invoices):,} invoices, {MONTHS} months: {ours:.1f} CPU "
        f"seconds; cutting and settling the ledger at every month alone {theirs:.1f}, {theirs / ours:.1f} x"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=6, metavar="N")
    parser.add_argument("--first", type=int, default=1, metavar="SEED")
    parser.add_argument("--times", type=int, default=20, metavar="N", help="draws of the bootstrap (20)")
    parser.add_argument("--speed", action="store_true", help="only the speed")
    options = parser.parse_args()
    if options.speed:
        speed()
        return 0
    begun = time.process_time()
    for mode in ("easy", "hard"):
        seeds = range(options.first, options.first + options.seeds)
        rows = [figures(mode, seed, options.times, seed == options.first) for seed in seeds]
        frame = pd.DataFrame(rows)
        print(f"{mode}: {options.seeds} worlds of {CUSTOMERS} customers and {MONTHS} months, mean (least to most)")
        for name, values in frame.items():
            print(f"  {name:<35}{values.mean():.3f} ({values.min():.3f} to {values.max():.3f})", flush=True)
    print(f"{time.process_time() - begun:.0f} CPU seconds")
    speed()
    return 0


if __name__ == "__main__":
    sys.exit(main())
