"""What a scheduler runs to train anew: twelve steps from the ledger to the version that serves.

    python pipelines/retrain.py --ledger DIR --as-of DATE --store DIR

import, check, features, tune, fit, calibrate, evaluate, explain, register, gate, export, promote: each is done once.
Run again after whatever stopped it, it goes on where it was. --dry-run says what would be done, and why.

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

from settings import PARAMS, Settings, read_settings

from paybench import PaybenchError, read_ledger
from paybench.command import answered
from paybench.decide.decided.log import FILE, read_log
from paybench.progress import say


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Train, run the notebooks, register, ask the gate.")
    parser.add_argument("--ledger", type=Path, required=True, metavar="DIR")
    parser.add_argument("--as-of", required=True, metavar="DATE", help="YYYY-MM-DD; nothing later is known")
    parser.add_argument("--store", type=Path, required=True, metavar="DIR", help="tracking, registry, champion")
    parser.add_argument("--source", type=Path, nargs="+", metavar="FILE", help="read this export into --ledger first")
    parser.add_argument("--format", metavar="NAME", help="of --source: one of 'paybench ledger formats', or FILE.yaml")
    parser.add_argument("--trials", type=int, metavar="N", help="instead of the setting")
    parser.add_argument("--minutes", type=int, metavar="M", help="instead of the setting; 0: --trials counts")
    parser.add_argument("--workers", type=int, metavar="W", help="instead of the setting")
    parser.add_argument("--seed", type=int, metavar="S", help="instead of the setting")
    parser.add_argument("--params", type=Path, default=PARAMS, metavar="FILE", help="settings (params.yaml)")
    parser.add_argument("--because", default="asked for", metavar="TEXT", help="why, for the run (asked for)")
    parser.add_argument("--no-promote", dest="gate", action="store_false", help="register only, do not ask the gate")
    parser.add_argument("--dry-run", action="store_true", help="say which steps would be done, and why; change nothing")
    options = parser.parse_args(arguments)
    if bool(options.source) != bool(options.format):
        parser.error("--source and --format go together")
    return answered("retrain", lambda: print(json.dumps(_run(options))))


def _run(options: argparse.Namespace) -> dict[str, object]:
    settings = read_settings(options.params)
    names = ("trials", "minutes", "workers", "seed")
    given = {name: value for name in names if (value := getattr(options, name)) is not None}
    settings = replace(settings, **given)
    if len(options.because) > 200 or not options.because.isprintable():
        raise PaybenchError("The text of --because cannot be kept; give up to 200 characters that can be printed.")
    if options.dry_run:
        return plan(options.ledger, options.as_of, options.store, settings)
    if options.source:
        from paybench.ledger.readers.importer import import_files, write_import

        say(f"reading {', '.join(map(str, options.source))}", True)
        write_import(import_files([str(f) for f in options.source], options.format), options.ledger)
    return retrain(options.ledger, options.as_of, options.store, settings, options.gate, options.because)


def plan(ledger: Path, as_of: str, store: Path, settings: Settings) -> dict[str, object]:
    """Which steps would be done, and why; nothing is changed."""
    from chain import Chain

    chain = Chain(read_ledger(ledger), as_of, store, settings)
    due = chain.due()
    for name, why in due.items():
        say(f"  {name:10s} {why or 'done'}", True)
    steps = [{"step": name, "runs": bool(why), "why": why} for name, why in due.items()]
    return {"dry_run": True, "as_of": chain.about["as_of"], "key": chain.about["key"], "steps": steps}


def retrain(
    ledger: Path, as_of: str, store: Path, settings: Settings, gate: bool = True, because: str = "asked for"
) -> dict[str, object]:
    """Do what has not been done yet of the twelve steps; what came of it, JSON-able."""
    from chain import NOTEBOOKS, Chain

    from paybench.reports.model import write_model
    from paybench.reports.portfolio import write_portfolio

    say(f"reading {ledger}", True)
    chain = Chain(read_ledger(ledger), as_of, store, settings)
    with chain.steps.lock():
        candidate, outcome = chain.run(gate, because)
        champion = chain.champion()
        if champion is not None and champion.tags["as_of"] <= candidate.about["as_of"] and chain.steps.ran:
            say("writing the report of the open book", True)  # it names people, so it goes into no run
            page = Path(store) / "reports" / f"portfolio-{candidate.about['as_of']}.html"
            write_portfolio(chain.ledger, as_of, page, store, withheld=read_log(Path(ledger) / FILE))
        if (version := chain.registered) is not None:
            say("writing the report of the model", True)
            chain.attach_report(version, "model", lambda page: write_model(store, page, version.number, chain.ledger))
        chain.settle()
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
        "notebooks": [] if candidate.declined else list(NOTEBOOKS),
        "because": because,
        "ran": chain.steps.ran,
        "skipped": chain.steps.skipped,
    }


if __name__ == "__main__":
    sys.exit(main())
