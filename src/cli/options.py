"""Options that commands share, and how their values are read."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    """A command: what runs it, what it does in a line, and how it answers."""
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text[:1].upper() + text[1:] + "."
    )
    command.set_defaults(run=run, code=0)
    command.add_argument("--json", action="store_true", help="answer as JSON, without progress")
    command.add_argument("--quiet", action="store_true", help="no progress")
    return command


def with_ledger(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The ledger folder as its argument."""
    command.add_argument("ledger", type=Path, metavar="DIR", help="the ledger folder")
    return command


def with_store(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The option of the store."""
    command.add_argument(
        "--store", type=Path, default=Path("mlruns"), metavar="DIR", help="tracking and registry (mlruns)"
    )
    return command


def dated(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The option of the decision's day."""
    command.add_argument(
        "--as-of", required=True, metavar="DATE", help="the decision's day, YYYY-MM-DD; nothing later is known"
    )
    return command


def tuned(command: argparse.ArgumentParser) -> Any:
    """The options of a tuning; returns the group of its budgets, of which one may be given."""
    budget = command.add_mutually_exclusive_group()
    budget.add_argument("--trials", type=count, default=12, metavar="N", help="parameter sets that tuning tries (12)")
    command.add_argument("--seed", type=seed, default=0, metavar="S")
    return budget


def named(text: str) -> Path:
    """A path that is not empty."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the name is empty; give one, or the option alone")
    return Path(text)


def count(text: str) -> int:
    """A whole number, at least 1."""
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number") from None


def minutes(text: str) -> float:
    """A number of minutes above 0."""
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number") from None
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def seed(text: str) -> int:
    """A whole number that random generators take."""
    number = _whole(text)
    if not 0 <= number < 2**31:
        raise argparse.ArgumentTypeError(f"{number} is not between 0 and {2**31 - 1}")
    return number
