"""Commands that give what the champion says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..actions import results as actions
from .options import add, dated, with_ledger, with_store


def add_to(commands: Any) -> None:
    """Add the commands to the parser's."""
    score = dated(
        with_store(with_ledger(add(commands, "score", actions.score, "score the open invoices (base install)")))
    )
    score.add_argument("--out", type=Path, required=True, metavar="FILE", help="ends in .parquet or .csv")
    score.add_argument(
        "--model", default="champion", metavar="NAME@ALIAS", help="a registered version (the exported champion)"
    )

    explain = with_store(with_ledger(add(commands, "explain", actions.explain, "reports for finance, one HTML file")))
    explain.add_argument("--as-of", metavar="DATE", help="the decision's day, YYYY-MM-DD; not for --page model")
    explain.add_argument(
        "--page",
        choices=("portfolio", "model", "customer"),
        default="portfolio",
        help="the open book of a day; a model version, to be signed; one customer (portfolio)",
    )
    explain.add_argument("--customer", default="", metavar="ID", help="of --page customer")
    explain.add_argument(
        "--version", default="champion", metavar="V", help="of --page model: champion, challenger, a number (champion)"
    )
    explain.add_argument("--language", choices=("en", "de"), default="en", help="of the page (en)")
    explain.add_argument("--without-names", action="store_true", help="customers by their numbers only")
    explain.add_argument("--out", type=Path, required=True, metavar="FILE.html")
    explain.set_defaults(wrong=explain.error)

    watching = dated(
        with_store(
            with_ledger(
                add(commands, "monitor", actions.monitor, "drift, age, realised performance; exit code 3: retrain")
            )
        )
    )
    watching.add_argument("--out", type=Path, required=True, metavar="DIR", help="where tables and page go")
