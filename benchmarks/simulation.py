"""How fast worlds are drawn: `make bench` runs 200 thousand invoices; `--customers 280000` is ten million."""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from paybench.progress import track
from paybench.simulate import simulate, stream_world, sweep, world

LIMIT, OF, CORES, ROOM = 600, 10_000_000, 2, 8.0
"""Ten million invoices in at most so many seconds on so many cores, within so many gigabytes."""


def cpu_seconds() -> float:
    """CPU seconds of this process and of those that it started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=5500)
    parser.add_argument("--workers", type=int, default=CORES, help="processes (2)")
    parser.add_argument("--out", type=Path, help="keep the ledger in this folder")
    parser.add_argument("--sweep", action="store_true", help="tell instead what follows from what nobody published")
    options = parser.parse_args()
    if options.sweep:
        print(sweep().round(3).to_string(index=False))
        return 0

    with TemporaryDirectory() as place:
        wall, cpu = time.time(), cpu_seconds()
        rows = stream_world(
            options.out or Path(place) / "ledger",
            options.customers,
            progress=lambda firsts: track(list(firsts), "simulating", True),
            workers=options.workers,
        )
        wall, cpu = time.time() - wall, cpu_seconds() - cpu
        files = (options.out or Path(place) / "ledger").rglob("*")
        size = sum(f.stat().st_size for f in files)
    invoices = rows["invoices"]
    # The largest of the processes stands for each of them.
    own, theirs = (resource.getrusage(who).ru_maxrss / 1e6 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    peak = own + options.workers * theirs
    print(
        f"simulating {invoices:,} invoices, {sum(rows.values()):,} rows, oracle and Parquet included: "
        f"{invoices / cpu:,.0f} invoices a CPU second ({wall:.0f} s wall, {cpu:.0f} CPU s), "
        f"peak memory {peak:.2f} GB, {size / 1e6:,.0f} MB on disk"
    )
    # CPU seconds do not depend on what else the machine does.
    projected = cpu * OF / invoices / CORES
    kept = projected <= LIMIT and peak <= ROOM
    print(
        f"ten million on {CORES} free cores: {projected:,.0f} s of at most {LIMIT}, "
        f"{ROOM:.0f} GB at most: {'kept' if kept else 'NOT KEPT'}"
    )

    few = 40
    together = invoices / cpu
    world.BLOCK = 1
    start = time.process_time()
    alone = len(simulate(few).ledger.invoices) / (time.process_time() - start)
    print(
        f"the same law: all customers together {together:,.0f}, one customer at a time {alone:,.0f} "
        f"invoices a CPU second, {together / alone:,.1f} x"
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
