"""What a scheduler runs every morning: whom to contact today and why, what a person has to see, and a log of it all.

python pipelines/decide.py --ledger DIR --as-of DATE --store DIR --out DIR [--policy FILE] [--log FILE] [--owners FILE]
                           [--keep]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from paybench import read_ledger
from paybench.command import answered
from paybench.converse.talk.restore import restored
from paybench.decide.decided import Decisions, make_decisions
from paybench.decide.decided.log import FILE, read_log
from paybench.decide.segments import log_segments, migration
from paybench.decide.uplift.versions import log_uplift
from paybench.ledger import Ledger


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Decide whom to contact today, within policy, with the champion.")
    parser.add_argument("--ledger", type=Path, required=True, metavar="DIR")
    parser.add_argument("--as-of", required=True, metavar="DATE", help="YYYY-MM-DD; nothing later is known")
    parser.add_argument("--store", type=Path, required=True, metavar="DIR", help="where the champion is")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write; its queue goes on")
    parser.add_argument("--policy", default="standard", metavar="FILE", help="YAML; or standard, gentle")
    parser.add_argument("--log", type=Path, metavar="FILE", help="Parquet file of decisions to send nothing")
    parser.add_argument("--owners", type=Path, metavar="FILE", help="YAML: who sees to which exceptions")
    parser.add_argument("--keep", action="store_true", help="keep segments and effects as versions in the store, too")
    options = parser.parse_args(arguments)
    return answered("decide", lambda: print(json.dumps(_run(options))))


def _run(options: argparse.Namespace) -> dict[str, object]:
    restored(options.store, options.ledger)  # what conversations left, should the book have been imported anew
    ledger = read_ledger(options.ledger)
    found = make_decisions(
        ledger,
        options.as_of,
        options.out,
        options.store,
        policy=options.policy,
        log=options.log,
        owners=options.owners,
        show=True,
        earlier=read_log(options.ledger / FILE),
    )
    kept = _kept(found, ledger, options.store) if options.keep else {}
    done = {"contacts": len(found.contacts), "withheld": len(found.withheld), "exceptions": len(found.queue.to_do)}
    return found.about | done | kept | {"out": str(options.out)}


def _kept(found: Decisions, ledger: Ledger, store: Path) -> dict[str, object]:
    """Versions of the day's segments and of what is known of contacts, beside the models."""
    moved = migration(found.segments, ledger)
    effects = log_uplift(found.uplift, store, ledger.name, str(found.about["data_hash"]))
    return {"segments": log_segments(found.segments, store, moved), "effects": effects}


if __name__ == "__main__":
    sys.exit(main())
