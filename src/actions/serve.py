"""Answering other systems."""

from __future__ import annotations

import argparse
import sys

from ..errors import PaybenchError
from .answer import Answer, ledger_of, say


def serve(options: argparse.Namespace) -> Answer:
    """Serve until told to stop."""
    if options.ledger is not None:
        ledger_of(options)  # what cannot be read is said now, not to the first who asks
    try:
        import fastapi  # noqa: F401
        import uvicorn  # noqa: F401
    except ModuleNotFoundError as error:
        raise PaybenchError(
            f"Serving needs {error.name}, which the base install leaves out: pip install 'paybench[serve]'."
        ) from None
    from ..serve.limits import Limits
    from ..serve.run import serve

    def listens(address: str) -> None:
        say(options, ({"address": address}, f"paybench answers at {address} (see {address}/docs); Ctrl-C ends it"))
        sys.stdout.flush()

    limits = Limits(body=options.max_mb * 1_000_000, rows=options.max_rows)
    serve(options.store, options.ledger, options.host, options.port, limits, listens)
    return None
