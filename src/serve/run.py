"""Starting the server: where it listens, who may ask, and how it ends."""

from __future__ import annotations

import logging
import os
import socket
import sys
from asyncio import TimerHandle
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from ..errors import PaybenchError
from .app import make_app
from .chat.begun import Setting, begin_chat
from .guard import LOG, LOOPBACK, Guard
from .limits import Limits
from .service import Service

TOKEN = "PAYBENCH_TOKEN"
_SHORTEST = 16


def serve(
    store: Path,
    ledger: Path | None,
    host: str,
    port: int,
    limits: Limits,
    say: Callable[[str], None],
    setting: Setting | None = None,
) -> None:
    """Serve until told to stop (Ctrl-C, SIGTERM).

    Parameters
    ----------
    store : whose champion scores; there need not be one yet. ledger : a ledger folder, or None.
    host, port : where to listen; port 0 takes any that is free. limits : of requests.
    say : hears the address once it listens. setting : of conversations about the ledger; None = as usual.

    Raises
    ------
    PaybenchError
        If it cannot listen there, or a secret of the environment is too short.
    """
    secret = token()
    service = Service(store, ledger, limits)
    local = host in LOOPBACK
    talks = setting or Setting(ledger, store)
    listening = _listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listening.getsockname()[1]}"
    try:
        chat = begin_chat(talks, address, local, os.environ, None)
    except PaybenchError:
        listening.close()
        raise
    own = (*LOOPBACK, *filter(None, [urlsplit(talks.url).hostname]))
    app = Guard(make_app(service, chat), own if local else None, secret)
    if not LOG.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    if not local:
        who = "whoever has the token and" if secret else f"{TOKEN} is not set, so whoever"
        LOG.warning("paybench listens on %s: %s reaches this machine can ask, and nothing is encrypted.", host, who)
    settings = uvicorn.Config(
        app,
        access_log=False,
        h11_max_incomplete_event_size=32_768,
        http=_patient(limits.reading),
        lifespan="off",
        limit_concurrency=256,
        log_level="error",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=15,
        ws="none",
    )
    say(address)
    try:
        uvicorn.Server(settings).run(sockets=[listening])
    except KeyboardInterrupt:  # which uvicorn raises again, once it has ended in order
        LOG.info("stopped")
    finally:
        listening.close()


def token() -> str | None:
    """The token of the environment, or None.

    Raises
    ------
    PaybenchError
        If it is too short to keep anybody out.
    """
    found = os.environ.get(TOKEN)
    if found is not None and (len(found) < _SHORTEST or not found.isascii() or " " in found.strip()):
        raise PaybenchError(
            f"The token in {TOKEN} is shorter than {_SHORTEST} characters, or not plain text in one word; "
            "give a longer one, or unset it."
        )
    return None if found is None else found.strip()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        raise PaybenchError(f"Nothing can listen on {host}, port {port} ({why}); give another --port.") from None


def _patient(seconds: float) -> type[H11Protocol]:
    """HTTP whose connections end where the head of a request takes longer than that to come."""

    class Patient(H11Protocol):
        """Waits for so long and no longer."""

        _timer: TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._timer = self.loop.call_later(seconds, transport.close)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            idle = self.conn.their_state is h11.IDLE
            if not idle and self._timer is not None:
                self._timer.cancel()
                self._timer = None
            elif idle and self._timer is None and not self.transport.is_closing():
                self._timer = self.loop.call_later(seconds, self.transport.close)

        def connection_lost(self, exc: Exception | None) -> None:
            if self._timer is not None:
                self._timer.cancel()
            super().connection_lost(exc)

    return Patient
