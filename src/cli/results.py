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

    explain = dated(
        with_store(with_ledger(add(commands, "explain", actions.explain, "the report for finance, one HTML file")))
    )
    explain.add_argument("--out", type=Path, required=True, metavar="FILE.html")

    watching = dated(
        with_store(
            with_ledger(
                add(commands, "monitor", actions.monitor, "drift, age, realised performance; exit code 3: retrain")
            )
        )
    )
    watching.add_argument("--out", type=Path, required=True, metavar="DIR", help="where tables and page go")
