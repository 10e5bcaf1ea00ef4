"""Whether a request comes from whom it says: each platform's signature over the bytes as they came.

A check returns nothing, or raises one and the same sentence whatever is wrong; comparisons take the same time wherever
two signatures differ. Twilio and Meta sign no time (Meta repeats for days): against replays, a message's number counts
once.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha1, sha256
from urllib.parse import urlsplit, urlunsplit

from ...errors import PaybenchError
from .inbound import Unverified

TOLERANCE = 300
"""Seconds by which a signed time may be off, either way."""
Secret = str | tuple[str, ...]
"""One secret, or several of which any will do while one takes the place of another."""


def verify_slack(headers: Mapping[str, str], body: bytes, secret: Secret, now: datetime) -> None:
    """Slack: HMAC-SHA256 over ``v0:time:body``, the time within five minutes of now.

    Parameters
    ----------
    headers : of the request, in any case. body : its bytes. secret : the app's signing secret. now : with a zone.

    Raises
    ------
    Unverified
        If it is not signed so. PaybenchError: if there is no secret, or ``now`` has no zone.
    """
    keys = secrets_of(secret, "slack")
    stamp = header(headers, "x-slack-request-timestamp")
    given = header(headers, "x-slack-signature")
    signed = b"v0:" + stamp.encode("utf-8", "replace") + b":" + body
    good = _matches(given, ("v0=" + hmac.new(key, signed, sha256).hexdigest() for key in keys))
    if not (good and is_recent(stamp, now)):
        raise refusal("slack")


def verify_twilio(url: str, form: Iterable[tuple[str, str]], headers: Mapping[str, str], secret: Secret) -> None:
    """Twilio: HMAC-SHA1, base64, over the address and every field in the order of its name.

    Parameters
    ----------
    url : the address as it stands in Twilio's console, with its query. Twilio may or may not have named the port.
    form : names and values of the fields, blank ones and unknown ones included, values untrimmed.
    secret : the account's auth token.

    Raises
    ------
    Unverified
        If it is not signed so. PaybenchError: if there is no secret.
    """
    keys = secrets_of(secret, "twilio")
    given = header(headers, "x-twilio-signature")
    fields = "".join(name + value for name, value in sorted(set(form)))
    signed = [(address + fields).encode("utf-8", "replace") for address in _with_and_without_port(url)]
    expected = (base64.b64encode(hmac.new(key, text, sha1).digest()).decode() for key in keys for text in signed)
    if not _matches(given, expected):
        raise refusal("twilio")


def verify_meta(headers: Mapping[str, str], body: bytes, secret: Secret) -> None:
    """Meta (WhatsApp Cloud API): HMAC-SHA256 over the bytes of the body, in ``X-Hub-Signature-256``.

    Parameters
    ----------
    secret : the app's secret.

    Raises
    ------
    Unverified
        If it is not signed so. PaybenchError: if there is no secret.
    """
    keys = secrets_of(secret, "meta")
    given = header(headers, "x-hub-signature-256")
    if not _matches(given, ("sha256=" + hmac.new(key, body, sha256).hexdigest() for key in keys)):
        raise refusal("meta")


def verify_teams(headers: Mapping[str, str], body: bytes, secret: Secret) -> None:
    """An outgoing webhook of Microsoft Teams: ``Authorization: HMAC ...``, HMAC-SHA256 over the body, base64.

    Parameters
    ----------
    secret : the security token that Teams showed once, itself in base64.

    Raises
    ------
    Unverified
        If it is not signed so. PaybenchError: if there is no secret, or it is no base64.
    """
    keys = []
    for key in secrets_of(secret, "teams"):
        try:
            keys.append(base64.b64decode(key, validate=True))
        except ValueError:
            raise PaybenchError(
                "The secret of teams is no base64; copy the security token as Teams shows it."
            ) from None
    scheme, _, given = header(headers, "authorization").partition(" ")
    expected = (base64.b64encode(hmac.new(key, body, sha256).digest()).decode() for key in keys)
    if not _matches(given.strip(), expected) or scheme.lower() != "hmac":
        raise refusal("teams")


def header(headers: Mapping[str, str], name: str) -> str:
    """A header's value by its name in small letters; '' where there is none, or more than one."""
    found = [value for key, value in headers.items() if key.lower() == name]
    return found[0] if len(found) == 1 else ""


def secrets_of(secret: Secret, provider: str) -> list[bytes]:
    """The keys to check with.

    Raises
    ------
    PaybenchError
        If there is none: with an empty key, everybody could sign.
    """
    keys = [key.encode() for key in ((secret,) if isinstance(secret, str) else secret)]
    if not keys or not all(keys):
        raise PaybenchError(f"There is no secret of {provider}; set it before its requests are taken.")
    return keys


def is_recent(stamp: str, now: datetime) -> bool:
    """Whether a time in seconds since 1970 is within :data:`TOLERANCE` of now."""
    if now.tzinfo is None:
        raise PaybenchError("The time now has no zone; give a datetime with one, such as UTC.")
    return bool(re.fullmatch("[0-9]{1,12}", stamp)) and abs(now.timestamp() - int(stamp)) <= TOLERANCE


def same_secret(given: str, expected: str) -> bool:
    """Whether two texts are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode("utf-8", "replace"))


def refusal(provider: str) -> Unverified:
    """What is said of a request that is not proven."""
    return Unverified(
        f"The request is not signed by {provider} as it should be, or too old; nothing was taken from it."
    )


def _matches(given: str, expected: Iterable[str]) -> bool:
    """Whether a signature is one of those expected; all of them are looked at."""
    return sum(same_secret(given, one) for one in expected) > 0


def _with_and_without_port(url: str) -> list[str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return [url]
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    user, at, _ = parts.netloc.rpartition("@")
    host = f"[{host}]" if ":" in host else host
    if usual is None or port not in (None, usual):
        return [url]
    netloc = user + at + (host if port else f"{host}:{usual}")
    return [url, urlunsplit(parts._replace(netloc=netloc))]
