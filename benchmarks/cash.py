"""Cash of the open book: forecasts against what came, on simulated and real ledgers.

python benchmarks/cash.py --out DIR --seeds 40           easy and hard worlds, with and without a common shock; goes on
                                                          where it was
python benchmarks/cash.py --out DIR --ledger LEDGER       every weekly origin that a ledger allows
python benchmarks/cash.py --out DIR --report              the tables of what is there
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path
from time import process_time

import numpy as np
import pandas as pd

from paybench import Ledger, read_ledger
from paybench.decide.backtest.rolling import (
    BILLING,
    EXACT,
    EXACT_BANDS,
    INDEPENDENT,
    OURS,
    RIVALS,
    backtest_cash,
)
from paybench.decide.backtest.score_tables import score_table, skill_table
from paybench.decide.cash.items import OpenItems
from paybench.files import replaced_file
from paybench.models.learn.bundle import Bundle
from paybench.models.learn.fit import fit_baseline, fit_trees
from paybench.models.learn.folds import Book, end_of
from paybench.models.learn.space import all_defaults
from paybench.simulate import Settings, World, simulate

CUSTOMERS, MONTHS, START = 150, 27, "2023-01-02"
"""Of a simulated ledger: some 300 open invoices at a time."""
FEWER = {"hazard__rounds": 100, "hazard__leaves": 15, "hazard__landmarks": True}
"""Of the parameters that are not tuned: so many trainings have to be quick."""
TRAINED, WARM, ORIGINS = 52, 26, 26
"""Weeks before the first model is trained; weekly origins that only teach, and that are judged. A second model is
trained between them."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the rows of each ledger go")
    parser.add_argument("--seeds", type=int, default=0, metavar="N")
    parser.add_argument("--first", type=int, default=1, metavar="SEED")
    parser.add_argument("--ledger", type=Path, action="append", default=[], metavar="DIR")
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name, run in (*_worlds(range(options.first, options.first + options.seeds)), *_real(options.ledger)):
        file = options.out / f"{name}.csv"
        if not file.exists():
            begun = process_time()
            rows = run()
            with replaced_file(file) as new:
                rows.assign(ledger=name).to_csv(new, index=False)
            print(f"{name}: {len(rows)} rows, {process_time() - begun:.0f} CPU seconds", flush=True)
    if options.report:
        print("\n\n".join(reports(options.out)))
    return 0


def reports(folder: Path) -> Iterator[str]:
    """The table of each kind of ledger in a folder: what came, ours, the best rival, the floor, and bands."""
    files = sorted(folder.glob("*.csv"))
    kinds = {file: file.stem.rsplit("-", 1)[0] for file in files}
    for kind in dict.fromkeys(kinds.values()):
        results = pd.concat([pd.read_csv(file) for file in files if kinds[file] == kind], ignore_index=True)
        yield f"{kind}, {results['ledger'].nunique()} ledgers\n{report(results)}"


def report(results: pd.DataFrame) -> str:
    """One line for each horizon."""
    scores = score_table(results)
    ours, billed = scores.loc[OURS], scores.loc[BILLING]
    rivals = [name for name in RIVALS if name in scores.index.get_level_values("forecast")]
    skill = skill_table(results, OURS, rivals)
    best = scores.loc[rivals].groupby(level="horizon", sort=False)[["wape", "crps"]].min()
    table = pd.DataFrame({"n": ours["n"], "WAPE": ours["wape"], "bias": ours["bias"], "CRPS": ours["crps"]})
    table["interval"] = ours["interval_80"]
    table["best WAPE"], table["best CRPS"] = best["wape"], best["crps"]
    table["skill"] = [
        f"{row.skill:+.3f}" + ("" if np.isnan(row.low) else f" ({row.low:+.3f} to {row.high:+.3f})")
        for row in skill.itertuples()
    ]
    if EXACT in scores.index:
        table.insert(2, "floor", scores.loc[EXACT]["wape"])
        table.insert(3, "ratio", table["WAPE"] / table["floor"])
        table["floor's CRPS"], table["its 80"] = (scores.loc[EXACT_BANDS][name] for name in ("crps", "coverage_80"))
    for level in (50, 80, 95):
        table[str(level)] = ours[f"coverage_{level}"]
    table["80 from"], table["to"] = ours["coverage_80_low"], ours["coverage_80_high"]
    table["80 apart"] = scores.loc[INDEPENDENT]["coverage_80"]
    table["billing WAPE"], table["billing 80"] = billed["wape"], billed["coverage_80"]
    everybody = scores["crps"].unstack("forecast").loc[table.index, rivals]
    return f"{table.round(3).to_string()}\n\nCRPS over what came\n{everybody.round(3).to_string()}"


def _worlds(seeds: range) -> Iterator[tuple[str, Callable[[], pd.DataFrame]]]:
    for shock, seed, mode in product((True, False), seeds, ("easy", "hard")):
        yield f"{mode}-{'shock' if shock else 'calm'}-{seed}", partial(_simulated, mode, shock, seed)


def settings(mode: str, shock: bool) -> Settings:
    """Of a world in one currency; without a shock nothing is common to all customers, but a hard world's crisis."""
    chosen = replace(Settings.mode(mode), at_home=0.0)
    return chosen if shock else replace(chosen, shared_level=0.0, tight=(0.0, 1.0))


def _simulated(mode: str, shock: bool, seed: int) -> pd.DataFrame:
    first = pd.Timestamp(START) + pd.Timedelta(weeks=TRAINED)
    origins = [first + pd.Timedelta(weeks=k) for k in range(WARM + ORIGINS)]
    world = simulate(
        CUSTOMERS, MONTHS, seed, START, settings=settings(mode, shock), truth="none", foresee=origins[WARM:]
    )
    trained = [origins[0], origins[WARM]]
    return backtest_cash(
        world.ledger,
        [_trained(world.ledger, at) for at in trained],
        origins,
        WARM,
        [fit_baseline(Book(world.ledger, at)) for at in trained],
        _foreseen(world),
        seed=seed,
    )


def _foreseen(world: World) -> dict[pd.Timestamp, OpenItems]:
    facts = world.ledger.invoices.set_index("invoice_id")
    found = {}
    for at, one in world.foreseen.items():
        mine = facts.loc[one.invoice_id]
        none = np.zeros((len(one), 31), dtype=np.float32)
        found[at] = OpenItems(
            at, one.invoice_id.astype(str), mine["customer_id"].to_numpy(str), mine["currency"].to_numpy(str),
            one.cents_open / 100, (at - mine["due_on"]).dt.days.to_numpy(), one.settled.astype(np.float64),
            none[:, :7], none,
        )  # fmt: skip
    return found


def _trained(ledger: Ledger, at: pd.Timestamp) -> Bundle:
    book = Book(ledger, at)
    return fit_trees(book, all_defaults(len(book.known_at(at))) | FEWER, 0)


def _real(folders: list[Path]) -> Iterator[tuple[str, Callable[[], pd.DataFrame]]]:
    for folder in folders:
        yield folder.name, lambda folder=folder: _of_ledger(read_ledger(folder))


def _of_ledger(ledger: Ledger) -> pd.DataFrame:
    """From a third of the history on; models are trained anew every 8 weeks, a fifth of the origins teach."""
    first, end = ledger.invoices["issued_on"].min(), end_of(ledger, ("invoices", "payments"))
    start = first + (end - first) / 3
    count = (end - start.normalize()).days // 7
    origins = [end - pd.Timedelta(weeks=k) for k in range(count, 0, -1)]
    trained = origins[::8]
    warm = max(count // 5, 4)
    simple = [fit_baseline(Book(ledger, at)) for at in trained]
    return backtest_cash(ledger, [_trained(ledger, at) for at in trained], origins, warm, simple)


if __name__ == "__main__":
    sys.exit(main())
