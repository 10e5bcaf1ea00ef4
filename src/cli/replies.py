"""Commands on what customers write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..actions import replies as actions
from .options import add, dated, seed, with_ledger, with_store

CHANNELS = ("email", "letter", "phone", "sms", "whatsapp", "slack", "teams", "chat")


def add_to(commands: Any) -> None:
    """Add the commands to the parser's."""
    what = "what a customer's message means, and the answer that policy allows, as JSON"
    reply = dated(with_store(with_ledger(add(commands, "reply", actions.reply, what))))
    reply.add_argument("--customer", required=True, metavar="ID", help="who wrote")
    reply.add_argument("--text", required=True, metavar="TEXT", help="what was written; - reads it from standard input")
    reply.add_argument(
        "--channel",
        choices=CHANNELS,
        default="email",
        metavar="NAME",
        help="by which it came: email, sms, chat, ... (email)",
    )
    reply.add_argument("--policy", type=Path, metavar="FILE", help="YAML, see docs/conversation.md (the standard one)")
    reply.add_argument("--company", default="", metavar="NAME", help="who answers (the name of the book)")
    reply.add_argument(
        "--enter", action="store_true", help="record it, and enter message, promises and consents in the ledger"
    )
    replies = commands.add_parser("replies", help="learn from replies, read those of a ledger, export a customer's")
    some = replies.add_subparsers(required=True, metavar="COMMAND")
    training = with_store(add(some, "train", actions.train, "learn what replies mean, and gate it against what serves"))
    training.add_argument("corpus", type=Path, metavar="DIR", help="a folder of JSON lines, see data/replies/README.md")
    training.add_argument("--seed", type=seed, default=0, metavar="S")
    training.add_argument("--signed-by", default="", metavar="NAME", help="who answers for the promotion")
    reading = with_store(
        with_ledger(add(some, "read", actions.read, "write beside a ledger's messages what they mean"))
    )
    reading.add_argument("--out", type=Path, metavar="DIR", help="another ledger folder to write (the same)")
    exporting = with_store(
        add(some, "export", actions.export, "all that was said and decided with a customer, as JSON")
    )
    exporting.add_argument("--customer", required=True, metavar="ID")
