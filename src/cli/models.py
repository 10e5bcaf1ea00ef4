"""Commands on models: train, promote, judge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..actions import models as actions
from .options import add, count, dated, minutes, tuned, with_ledger, with_store


def add_to(commands: Any) -> None:
    """Add the commands to the parser's."""
    train = dated(
        with_store(with_ledger(add(commands, "train", actions.train, "tune, fit, calibrate, register, ask the gate")))
    )
    tuned(train).add_argument(
        "--minutes",
        type=minutes,
        metavar="M",
        help="tune for so long instead; how many trials that makes, and so the result, is up to the machine",
    )
    train.add_argument(
        "--workers", type=count, default=1, metavar="W", help="processes that tune; with several results may vary (1)"
    )
    train.add_argument(
        "--without-natural-persons",
        action="store_true",
        help="train on companies and customers of whom nothing is known (column legal_form of customers)",
    )
    train.add_argument("--no-promote", dest="promote", action="store_false", help="register only, do not ask the gate")

    promoting = with_store(
        add(commands, "promote", actions.promote, "challenger against champion; export the bundle that serves")
    )
    promoting.add_argument("--rollback", action="store_true", help="go back to the previous champion")
    promoting.add_argument(
        "--signed-by", default="", metavar="NAME", help="who answers for it; settings.yaml of a store may require it"
    )

    registry = commands.add_parser("registry", help="who served when, and why").add_subparsers(
        required=True, metavar="COMMAND"
    )
    with_store(add(registry, "log", actions.registry_log, "every promotion, refusal and rollback; nothing removed"))
    serving = with_store(add(registry, "champion", actions.registry_champion, "which version served on a day"))
    serving.add_argument("--on", required=True, metavar="DATE", help="the day, YYYY-MM-DD; at its end in UTC")

    backtest = with_ledger(
        add(commands, "backtest", actions.backtest, "rolling origins, every model beside every baseline")
    )
    tuned(backtest)
    when = backtest.add_mutually_exclusive_group()
    when.add_argument("--origin", action="append", metavar="DATE", help="a cut-off; may be given several times")
    when.add_argument(
        "--origins",
        type=count,
        metavar="N",
        help="so many cut-offs (8; fewer where one has under 50 invoices to test with, or a fortnight until the next)",
    )
    backtest.add_argument(
        "--weeks", type=count, nargs="+", metavar="W", help="also a learning curve: skill by weeks of history"
    )
    backtest.add_argument("--until", metavar="DATE", help="outcomes are known up to here (the ledger's end)")
    backtest.add_argument("--out", type=Path, required=True, metavar="DIR")
