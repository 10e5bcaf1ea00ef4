"""The ``paybench`` command: its options; what it does with them is in :mod:`.actions`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import __version__, actions
from .command import answered


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns
    -------
    0 done; 1 the input or state is wrong, said in one sentence on standard error; 2 wrong usage (argparse exits); 3
    done, and ``monitor`` says that retraining is due.
    """
    options = _parser().parse_args(arguments)
    failed = answered("paybench", lambda: actions.say(options, options.run(options)))
    return failed or options.code


_IN_THE_LEDGER = Path()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="paybench",
        description="Who pays late, when the cash comes, and why.",
        epilog="Exit codes: 0 done, 1 the input or state is wrong (one sentence says what), 2 wrong usage, "
        "3 'monitor' says that retraining is due.",
    )
    parser.add_argument("--version", action="version", version=f"paybench {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = _with_store(
        _add(commands, "demo", actions.demo, "the whole job on the sample: train, register, score, report")
    )
    demo.add_argument("--out", type=Path, default=Path("demo"), metavar="DIR", help="where scores and report go (demo)")
    demo.add_argument("--trials", type=_count, default=12, metavar="N", help="parameter sets that tuning tries (12)")

    ledger = commands.add_parser("ledger", help="make, import and check ledgers").add_subparsers(
        required=True, metavar="COMMAND"
    )
    simulate = _add(ledger, "simulate", actions.simulate, "draw a ledger from a known world, the truth kept beside it")
    simulate.add_argument("--out", type=Path, required=True, metavar="DIR")
    simulate.add_argument("--customers", type=_count, metavar="N", help="how many customers (300)")
    simulate.add_argument("--months", type=_count, metavar="M", help="length of the window (24)")
    simulate.add_argument("--start", metavar="DATE", help="first day of the window (2024-01-01)")
    simulate.add_argument("--seed", type=_seed, default=0, metavar="S")
    simulate.add_argument(
        "--mode", choices=("easy", "hard"), default="easy", help="hard: other laws, to keep models honest (easy)"
    )
    simulate.add_argument(
        "--policy",
        choices=("ladder", "random", "confounded", "none"),
        default="ladder",
        help="who decides what is sent to customers (ladder)",
    )
    simulate.add_argument("--like", type=Path, metavar="LEDGER", help="a ledger folder whose book to resemble")
    simulate.add_argument(
        "--worlds",
        type=_count,
        default=150,
        metavar="N",
        help="worlds that the fit to --like may draw, all of the easy mode with the ladder (150)",
    )
    simulate.add_argument(
        "--report",
        nargs="?",
        type=_named,
        const=_IN_THE_LEDGER,
        metavar="FILE.html",
        help="how the book looks beside published figures, and beside --like (calibration.html in the ledger folder)",
    )
    simulate.add_argument(
        "--as",
        dest="layouts",
        action="append",
        default=[],
        choices=("sap", "quickbooks"),
        help="also as a messy export, its faults listed, in a folder of that name within the ledger folder",
    )
    importing = _add(
        ledger, "import", actions.import_, "read an export; rows that cannot be are set aside with reasons"
    )
    importing.set_defaults(wrong=importing.error)
    importing.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="files, folders, one sheet of a workbook (book.xlsx#Sheet), or the URL of a database",
    )
    importing.add_argument(
        "--format", metavar="NAME", help="one of 'paybench ledger formats', or a FILE.yaml of your own"
    )
    importing.add_argument(
        "--guess", action="store_true", help="tell what is what in one FILE; without --out only show"
    )
    importing.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="THEIRS=OURS",
        help="a column of the file and ours ('Rechnungsnr.=invoice_id', 'EUR=currency'); may be given several times",
    )
    importing.add_argument("--write", type=Path, metavar="FILE.yaml", help="write the guess as a format of your own")
    importing.add_argument("--out", type=Path, metavar="DIR", help="the ledger folder to write")
    importing.add_argument("--name", metavar="NAME", help="name of the book")
    importing.add_argument(
        "--timezone", metavar="ZONE", help="the ledger's: instants become days of it, like Europe/Berlin (UTC)"
    )
    importing.add_argument(
        "--since",
        metavar="DATE",
        help="of a database only what is dated DATE or later, merged into the ledger at --out",
    )
    _add(ledger, "formats", actions.formats, "the formats that import knows")
    checking = _with_ledger(
        _add(ledger, "check", actions.check, "keys, dates, amounts, currencies, sums, references, volume of a ledger")
    )
    checking.add_argument(
        "--quarantine", type=Path, metavar="DIR", help="write the ledger without its wrong rows, and those beside it"
    )
    checking.add_argument("--docs", type=Path, metavar="DIR", help="write the results as pages (Data Docs)")

    features = _add(
        commands, "features", actions.features, "point-in-time features as Parquet, and how each is computed"
    )
    features.add_argument("ledger", type=Path, nargs="?", metavar="DIR", help="the ledger folder")
    features.add_argument(
        "--as-of", metavar="DATE", help="one row per invoice open at the start of DATE; nothing later is known"
    )
    when = features.add_mutually_exclusive_group()
    when.add_argument("--at-issue", action="store_true", help="one row per invoice, as of its own issue date")
    when.add_argument("--landmarks", action="store_true", help="the same, and rows on days around its due date")
    features.add_argument("--out", type=Path, metavar="FILE")
    features.add_argument("--names", metavar="A,B", help="some features instead of all")
    features.add_argument("--explain", metavar="NAME", help="what a feature is, instead of building any")
    features.add_argument("--invoice", metavar="ID", help="and the events that went into it for one invoice of DIR")
    features.set_defaults(wrong=features.error)

    train = _dated(
        _with_store(
            _with_ledger(_add(commands, "train", actions.train, "tune, fit, calibrate, register, ask the gate"))
        )
    )
    _tuned(train).add_argument(
        "--minutes",
        type=_minutes,
        metavar="M",
        help="tune for so long instead; how many trials that makes, and so the result, is up to the machine",
    )
    train.add_argument("--no-promote", dest="promote", action="store_false", help="register only, do not ask the gate")

    promoting = _with_store(
        _add(commands, "promote", actions.promote, "challenger against champion; export the bundle that serves")
    )
    promoting.add_argument("--rollback", action="store_true", help="go back to the previous champion")
    promoting.add_argument(
        "--signed-by", default="", metavar="NAME", help="who answers for it; settings.yaml of a store may require it"
    )

    registry = commands.add_parser("registry", help="who served when, and why").add_subparsers(
        required=True, metavar="COMMAND"
    )
    _with_store(_add(registry, "log", actions.registry_log, "every promotion, refusal and rollback; nothing removed"))
    serving = _with_store(_add(registry, "champion", actions.registry_champion, "which version served on a day"))
    serving.add_argument("--on", required=True, metavar="DATE", help="the day, YYYY-MM-DD; at its end in UTC")

    score = _dated(
        _with_store(_with_ledger(_add(commands, "score", actions.score, "score the open invoices (base install)")))
    )
    score.add_argument("--out", type=Path, required=True, metavar="FILE", help="ends in .parquet or .csv")
    score.add_argument(
        "--model", default="champion", metavar="NAME@ALIAS", help="a registered version (the exported champion)"
    )

    backtest = _with_ledger(
        _add(commands, "backtest", actions.backtest, "rolling origins, every model beside every baseline")
    )
    _tuned(backtest)
    when = backtest.add_mutually_exclusive_group()
    when.add_argument("--origin", action="append", metavar="DATE", help="a cut-off; may be given several times")
    when.add_argument(
        "--origins",
        type=_count,
        metavar="N",
        help="so many cut-offs (8; fewer where one has under 50 invoices to test with, or a fortnight until the next)",
    )
    backtest.add_argument(
        "--weeks", type=_count, nargs="+", metavar="W", help="also a learning curve: skill by weeks of history"
    )
    backtest.add_argument("--until", metavar="DATE", help="outcomes are known up to here (the ledger's end)")
    backtest.add_argument("--out", type=Path, required=True, metavar="DIR")

    explain = _dated(
        _with_store(_with_ledger(_add(commands, "explain", actions.explain, "the report for finance, one HTML file")))
    )
    explain.add_argument("--out", type=Path, required=True, metavar="FILE.html")

    watching = _dated(
        _with_store(
            _with_ledger(
                _add(commands, "monitor", actions.monitor, "drift, age, realised performance; exit code 3: retrain")
            )
        )
    )
    watching.add_argument("--out", type=Path, required=True, metavar="DIR", help="where tables and page go")
    return parser


def _add(commands: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text[:1].upper() + text[1:] + "."
    )
    command.set_defaults(run=run, code=0)
    command.add_argument("--json", action="store_true", help="answer as JSON, without progress")
    command.add_argument("--quiet", action="store_true", help="no progress")
    return command


def _with_ledger(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument("ledger", type=Path, metavar="DIR", help="the ledger folder")
    return command


def _with_store(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument(
        "--store", type=Path, default=Path("mlruns"), metavar="DIR", help="tracking and registry (mlruns)"
    )
    return command


def _dated(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument(
        "--as-of", required=True, metavar="DATE", help="the decision's day, YYYY-MM-DD; nothing later is known"
    )
    return command


def _tuned(command: argparse.ArgumentParser) -> Any:
    """The options of a tuning; returns the group of its budgets, of which one may be given."""
    budget = command.add_mutually_exclusive_group()
    budget.add_argument("--trials", type=_count, default=12, metavar="N", help="parameter sets that tuning tries (12)")
    command.add_argument("--seed", type=_seed, default=0, metavar="S")
    return budget


def _named(text: str) -> Path:
    if not text.strip():
        raise argparse.ArgumentTypeError("the name is empty; give one, or the option alone")
    return Path(text)


def _count(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number") from None


def _minutes(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number") from None
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def _seed(text: str) -> int:
    number = _whole(text)
    if not 0 <= number < 2**31:
        raise argparse.ArgumentTypeError(f"{number} is not between 0 and {2**31 - 1}")
    return number
