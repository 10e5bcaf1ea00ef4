"""What a learned policy is worth in simulated worlds, over what nobody knows about contacts and costs.

    python benchmarks/worth.py                                 ten cases in each mode, 6 worlds of 800 customers each
    python benchmarks/worth.py --seeds 2 --customers 300       a quick look

Every case changes one assumption of the first: what contacts do (nothing, half, half as much again), how careful
promises are, the cost of capital, of a call. Effects are learned from an experiment in other worlds of the same case;
every arm then lives in the same new worlds. The goal is that the learned policy closes at least 60 % of the gap in
cost between the fixed ladder and the oracle, who knows what each contact would do.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pandas as pd

from paybench.worth.contest import AVERAGE, LADDER, NOBODY, ORACLE, RISK, UPLIFT, Case, Contest, contest

CHANGES: dict[str, dict[str, float]] = {
    "as it is": {},
    "contacts do nothing": {"effect": 0.0},
    "half the effect": {"effect": 0.5},
    "half as much again": {"effect": 1.5},
    "rash promises": {"caution": 0.25},
    "careful promises": {"caution": 4.0},
    "capital 4 %": {"capital": 0.04},
    "capital 16 %": {"capital": 0.16},
    "a call costs 3": {"call": 3.0},
    "a call costs 12": {"call": 12.0},
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seeds", type=int, default=6, metavar="N", help="worlds of each case")
    parser.add_argument("--first", type=int, default=1, metavar="S", help="seed of the first world")
    parser.add_argument("--customers", type=int, default=800, metavar="N", help="of each world, at most 2048")
    parser.add_argument("--workers", type=int, default=2, metavar="N")
    parser.add_argument("--only", nargs="*", metavar="CASE", help="of the cases")
    parser.add_argument("--modes", nargs="*", default=["easy", "hard"], metavar="MODE")
    parser.add_argument("--out", type=Path, metavar="FILE", help="all figures as CSV")
    options = parser.parse_args()
    cases = [(mode, name) for mode in options.modes for name in CHANGES if not options.only or name in options.only]
    wanted = [(m, n, options.seeds, options.first, options.customers) for m, n in cases]
    with ProcessPoolExecutor(options.workers) as pool:
        found = []
        print(_HEAD)
        for (mode, name), one in zip(cases, pool.map(_run, wanted), strict=True):
            found.append(one.table().assign(mode=mode, case=name).rename_axis("arm").reset_index())
            print(_line(mode, name, one), flush=True)
    if options.out is not None:
        pd.concat(found, ignore_index=True).to_csv(options.out, index=False)
    return 0


def _run(wanted: tuple[str, str, int, int, int]) -> Contest:
    mode, name, seeds, first, customers = wanted
    return contest(Case(mode, **CHANGES[name]), range(first, first + seeds), customers)


_HEAD = (
    "closed: part of the gap in cost from the fixed ladder to the oracle, with the 95 % interval over worlds\n"
    f"{'mode':5} {'case':20} {'uplift':>6} {'interval':>13} {'average':>7} {'risk':>6} {'nobody':>6}   "
    f"{'no loss':>7}   {'DSO':>4}: {'ladder':>6} {'uplift':>6} {'oracle':>6}  calls: {'ladder':>6} {'uplift':>6}"
)


def _line(mode: str, name: str, one: Contest) -> str:
    low, high = one.interval(UPLIFT)
    table = one.table()
    closed = [one.closed(arm) for arm in (AVERAGE, RISK, NOBODY)]
    dso = [table.loc[arm, "dso"] for arm in (LADDER, UPLIFT, ORACLE)]
    calls = [table.loc[arm, "calls"] for arm in (LADDER, UPLIFT)]
    return (
        f"{mode:5} {name:20} {one.closed(UPLIFT):6.2f} {low:6.2f} {high:6.2f} {closed[0]:7.2f} {closed[1]:6.2f} "
        f"{closed[2]:6.2f}   {one.closed(UPLIFT, 'without_loss'):7.2f}         "
        f"{dso[0]:6.1f} {dso[1]:6.1f} {dso[2]:6.1f}         {calls[0]:6.0f} {calls[1]:6.0f}"
    )


if __name__ == "__main__":
    sys.exit(main())
