"""The portfolio report at size: 50,000 open invoices in one file, in a real browser, and attributions of 100,000 rows.

Prints the size of the file, how long writing it takes (CPU seconds of the process), when Chromium has the table on the
screen (its own performance clock, from the navigation on; medians of several openings), how long sorting, searching
and walking to the end take there, and the CPU seconds of exact attributions. Of the base book's open invoices the
larger ones are copies with numbers of their own, as in ``scoring.py``, whose book and champion are used.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd
from scoring import AT, champion, copies, simulated

from paybench.explain.attributions import attributions
from paybench.features.opened import OpenBook
from paybench.ledger import read_ledger
from paybench.models.learn.bundle import read_bundle
from paybench.reports.portfolio.findings import findings
from paybench.reports.portfolio.page import render

OPENINGS = 5
MEGABYTE, SHOWN_IN, EXPLAINED_IN = 15, 3.0, 60.0
"""At most so large a file, seconds until the table is shown, and CPU seconds of attributions of 100,000 rows."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=50_000, help="open invoices")
    parser.add_argument("--explained", type=int, default=100_000, help="rows whose attributions are computed")
    parser.add_argument("--cache", type=Path, default=Path("build/bench/scoring"), help="book and champion")
    options = parser.parse_args()
    base = simulated(options.cache)
    store = champion(options.cache, base)
    rows = len(OpenBook(base, AT))
    report(base, store, options.cache, options.size, rows)
    explain(base, store, options.explained)


def report(base: Path, store: Path, cache: Path, size: int, rows: int) -> None:
    """Write the report of a book of about so many open invoices, and open it."""
    folder, _ = copies(base, cache, size, rows)
    start = time.process_time()
    found = findings(read_ledger(folder), AT, store)
    gathered = time.process_time() - start
    start = time.process_time()
    page = render(found)
    written = time.process_time() - start
    file = cache / "portfolio.html"
    file.write_text(page, encoding="utf-8")
    print(
        f"{len(found.table):,} open invoices: {file.stat().st_size / 1e6:.1f} MB (at most {MEGABYTE}); "
        f"CPU seconds: gathered {gathered:.1f}, written {written:.1f}",
        flush=True,
    )
    shutil.rmtree(folder)
    browse(file)


def browse(file: Path) -> None:
    """Open it in Chromium several times."""
    from playwright.sync_api import sync_playwright

    found = [path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))]
    if not found:
        sys.exit("Chromium is not installed: apt-get install chromium")
    shown: list[float] = []
    spent: dict[str, list[float]] = {"sort": [], "search": [], "end": []}
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found[0], args=["--no-sandbox", "--disable-gpu"])
        for _ in range(OPENINGS):
            page = running.new_page(viewport={"width": 1440, "height": 1000})
            page.goto(file.resolve().as_uri())
            page.wait_for_function("performance.getEntriesByName('table shown').length")
            shown.append(page.evaluate("performance.getEntriesByName('table shown')[0].startTime") / 1000)
            for what, script in WORK.items():
                spent[what].append(timed(page, script))
            page.close()
        running.close()
    times = ", ".join(f"{what} {median(all_) * 1000:.0f} ms" for what, all_ in spent.items())
    print(f"Chromium: the table is shown after {median(shown):.2f} s (at most {SHOWN_IN:.0f}); then {times}")


WORK = {
    "sort": "document.querySelector('[data-sort=invoice]').click()",
    "search": "controls.search.value = '99'; update()",
    "end": "controls.search.value = ''; update(); move(order.length - 1)",
}
"""What is done there, and timed until the rows are drawn."""


def timed(page: Any, script: str) -> float:
    return page.evaluate(f"(() => {{ const t = performance.now(); {script}; return performance.now() - t; }})()") / 1000


def explain(base: Path, store: Path, number: int) -> None:
    """Attributions of so many rows, those of the book's open invoices again and again."""
    bundle = read_bundle(store / "champion")
    book = OpenBook(base, AT)
    parts = [bundle.predict_seen(some.habits, some.X)[1] for some in book.some(*bundle.days, least=8_192)]
    rows = pd.concat(parts)
    rows = pd.concat([rows] * -(-number // len(rows))).iloc[:number]
    attributions(bundle, rows.head(200))
    start = time.process_time()
    for i in range(0, len(rows), 8_192):
        attributions(bundle, rows.iloc[i : i + 8_192])
    spent = time.process_time() - start
    print(f"attributions of {len(rows):,} rows: {spent:.1f} CPU seconds (at most {EXPLAINED_IN:.0f})")


if __name__ == "__main__":
    main()
