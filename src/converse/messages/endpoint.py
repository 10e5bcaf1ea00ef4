"""One JSON request to an address, by the standard library: no redirects, little to read, and an end in time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPException
from time import monotonic
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

_MOST = 1 << 20
"""Bytes of an answer."""
_PIECE = 1 << 14


class Refused(Exception):
    """No answer that can be used; the message says why, in words."""


class _Stay(HTTPRedirectHandler):
    """Goes nowhere else: the address is the user's, not the endpoint's."""

    def redirect_request(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str) -> None:
        return None


def post(url: str, key: str, body: Mapping[str, Any], seconds: float) -> Any:
    """The JSON that an endpoint answers to JSON at its '/chat/completions'.

    Parameters
    ----------
    seconds : to wait for its head, and for the body from the beginning on.

    Raises
    ------
    Refused
        If there is none in time, it is no JSON, or the endpoint says no.
    """
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    headers |= {"Authorization": f"Bearer {key}"} if key else {}
    data = json.dumps(body, ensure_ascii=False).encode()
    request = Request(f"{url.rstrip('/')}/chat/completions", data, headers, method="POST")
    begun = monotonic()
    try:
        with _opener(url).open(request, timeout=seconds) as answer:
            found = bytearray()
            while piece := answer.read1(_PIECE):
                found += piece
                if len(found) > _MOST:
                    raise Refused(f"its answer has more than {_MOST} bytes.")
                if monotonic() - begun > seconds:
                    raise Refused(f"it had not answered within {seconds:g} seconds.")
    except HTTPError as error:
        error.close()
        raise Refused(f"it answered with status {error.code}.") from None
    except TimeoutError:
        raise Refused(f"it had not answered within {seconds:g} seconds.") from None
    except (URLError, HTTPException, OSError, ValueError) as error:
        late = isinstance(getattr(error, "reason", None), TimeoutError)
        why = f"it had not answered within {seconds:g} seconds." if late else "it cannot be reached."
        raise Refused(why) from None
    try:
        return json.loads(found)
    except (ValueError, RecursionError):
        raise Refused("its answer is no JSON.") from None


def _opener(url: str) -> OpenerDirector:
    direct = [ProxyHandler({})] if url.startswith("http://") else []  # this machine is asked without a proxy
    return build_opener(*direct, _Stay())
