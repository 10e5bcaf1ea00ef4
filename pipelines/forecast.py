"""What a scheduler runs every night: the cash that will come, with the champion. Needs the base install only.

python pipelines/forecast.py --ledger DIR --as-of DATE --store DIR --out DIR
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from paybench import read_ledger
from paybench.command import answered
from paybench.decide.saved.made import make_forecast


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Forecast the cash that will come, with the champion.")
    parser.add_argument("--ledger", type=Path, required=True, metavar="DIR")
    parser.add_argument("--as-of", required=True, metavar="DATE", help="YYYY-MM-DD; nothing later is known")
    parser.add_argument("--store", type=Path, required=True, metavar="DIR", help="where the champion is")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write")
    options = parser.parse_args(arguments)
    return answered("forecast", lambda: print(json.dumps(_run(options))))


def _run(options: argparse.Namespace) -> dict[str, object]:
    found = make_forecast(read_ledger(options.ledger), options.as_of, options.out, options.store, show=True)
    return found.forecast.about | {"out": str(options.out)}


if __name__ == "__main__":
    sys.exit(main())
