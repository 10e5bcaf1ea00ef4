"""The command that answers other systems."""

from __future__ import annotations

from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from ..actions import serve as actions
from .options import add, count, with_store


def add_to(commands: Any) -> None:
    """Add the command to the parser's."""
    serving = with_store(
        add(commands, "serve", actions.serve, "scores and conversations over HTTP, on this machine only")
    )
    serving.add_argument("ledger", type=Path, nargs="?", metavar="DIR", help="a ledger folder to answer about, too")
    serving.add_argument("--port", type=_port, default=8642, metavar="P", help="0 = any that is free (8642)")
    serving.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS", help="to be reached from other machines (127.0.0.1)"
    )
    serving.add_argument(
        "--as-of", metavar="DATE", help="the day on which conversations stand still, YYYY-MM-DD (today's date goes on)"
    )
    serving.add_argument("--policy", type=Path, metavar="FILE", help="of negotiation, YAML (the standard one)")
    serving.add_argument(
        "--addresses", type=Path, metavar="FILE", help="CSV of customer_id, channel, address: who writes to webhooks"
    )
    serving.add_argument("--company", default="", metavar="NAME", help="who answers customers (the book's name)")
    serving.add_argument("--url", default="", metavar="URL", help="https://..., by which platforms reach it")
    serving.add_argument("--smtp", default="", metavar="HOST:PORT", help="mail server that sends answers to e-mails")
    serving.add_argument(
        "--smtp-user", default="", metavar="NAME", help="its login; PAYBENCH_SMTP_PASSWORD holds the rest"
    )
    serving.add_argument("--mail-from", default="", metavar="ADDRESS", help="who these answers are from")
    serving.add_argument("--sms-from", default="", metavar="NUMBER", help="who SMS and Twilio's WhatsApp are from")
    serving.add_argument("--outbox", type=Path, metavar="DIR", help="where signed answers wait for another carrier")
    serving.add_argument("--max-rows", type=count, default=100_000, metavar="N", help="rows of one request (100000)")
    serving.add_argument("--max-mb", type=count, default=16, metavar="N", help="million bytes of one request (16)")


def _port(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is not a whole number") from None
    if not 0 <= number < 2**16:
        raise ArgumentTypeError(f"{number} is not between 0 and {2**16 - 1}")
    return number
