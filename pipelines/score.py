"""What a scheduler runs every night: score the open invoices with the champion. Needs the base install only.

python pipelines/score.py --ledger DIR --as-of DATE --store DIR --out FILE.parquet
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from paybench.command import answered
from paybench.score import score_folder


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Score the open invoices with the champion.")
    parser.add_argument("--ledger", type=Path, required=True, metavar="DIR")
    parser.add_argument("--as-of", required=True, metavar="DATE", help="YYYY-MM-DD; nothing later is known")
    parser.add_argument("--store", type=Path, required=True, metavar="DIR", help="where the champion is")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="ends in .parquet or .csv")
    options = parser.parse_args(arguments)
    return answered("score", lambda: print(json.dumps(_run(options))))


def _run(options: argparse.Namespace) -> dict[str, object]:
    found = score_folder(options.ledger, options.as_of, options.out, store=options.store, show=True)
    return {"rows": found.rows, "model_version": found.model_version, "out": str(options.out)}


if __name__ == "__main__":
    sys.exit(main())
