"""Two wishes beside payment: to be spared interest or fees, and to hear no more by a channel."""

from __future__ import annotations

import re

from .folded import has_any
from .patterns import pattern, stems, words

_WAIVER, _REFUSED = re.compile(pattern("wishes_waiver")), re.compile(pattern("wishes_refused"))
_ALL, _KEPT = words("wishes_all"), words("wishes_kept")
_CHANNELS = ("sms", "phone", "email", "letter", "chat")


def _off(channel: str) -> re.Pattern[str]:
    """No more of a channel, said before its name or after it."""
    named = pattern(f"channel_{channel}")
    own = f"|{pattern('channel_phone_off')}" if channel == "phone" else ""
    return re.compile(
        rf"{pattern('wishes_specific')}(?: {pattern('channel_between')}){{0,5}} ?{named}\b"
        rf"|\bnot? (?:contact|write)[^.!?\n]{{0,20}}\b(?:by|via|on) {named}\b"
        rf"|\b(?:nicht|nie) mehr (?:per |uber |via |auf )?{named}\b"
        rf"|\b{named} (?:bitte )?(?:nicht mehr|einstellen|unterlassen|abbestellen|stoppen|stop)\b{own}"
    )


_OFF = {channel: _off(channel) for channel in _CHANNELS}


def wants_waiver(text: str) -> bool:
    """Whether a folded text wishes to be spared interest or fees.

    >>> wants_waiver("please waive the late fee"), wants_waiver("how much interest do i owe?")
    (True, False)
    """
    if not has_any(text, stems("stems_fees")):
        return False
    return any(not _REFUSED.search(text[max(0, m.start() - 60) : m.start()]) for m in _WAIVER.finditer(text))


def channels_off(text: str) -> tuple[str, ...]:
    """Channels by which a folded text wants no more contact, ("all",) where none at all, () where it names none.

    >>> channels_off("no more texts please, email is fine"), channels_off("stop contacting me")
    (('sms',), ('all',))
    """
    if not has_any(text, stems("stems_stop")):
        return ()
    found = _ALL.finditer(text) if has_any(text, stems("stems_all_channels")) else ()
    if any(not _KEPT.search(text[max(0, m.start() - 20) : m.start()]) for m in found):
        return ("all",)
    return tuple(channel for channel in _CHANNELS if _is_off(text, channel))


def _is_off(text: str, channel: str) -> bool:
    if not has_any(text, stems(f"stems_{channel}")):
        return False
    found = _OFF[channel].finditer(text)
    return any(not _KEPT.search(text[max(0, match.start() - 18) : match.end()]) for match in found)
