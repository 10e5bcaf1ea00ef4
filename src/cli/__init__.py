"""The ``paybench`` command: its options, by theme; what it does with them is in :mod:`~paybench.actions`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from .. import __version__
from ..actions.answer import say
from ..actions.results import demo as demo_
from ..command import answered
from . import decide, erase, ledger, models, replies, results, serve, store
from .options import add, count, with_store

THEMES = (ledger, models, results, decide, replies, serve, store, erase)
"""Modules with the commands, in the order of ``paybench --help``, after ``demo``."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns
    -------
    0 done; 1 the input or state is wrong, said in one sentence on standard error; 2 wrong usage (argparse exits); 3
    done, and ``monitor`` says that retraining is due.
    """
    options = _parser().parse_args(arguments)
    failed = answered("paybench", lambda: say(options, options.run(options)))
    return failed or options.code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="paybench",
        description="Who pays late, when the cash comes, and why.",
        epilog="Exit codes: 0 done, 1 the input or state is wrong (one sentence says what), 2 wrong usage, "
        "3 'monitor' says that retraining is due.",
    )
    parser.add_argument("--version", action="version", version=f"paybench {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    demo = with_store(add(commands, "demo", demo_, "the whole job on the sample: train, register, score, report"))
    demo.add_argument("--out", type=Path, default=Path("demo"), metavar="DIR", help="where scores and report go (demo)")
    demo.add_argument("--trials", type=count, default=12, metavar="N", help="parameter sets that tuning tries (12)")

    for theme in THEMES:
        theme.add_to(commands)
    return parser
