"""What surrounds every request: who may ask, what every answer carries, what is logged, and no traceback.

The log has a line per request with its method, the route's pattern, the status, the time and an id: neither addresses
with their query nor bodies nor messages of errors, since those hold invoices and customers.
"""

from __future__ import annotations

import hmac
import logging
import traceback
from collections.abc import Mapping
from time import perf_counter
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .wire import as_json

LOG = logging.getLogger("paybench.serve")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
BRIEF = "/health"
"""The route that answers, in brief, without a token."""
OPEN = ("/chat", "/pay/", "/hooks/", "/unsubscribe/")
"""The page without its data, and what other people's browsers and servers ask for with secrets of their own."""

_CARRIED = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Guard:
    """An application around another one.

    Parameters
    ----------
    app : what answers. hosts : names by which the server may be asked for; None = any. A page in a browser that had
        its own name point here would else read the answers. token : what ``Authorization: Bearer ...`` has to say;
        None = nothing.
    """

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...] | None, token: str | None) -> None:
        self._app = app
        self._hosts = hosts
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, name, status = perf_counter(), uuid4().hex[:12], 0
        scope.setdefault("state", {})["id"] = name

        async def carried(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for key, value in _CARRIED.items():
                    headers.setdefault(key, value)
                headers["x-request-id"] = name
                if status in (408, 413):
                    headers["connection"] = "close"
            await send(message)

        try:
            refused = self._refused(scope)
            await (refused or self._app)(scope, receive, carried)
        except Exception as error:
            if not status:
                await failed(name, error)(scope, receive, carried)
        route = getattr(scope.get("route"), "path", "-")
        milliseconds = 1000 * (perf_counter() - begun)
        LOG.info("%s %s %s %d %.0f ms", name, _method(scope["method"]), route, status, milliseconds)

    def _refused(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._hosts is not None and _name(host) not in self._hosts:
            return sentence(421, "This server is not asked for by that name; use the address that it printed.")
        known = self._token is None or _bears(headers, self._token)
        scope["state"]["known"] = known
        if not known and not is_open(scope["path"]):
            more = {"www-authenticate": "Bearer"}
            return sentence(401, "The token is missing or wrong; send the header Authorization: Bearer TOKEN.", more)
        return None


def is_open(path: str) -> bool:
    """Whether an address answers without the token."""
    return path == BRIEF or any(path == name or (name.endswith("/") and path.startswith(name)) for name in OPEN)


def sentence(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    """An answer that says in one sentence why there is no other."""
    content = as_json({"error": " ".join(text.split())})
    return Response(content, status, dict(headers or {}), media_type="application/json")


def failed(name: str, error: Exception) -> Response:
    """The answer to what should not have happened; the log says where it did, not with which data."""
    frames = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-6:]]
    LOG.error("%s %s in %s", name, type(error).__name__, " > ".join(frames))
    return sentence(500, f"This should not have happened; it is in the server's log as {name}, please report it.")


def _bears(headers: Headers, token: str) -> bool:
    scheme, _, given = headers.get("authorization", "").partition(" ")
    return hmac.compare_digest(given.strip().encode(), token.encode()) and scheme.lower() == "bearer"


def _name(host: str) -> str:
    """A host without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0].lower() if ":" in host else host.lower()


def _method(text: str) -> str:
    return text if text in ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH") else "-"
