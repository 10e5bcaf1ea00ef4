"""Answering other systems."""

from __future__ import annotations

import argparse
import sys

from ..errors import PaybenchError
from .answer import Answer, ledger_of, say


def serve(options: argparse.Namespace) -> Answer:
    """Serve until told to stop."""
    from ..ledger import day

    if options.ledger is not None:
        ledger_of(options)  # what cannot be read is said now, not to the first who asks
    try:
        import fastapi  # noqa: F401
        import uvicorn  # noqa: F401
    except ModuleNotFoundError as error:
        raise PaybenchError(
            f"Serving needs {error.name}, which the base install leaves out: pip install 'paybench[serve]'."
        ) from None
    from ..serve.chat.begun import Setting
    from ..serve.limits import Limits
    from ..serve.run import serve

    def listens(address: str) -> None:
        talks = "" if options.ledger is None else f", conversations: {address}/chat"
        words = f"paybench answers at {address} (see {address}/docs{talks}); Ctrl-C ends it"
        say(options, ({"address": address}, words))
        sys.stdout.flush()

    limits = Limits(body=options.max_mb * 1_000_000, rows=options.max_rows)
    today = None if options.as_of is None else day(options.as_of).date()
    setting = Setting(
        options.ledger, options.store, today, options.policy, options.addresses, options.company, options.url,
        options.smtp, options.mail_from, options.smtp_user, options.outbox, options.sms_from,
    )  # fmt: skip
    serve(options.store, options.ledger, options.host, options.port, limits, listens, setting)
    return None
