"""Commands on ledgers and their features."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..actions import ledger as actions
from .options import add, count, named, seed, with_ledger

_IN_THE_LEDGER = Path()


def add_to(commands: Any) -> None:
    """Add the commands to the parser's."""
    ledger = commands.add_parser("ledger", help="make, import and check ledgers").add_subparsers(
        required=True, metavar="COMMAND"
    )
    simulate = add(ledger, "simulate", actions.simulate, "draw a ledger from a known world, the truth kept beside it")
    simulate.add_argument("--out", type=Path, required=True, metavar="DIR")
    simulate.add_argument("--customers", type=count, metavar="N", help="how many customers (300)")
    simulate.add_argument("--months", type=count, metavar="M", help="length of the window (24)")
    simulate.add_argument("--start", metavar="DATE", help="first day of the window (2024-01-01)")
    simulate.add_argument("--seed", type=seed, default=0, metavar="S")
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
        type=count,
        default=150,
        metavar="N",
        help="worlds that the fit to --like may draw, all of the easy mode with the ladder (150)",
    )
    simulate.add_argument(
        "--report",
        nargs="?",
        type=named,
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
    importing = add(ledger, "import", actions.import_, "read an export; rows that cannot be are set aside with reasons")
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
    add(ledger, "formats", actions.formats, "the formats that import knows")
    checking = with_ledger(
        add(ledger, "check", actions.check, "keys, dates, amounts, currencies, sums, references, volume of a ledger")
    )
    checking.add_argument(
        "--quarantine", type=Path, metavar="DIR", help="write the ledger without its wrong rows, and those beside it"
    )
    checking.add_argument("--docs", type=Path, metavar="DIR", help="write the results as pages (Data Docs)")

    features = add(
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
