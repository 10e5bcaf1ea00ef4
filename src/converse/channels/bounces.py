"""Whom a letter could not reach: delivery status notifications (RFC 3464), and the older header of Exim."""

from __future__ import annotations

import re
from email.message import Message

_ADDRESS = re.compile(r"[!-;=?A-~]{1,64}@[A-Za-z0-9.-]{1,250}")
_NUMBER = re.compile(r"(?im)^message-id:[ \t]*(?:\r?\n[ \t]+)?(<[!-;=?-~]{1,500}>)")
_MOST = 50


def bounced(letter: Message) -> tuple[tuple[str, ...], str]:
    """The addresses that cannot be reached, in small letters, and the Message-ID of what was sent to them.

    A letter that is only late (``Action: delayed``) or was delivered names nobody. Both are empty where it is no
    bounce.
    """
    lost: list[str] = []
    number = ""
    if letter.get_content_type() == "multipart/report" and letter.is_multipart():
        for part in list(letter.get_payload())[:10]:
            if not isinstance(part, Message):
                continue
            if part.get_content_type() == "message/delivery-status" and part.is_multipart():
                lost += [_failed(group) for group in list(part.get_payload())[:_MOST] if isinstance(group, Message)]
            elif part.get_content_type() in ("message/rfc822", "text/rfc822-headers", "message/global-headers"):
                number = number or _sent(part)
    else:
        lost += _ADDRESS.findall(str(letter.get("x-failed-recipients", ""))[:5000])
    return tuple(dict.fromkeys(address.lower() for address in lost if address)), number if any(lost) else ""


def _failed(group: Message) -> str:
    """The recipient of one group of a report, if it says that this one cannot be reached."""
    action = str(group.get("action", "")).strip().lower()
    status = str(group.get("status", "")).strip()
    if action != "failed" or not (status.startswith("5") or not status):
        return ""
    said = str(group.get("original-recipient") or group.get("final-recipient") or "")[:1000]
    found = _ADDRESS.search(said.partition(";")[2])
    return found[0] if found else ""


def _sent(part: Message) -> str:
    """The Message-ID in what came back of the letter, whole or headers only."""
    inner = part.get_payload()
    if isinstance(inner, list):
        whole = next((item for item in inner if isinstance(item, Message)), Message())
        inner = "\n".join(f"{name}: {value}" for name, value in whole.items())
    found = _NUMBER.search(str(inner)[:100_000])
    return found[1] if found else ""
