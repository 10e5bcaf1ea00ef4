"""Commands on a whole store: backup, restore, moved, upgrade."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..actions import store as actions
from .options import add, with_store


def add_to(commands: Any) -> None:
    """Add the commands to the parser's."""
    store = commands.add_parser("store", help="backup, restore, move and upgrade a store").add_subparsers(
        required=True, metavar="COMMAND"
    )
    kept = with_store(
        add(store, "backup", actions.backup, "databases, artifacts, champion and log in one file, with sha256s")
    )
    kept.add_argument("--out", type=Path, required=True, metavar="FILE", help="ends in .tar, .tar.gz or .tgz")
    restoring = with_store(
        add(store, "restore", actions.restore, "make a store of a backup, in a new folder, on an empty database")
    )
    restoring.add_argument("file", type=Path, metavar="FILE", help="what 'paybench store backup' wrote")
    with_store(add(store, "moved", actions.moved, "find the artifacts again after its folder was moved or copied"))
    upgrading = with_store(
        add(store, "upgrade", actions.upgrade, "bring it to the schemas of the MLflow and Optuna installed, or undo it")
    )
    upgrading.add_argument(
        "--backup", type=Path, metavar="FILE", help="the backup to write first (STORE-before-upgrade.tar.gz beside it)"
    )
