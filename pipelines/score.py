"""What a scheduler runs every night: score the open invoices with the champion. Needs the base install only.

python pipelines/score.py --ledger DIR --as-of DATE --store DIR --out FILE.parquet
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from paybench import PaybenchError
from paybench.ledger import read_ledger
from paybench.score import score, write_scores


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Score the open invoices with the champion.")
    parser.add_argument("--ledger", type=Path, required=True, metavar="DIR")
    parser.add_argument("--as-of", required=True, metavar="DATE", help="YYYY-MM-DD; nothing later is known")
    parser.add_argument("--store", type=Path, required=True, metavar="DIR", help="where the champion is")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="ends in .parquet or .csv")
    options = parser.parse_args(arguments)
    try:
        table = score(read_ledger(options.ledger), options.as_of, store=options.store, show=True)
        write_scores(table, options.out)
    except PaybenchError as error:
        print(f"score: {error}", file=sys.stderr)
        return 1
    versions = sorted(table["model_version"].unique())
    print(json.dumps({"rows": len(table), "model_version": versions[0] if versions else "", "out": str(options.out)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
