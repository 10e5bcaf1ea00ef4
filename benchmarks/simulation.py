"""How fast worlds are drawn: `make bench` runs 200 thousand invoices; `--customers 280000` is ten million."""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from paybench.progress import track
from paybench.simulate import simulate, stream_world, world


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=5500)
    parser.add_argument("--out", type=Path, help="keep the ledger in this folder")
    options = parser.parse_args()

    with TemporaryDirectory() as place:
        wall, cpu = time.time(), time.process_time()
        rows = stream_world(
            options.out or Path(place) / "ledger",
            options.customers,
            progress=lambda firsts: track(list(firsts), "simulating", True),
        )
        wall, cpu = time.time() - wall, time.process_time() - cpu
        files = (options.out or Path(place) / "ledger").rglob("*")
        size = sum(f.stat().st_size for f in files)
    invoices = rows["invoices"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"simulating {invoices:,} invoices, {sum(rows.values()):,} rows, oracle and Parquet included: "
        f"{invoices / cpu:,.0f} invoices a CPU second ({wall:.0f} s wall, {cpu:.0f} CPU s), "
        f"peak memory {peak:.2f} GB, {size / 1e6:,.0f} MB on disk"
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


if __name__ == "__main__":
    main()
