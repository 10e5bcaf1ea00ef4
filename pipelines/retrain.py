"""What a scheduler runs to train anew: train, run the notebooks on the candidate, register, ask the gate.

    python pipelines/retrain.py --ledger DIR --as-of DATE --store DIR

The last line on standard output is one JSON object; progress goes to standard error. Exit codes: 0 done (declining
and refusing are answers too), 1 the input or state is wrong, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from settings import PARAMS, Settings, read_settings

from paybench import read_ledger
from paybench.command import answered
from paybench.progress import say

NOTEBOOKS = ("03_late.ipynb", "04_days.ipynb", "05_explain.ipynb")
COMPARING = NOTEBOOKS[:2]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Train, run the notebooks, register, ask the gate.")
    parser.add_argument("--ledger", type=Path, required=True, metavar="DIR")
    parser.add_argument("--as-of", required=True, metavar="DATE", help="YYYY-MM-DD; nothing later is known")
    parser.add_argument("--store", type=Path, required=True, metavar="DIR", help="tracking, registry, champion")
    parser.add_argument("--trials", type=int, metavar="N", help="instead of the setting")
    parser.add_argument("--minutes", type=int, metavar="M", help="instead of the setting; 0: --trials counts")
    parser.add_argument("--seed", type=int, metavar="S", help="instead of the setting")
    parser.add_argument("--params", type=Path, default=PARAMS, metavar="FILE", help="settings (params.yaml)")
    parser.add_argument("--no-promote", dest="gate", action="store_false", help="register only, do not ask the gate")
    options = parser.parse_args(arguments)
    return answered("retrain", lambda: print(json.dumps(_run(options))))


def _run(options: argparse.Namespace) -> dict[str, object]:
    settings = read_settings(options.params)
    given = {name: value for name in ("trials", "minutes", "seed") if (value := getattr(options, name)) is not None}
    return retrain(options.ledger, options.as_of, options.store, replace(settings, **given), options.gate)


def retrain(ledger: Path, as_of: str, store: Path, settings: Settings, gate: bool = True) -> dict[str, object]:
    """A candidate of the same data and settings is taken as it is: run again after a crash, it trains only once."""
    from run_notebooks import NOTEBOOKS as FOLDER
    from run_notebooks import quiet, run_notebook

    from paybench.explain.tuned import write_pictures
    from paybench.models.versions.release import release
    from paybench.models.versions.store import CHAMPION, Store, attach
    from paybench.models.versions.train import train
    from paybench.report import write_report

    quiet()
    say(f"reading {ledger}", True)
    book, place = read_ledger(ledger), Store.at(store)
    budget = settings.minutes or None
    candidate = train(
        book, as_of, place.folder / "candidate", settings.trials, settings.seed, show=True, minutes=budget
    )
    with TemporaryDirectory() as temporary:
        pages = Path(temporary) / "notebooks"
        pages.mkdir()
        parameters: dict[str, str | int] = {
            "ledger": str(ledger.resolve()),
            "as_of": candidate.about["as_of"],
            "trials": settings.trials,
            "minutes": settings.minutes,
            "seed": settings.seed,
            "candidate": str(candidate.folder),
        }
        compared: dict[str, str | int] = {"store": str(place.folder), "change": ""}  # a scheduler tries nothing out
        ran = () if candidate.declined else NOTEBOOKS
        for name in ran:
            say(f"running {name}", True)
            run_notebook(
                FOLDER / name, pages, parameters | (compared if name in COMPARING else {}), settings.cell_timeout
            )
        extras = {"notebooks": pages, **write_pictures(candidate, Path(temporary))}
        outcome = release(place, book, candidate, extras, gate, show=True)
        champion = place.version(CHAMPION)
        if champion is not None and champion.tags["as_of"] <= candidate.about["as_of"]:
            say("writing the report", True)
            page = Path(temporary) / "report.html"
            write_report(book, as_of, page, store)
            attach(place, champion, page, "report")
    return {
        "promoted": outcome.promoted,
        "outcome": outcome.outcome,
        "reason": outcome.reason,
        "needed": outcome.needed,
        "champion": outcome.champion,
        "challenger": outcome.challenger,
        "store": outcome.store,
        "as_of": candidate.about["as_of"],
        "data_hash": candidate.about["data_hash"],
        "notebooks": list(ran),
    }


if __name__ == "__main__":
    sys.exit(main())
