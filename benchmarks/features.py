"""Speed of features at issue against pandas (twice) and polars: `make bench` runs 200 thousand invoices.

Every side computes the same features of every invoice from the same Parquet files, in a process of its own; what
counts is CPU seconds of all threads from the first read to the finished table. Ten million are ours alone, by the
command that works in blocks.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from peers import NAMES
from peers.book import SIZES, book

from paybench.features import at_issue, open_on

SIDES = {
    "ours": "paybench",
    "pandas": "pandas (merge_asof, running sums)",
    "polars": "polars (lazy)",
    "textbook": "pandas, as usually written (rolling)",
}
PEERS = ("pandas", "polars", "textbook")
ONLY_AT = {"textbook": ("20k", "200k")}
"""Sides that run at some sizes only, lest the larger ones take too long."""
CLOSE = 1e-9
BY_BLOCKS = "10m"

Measured = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", choices=list(SIZES), default=["200k"])
    parser.add_argument("--repeats", type=int, default=1, help="the best of so many runs counts")
    parser.add_argument("--cache", type=Path, default=Path("build/bench"), help="ledgers, made when not there")
    parser.add_argument("--raw", type=Path, help="simulated ledgers in folders named by size, instead of new ones")
    parser.add_argument("--side", choices=[*SIDES, "open"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        print(json.dumps(open_against_issue(options.folder) if options.side == "open" else run(options)))
        return

    def made(size: str) -> Path:
        return book(size, options.cache, options.raw if options.raw and (options.raw / size).exists() else None)

    good = same_values(made("20k"))
    heading = ("size", "side", "CPU s", "wall s", "us a row", "peak bytes a row", "CPU to ours")
    print("{:>5}  {:36} {:>8} {:>8} {:>9} {:>17} {:>12}".format(*heading))
    for size in options.sizes:
        if size != BY_BLOCKS:
            good &= compare(size, made(size), options.repeats)
    if BY_BLOCKS in options.sizes:
        grow(made("2m"), made(BY_BLOCKS))
    sys.exit(not good)


def same_values(folder: Path) -> bool:
    """Whether the peers' features equal ours, and where not."""
    ours = at_issue(folder, NAMES).reset_index()
    good = True
    for peer in PEERS:
        equal = True
        found = import_module(f"peers.{peer}_way").at_issue(folder)
        theirs = found.to_pandas() if peer == "polars" else found
        for name in ("invoice_id", "customer_id", "as_of"):
            kind = "datetime64[s]" if name == "as_of" else "str"
            assert (ours[name].astype(kind).to_numpy() == theirs[name].astype(kind).to_numpy()).all(), name
        for name in NAMES:
            a, b = ours[name].to_numpy(dtype=float), theirs[name].to_numpy(dtype=float)
            other = ~np.isclose(a, b, rtol=CLOSE, atol=CLOSE, equal_nan=True)
            if other.any():
                k = int(np.flatnonzero(other)[0])
                print(f"{name}: {other.sum():,} differ, such as {ours['invoice_id'][k]}: ours {a[k]}, {peer} {b[k]}")
                equal = False
        good &= equal
        if equal:
            print(f"{len(NAMES)} features of {len(ours):,} rows equal to ours: {SIDES[peer]}")
    return good


def compare(size: str, folder: Path, repeats: int) -> bool:
    """Run the sides in turns and print the best of each; whether open rows cost no more than rows at issue."""
    best: dict[str, Measured] = {}
    sides = [side for side in SIDES if size in ONLY_AT.get(side, SIZES)]
    for _ in range(repeats):
        for side in sides:
            measured = child(side, folder)
            if side not in best or measured["cpu"] < best[side]["cpu"]:
                best[side] = measured
    for side, m in best.items():
        show(size, SIDES[side], m, f"{m['cpu'] / best['ours']['cpu']:.2f}")
    for side in (side for side in SIDES if side not in sides):
        print(f"{size:>5}  {SIDES[side]:36} left out: runs at {', '.join(ONLY_AT[side])}", flush=True)
    m = child("open", folder)
    share = m["open"] / m["issue"]
    print(
        f"       open_on at the last day, {m['open_rows']:,.0f} rows: {m['open']:.2f} CPU s; at_issue, "
        f"{m['issue_rows']:,.0f} rows: {m['issue']:.2f} CPU s; ratio {share:.2f} (at most 1)",
        flush=True,
    )
    return share <= 1


def show(size: str, side: str, m: Measured, ratio: str) -> None:
    per_row = f"{m['cpu'] / m['rows'] * 1e6:.2f}"
    peak = m["peak"] / m["rows"]
    print(f"{size:>5}  {side:36} {m['cpu']:8.2f} {m['wall']:8.2f} {per_row:>9} {peak:17,.0f} {ratio:>12}", flush=True)


def child(side: str, folder: Path) -> Measured:
    """What a side measures of itself in a fresh interpreter."""
    command = [sys.executable, __file__, "--side", side, "--folder", str(folder)]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    measured: Measured = json.loads(lines[-1])
    return measured


def run(options: argparse.Namespace) -> Measured:
    """Compute the features once; seconds, and the peak of memory above what the interpreter and libraries hold."""
    ours = options.side == "ours"
    build = (lambda folder: at_issue(folder, NAMES)) if ours else import_module(f"peers.{options.side}_way").at_issue
    base = held()
    table, cpu, wall = timed(lambda: build(options.folder))
    return {"rows": len(table), "cpu": cpu, "wall": wall, "peak": peak() - base}


def open_against_issue(folder: Path) -> Measured:
    """CPU seconds of the rows that are open on the last day of issue, and of all rows at issue."""
    issued, issue, _ = timed(lambda: at_issue(folder, NAMES))
    last = issued.index.get_level_values("as_of").max()
    rows = len(issued)
    del issued
    opened, cpu, _ = timed(lambda: open_on(folder, last, NAMES))
    return {"issue_rows": rows, "issue": issue, "open_rows": len(opened), "open": cpu}


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What the work gives, CPU seconds of all threads, seconds on the clock."""
    wall, cpu = time.perf_counter(), cpu_seconds()
    result = work()
    return result, cpu_seconds() - cpu, time.perf_counter() - wall


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def grow(smaller: Path, larger: Path) -> None:
    """The command that works in blocks, at two sizes, and the power of the number of rows with which its time grows."""
    small, large = by_blocks("2m", smaller), by_blocks(BY_BLOCKS, larger)
    power = log(large["cpu"] / small["cpu"]) / log(large["rows"] / small["rows"])
    print(f"       CPU seconds grow with the {power:.2f}th power of the number of rows")


def by_blocks(size: str, folder: Path) -> Measured:
    """CPU, wall, peak memory (of the whole process) of `paybench features`."""
    rows = len(pd.read_parquet(folder / "invoices.parquet", columns=["issued_on"], dtype_backend="pyarrow"))
    with TemporaryDirectory(dir=folder.parent) as place:
        out = str(Path(place) / "features.parquet")
        wall = time.perf_counter()
        program = str(Path(sys.executable).with_name("paybench"))
        command = [program, "features", str(folder), "--at-issue", "--out", out]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - wall
    if status:
        sys.exit(f"paybench features failed on {folder}")
    m = {"rows": rows, "cpu": usage.ru_utime + usage.ru_stime, "wall": wall, "peak": usage.ru_maxrss * 1024}
    show(size, "paybench features, all of them", m, "")
    print(f"       peak memory {m['peak'] / 1e9:.2f} GB")
    return m


def status(field: str) -> float:
    """A number of bytes that Linux keeps of this process; elsewhere the peak, which is all that there is."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0
    return next(int(line.split()[1]) * 1024.0 for line in lines if line.startswith(field))


def held() -> float:
    return status("VmRSS")


def peak() -> float:
    return status("VmHWM")


if __name__ == "__main__":
    main()
