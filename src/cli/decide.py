"""Commands on what follows from what the champion says."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..actions import decide as actions
from .options import add, count, dated, seed, with_ledger, with_store


def add_to(commands: Any) -> None:
    """Add the commands to the parser's."""
    forecast = dated(
        with_store(
            with_ledger(add(commands, "forecast", actions.forecast, "the cash that will come, with bands; KPIs"))
        )
    )
    forecast.add_argument("--out", type=Path, metavar="DIR", help="the folder to write")
    forecast.add_argument(
        "--compare",
        type=Path,
        metavar="DIR",
        help="instead: an earlier forecast's folder; what came of it by DATE",
    )
    forecast.add_argument(
        "--model", default="champion", metavar="NAME@ALIAS", help="a registered version (the exported champion)"
    )
    forecast.add_argument(
        "--weeks", type=between(1, 52), default=26, metavar="N", help="how far to look ahead, 1 to 52 (26)"
    )
    forecast.add_argument(
        "--paths", type=between(10, 10_000), default=1000, metavar="N", help="futures to draw, 10 to 10000 (1000)"
    )
    forecast.add_argument("--seed", type=seed, default=0, metavar="S")
    forecast.add_argument(
        "--scenario",
        action="append",
        default=[],
        metavar="WHAT=VALUE",
        help="what if: without=CUSTOMER (who pays nothing), later=DAYS (everybody), terms=DAYS (of new invoices); "
        "may be given several times",
    )
    forecast.add_argument("--without-names", action="store_true", help="customers by their numbers only")
    forecast.set_defaults(wrong=forecast.error)
    _decide(commands)


def _decide(commands: Any) -> None:
    decide = dated(with_store(with_ledger(add(commands, "decide", actions.decide, "whom to contact today, and why"))))
    decide.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to write")
    decide.add_argument(
        "--policy", default="standard", metavar="FILE", help="YAML, see docs/dunning.md; or standard, gentle (standard)"
    )
    decide.add_argument(
        "--log", type=Path, metavar="FILE", help="Parquet file of decisions to send nothing; the day's are added to it"
    )
    decide.add_argument("--owners", type=Path, metavar="FILE", help="YAML: who sees to which exceptions")
    decide.add_argument(
        "--model", default="champion", metavar="NAME@ALIAS", help="a registered version (the exported champion)"
    )
    decide.add_argument("--language", choices=("en", "de"), default="en", help="of reasons and pages (en)")
    decide.add_argument("--without-names", action="store_true", help="customers by their numbers only")


def between(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers that has limits."""

    def read(text: str) -> int:
        number = count(text)
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"{number} is not between {least} and {most}")
        return number

    return read
