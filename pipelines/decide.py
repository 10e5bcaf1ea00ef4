"""What a scheduler runs every morning: whom to contact today and why, what a person has to see, and a log of it all.

python pipelines/decide.py --ledger DIR --as-of DATE --store DIR --out DIR [--policy FILE] [--log FILE] [--owners FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from paybench import read_ledger
from paybench.command import answered
from paybench.decide.decided import make_decisions
from paybench.decide.decided.log import FILE, read_log


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Decide whom to contact today, within policy, with the champion.")
    parser.add_argument("--ledger", type=Path, required=True, metavar="DIR")
    parser.add_argument("--as-of", required=True, metavar="DATE", help="YYYY-MM-DD; nothing later is known")
    parser.add_argument("--store", type=Path, required=True, metavar="DIR", help="where the champion is")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write; its queue goes on")
    parser.add_argument("--policy", default="standard", metavar="FILE", help="YAML; or standard, gentle")
    parser.add_argument("--log", type=Path, metavar="FILE", help="Parquet file of decisions to send nothing")
    parser.add_argument("--owners", type=Path, metavar="FILE", help="YAML: who sees to which exceptions")
    options = parser.parse_args(arguments)
    return answered("decide", lambda: print(json.dumps(_run(options))))


def _run(options: argparse.Namespace) -> dict[str, object]:
    found = make_decisions(
        read_ledger(options.ledger),
        options.as_of,
        options.out,
        options.store,
        policy=options.policy,
        log=options.log,
        owners=options.owners,
        show=True,
        earlier=read_log(options.ledger / FILE),
    )
    done = {"contacts": len(found.contacts), "withheld": len(found.withheld), "exceptions": len(found.queue.to_do)}
    return found.about | done | {"out": str(options.out)}


if __name__ == "__main__":
    sys.exit(main())
