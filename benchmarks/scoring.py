"""Scoring at size: `paybench score` from folder to file against the models' predictions and TreeSHAP alone.

What counts is CPU seconds of all threads. The command's are those of a process of its own, from its start to the
finished Parquet file. Beside it stand, on the same rows, already laid out as matrices: ``Booster.predict`` of both
models that serve (the daily hazard on every invoice and day that is still to come, and the classifier) and the values
of the tables' TreeSHAP. The large books are copies of one simulated book with other identifiers, so that its open rows
are theirs, and what predicting costs is measured on these and multiplied.

The first run simulates a book and trains on a part of it, which takes some minutes; both are kept in --cache.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from paybench.explain.attributions import tables_of
from paybench.features.opened import OpenBook
from paybench.ledger import Ledger, read_ledger, write_ledger
from paybench.models.family import daily
from paybench.models.family.curve import begin, matrix
from paybench.models.learn.bundle import Bundle, read_bundle, write_bundle
from paybench.models.training.train import train
from paybench.simulate import Settings, stream_world

CUSTOMERS, MONTHS, TRAIN_AT, AT = 3_600, 12, "2024-11-01", "2024-12-20"
SAMPLE = 300
"""Customers whose past trains the champion."""
LITTLE = 410
"""Customers of the book of the cold start, which have about a thousand open invoices."""
SOME = 1_000
"""Rows that are laid out on their days at a time."""
ROUNDS = 5
PROGRAM = Path(sys.executable).with_name("paybench")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="*", type=int, default=[100_000, 1_000_000], help="open invoices")
    parser.add_argument("--large", action="store_true", help="five million as well (tens of minutes, 10 GB of disk)")
    parser.add_argument("--cache", type=Path, default=Path("build/bench/scoring"), help="books and champion")
    options = parser.parse_args()
    cache: Path = options.cache
    base = simulated(cache)
    store = champion(cache, base)
    bundle = read_bundle(store / "champion")
    rows, alone = alone_on(base, bundle)
    whole, late = sum(alone.values()), alone["classifier"] + alone["TreeSHAP"]
    print(f"alone, CPU us a row: {', '.join(f'{name} {spent / rows * 1e6:.1f}' for name, spent in alone.items())}")
    heading = ("open rows", "invoices", "CPU s", "wall s", "us a row", "peak MB", "to all models", "to classifier only")
    print("{:>10} {:>11} {:>8} {:>8} {:>9} {:>8} {:>14} {:>19}".format(*heading))
    for size in [*options.sizes, *([5_000_000] if options.large else [])]:
        folder, times = copies(base, cache, size, rows)
        out = cache / "scores.parquet"
        m = measured(
            [str(PROGRAM), "score", str(folder), "--as-of", AT, "--store", str(store), "--out", str(out), "--quiet"]
        )
        found = pq.read_metadata(out).num_rows
        if found != times * rows:
            sys.exit(f"{found} rows were scored of {times * rows}")
        invoices = pq.read_metadata(folder / "invoices.parquet").num_rows
        print(
            f"{found:10,} {invoices:11,} {m['cpu']:8.1f} {m['wall']:8.1f} {m['cpu'] / found * 1e6:9.1f} "
            f"{m['peak'] / 1e6:8.0f} {m['cpu'] / (whole * times):14.2f} {m['cpu'] / (late * times):19.1f}",
            flush=True,
        )
        out.unlink()
        shutil.rmtree(folder)
    cold(cache, base, store)


def simulated(cache: Path) -> Path:
    """The book that all others are made of."""
    folder = cache / "base"
    if not (folder / "ledger.json").exists():
        settings = replace(Settings(), rate_spread=1.3, most_rate=90.0)
        stream_world(cache / "world", CUSTOMERS, MONTHS, seed=1, settings=settings)
        write_ledger(read_ledger(cache / "world"), folder)
        shutil.rmtree(cache / "world")
    return folder


def champion(cache: Path, base: Path) -> Path:
    """A store whose champion was trained on some customers of the book."""
    store = cache / "store"
    if not (store / "champion" / "manifest.json").exists():
        found = train(of_customers(base, SAMPLE), TRAIN_AT, cache / "candidate", trials=1).bundle
        if found.kind != "timing":
            sys.exit("no model was trained")
        write_bundle(found, store / "champion")
    return store


def of_customers(base: Path, number: int) -> Ledger:
    """A ledger of some of the customers, every so many-th one."""
    ledger = read_ledger(base)
    every = ledger.customers["customer_id"].unique()
    kept = set(every[:: max(len(every) // number, 1)][:number])
    invoices = ledger.invoices[ledger.invoices["customer_id"].isin(kept)]
    tables = {"invoices": invoices}
    for name in ("customers", "payments", "contacts", "messages", "promises", "consents"):
        table = ledger.table(name)
        tables[name] = table[table["customer_id"].isin(kept)]
    disputes = ledger.table("disputes")
    tables["disputes"] = disputes[disputes["invoice_id"].isin(invoices["invoice_id"])]
    return ledger.with_tables(tables)


def copies(base: Path, cache: Path, size: int, rows: int) -> tuple[Path, int]:
    """A book with about so many open invoices: copies of the base, each with identifiers of its own; how many."""
    times = max(1, round(size / rows))
    folder = cache / f"copies-{times}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for file in base.glob("*.parquet"):
        table = pq.read_table(file)
        names = [name for name in table.column_names if name.endswith("_id")]
        with pq.ParquetWriter(folder / file.name, table.schema, compression="lz4") as writer:
            for k in range(times):
                copy = table
                for name in names:
                    own, dash = (pa.scalar(some, pa.large_string()) for some in (f"{k:03}", "-"))
                    text = pc.binary_join_element_wise(own, table[name].cast(pa.large_string()), dash)
                    at = table.column_names.index(name)
                    copy = copy.set_column(at, name, text.cast(table.schema.field(name).type))
                writer.write_table(copy)
    shutil.copy(base / "ledger.json", folder / "ledger.json")
    return folder, times


def alone_on(base: Path, bundle: Bundle) -> tuple[int, dict[str, float]]:
    """Open rows of the base, and CPU seconds of predicting and explaining them, the better of two runs of each."""
    book, curve = OpenBook(base, AT), bundle.curve
    late, encoder = bundle.late, bundle.late_encoder
    assert curve is not None
    assert late is not None
    assert encoder is not None
    spent = {"hazard": 0.0, "classifier": 0.0, "TreeSHAP": 0.0}
    tables = tables_of(bundle)
    for some in book.some(*bundle.days, least=16_384):
        for part in (some.rows(slice(i, i + SOME)) for i in range(0, len(some), SOME)):
            asked = daily.at_risk(begin(part.X, curve.first), np.full(len(part), curve.horizon))
            days = matrix(curve.encoder, part.X, part.habits, curve.pooled, asked)
            spent["hazard"] += best(lambda days=days: curve.booster.predict(days, raw_score=True, num_threads=1))
        facts = encoder.transform(bundle.predict_seen(some.habits, some.X)[1])
        tables.contributions(facts[:200])
        spent["classifier"] += best(lambda facts=facts: late.predict(facts, num_threads=1))
        spent["TreeSHAP"] += best(lambda facts=facts: tables.contributions(facts))
    return len(book), spent


def best(work: Callable[[], object]) -> float:
    """CPU seconds, the better of two runs."""
    found = []
    for _ in range(2):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def measured(command: list[str]) -> dict[str, float]:
    """CPU seconds, seconds on the clock, and the peak of memory of a process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status:
        sys.exit(f"{' '.join(command)} failed")
    return {"cpu": usage.ru_utime + usage.ru_stime, "wall": wall, "peak": usage.ru_maxrss * 1024.0}


def cold(cache: Path, base: Path, store: Path) -> None:
    """A night's run on a small book beside importing pandas and LightGBM, in turns."""
    folder, out = cache / "small", cache / "small.csv"
    write_ledger(of_customers(base, LITTLE), folder)
    score = [str(PROGRAM), "score", str(folder), "--as-of", AT, "--store", str(store), "--out", str(out), "--quiet"]
    imports = [sys.executable, "-c", "import pandas, lightgbm"]
    measured(score), measured(imports)
    pairs = [(measured(score), measured(imports)) for _ in range(ROUNDS)]
    rows = len(out.read_bytes().splitlines()) - 1
    for what in ("wall", "cpu"):
        ours, theirs = median(p[0][what] for p in pairs), median(p[1][what] for p in pairs)
        ratio = median(p[0][what] / p[1][what] for p in pairs)
        print(
            f"cold start on {rows:,} rows, {what} seconds, medians of {ROUNDS}: paybench score {ours:.2f}, "
            f"import pandas, lightgbm {theirs:.2f}, ratio {ratio:.2f} (at most 2)"
        )


if __name__ == "__main__":
    main()
