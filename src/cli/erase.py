"""The command that removes persons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..actions import erase as actions
from .options import add, with_ledger, with_store


def add_to(commands: Any) -> None:
    """Add the command to the parser's."""
    erase = with_store(
        with_ledger(add(commands, "erase", actions.erase, "remove customers from the ledger and all made of it"))
    )
    erase.add_argument(
        "--customer", action="append", required=True, metavar="ID", help="whom; may be given several times"
    )
    erase.add_argument(
        "--also",
        action="append",
        default=[],
        type=Path,
        metavar="PATH",
        help="a file or folder made of the ledger: features, scores, reports, notebooks; may be given several times",
    )
    erase.add_argument("--dry-run", action="store_true", help="only tell what would be removed where")
