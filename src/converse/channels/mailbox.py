"""E-mail that comes in: raw bytes, by anybody, to what a person wrote.

The parser of the standard library keeps what it cannot understand; here everything is bounded (bytes, parts, depth),
and no header is decoded longer than it can be. Attachments are named and not opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses
from hashlib import sha256

from ...errors import PaybenchError
from .bounces import bounced
from .inbound import Inbound
from .mail import NUMBER, UNNUMBERED
from .markup import shown_text

LONGEST = 30_000_000
"""Bytes of a letter."""
_HEADER, _TEXT, _PARTS, _DEPTH, _BOUNDARIES, _DASHES = 10_000, 200_000, 200, 20, 60, 2000
_AWAY = re.compile(
    r"(?i)\s*(automatic reply|auto(matic)?[- ]?(reply|response)|out of (the )?office|abwesenheit|automatische antwort"
    r"|r[ée]ponse automatique|absence du bureau|respuesta autom[áa]tica|fuera de la oficina)"
)
_OF_PARTS = re.compile(rb"(?im)^content-[a-z-]{1,40}[ \t]*:")
_END = re.compile(rb"(?:\r\n|\r(?!\n)|\n)(?![ \t])")
_LETTER = Message  # of the policy compat32, whose headers are texts as they came


def read_email(raw: bytes, now: datetime) -> Inbound:
    """A letter as it came from a mailbox or a mail server.

    Who it says to be from is not proven: leave that to the server that took it, and let nothing depend on it that a
    policy would not let anybody do. A bounce counts where ``reply_to`` is a message that was sent.

    Parameters
    ----------
    raw : RFC 5322 with its headers. now : the instant at which it came, with a zone; its own date proves nothing.

    Raises
    ------
    PaybenchError
        If it is no letter, names no sender though it is no bounce, or is larger or deeper than letters are.
    """
    if now.tzinfo is None:
        raise PaybenchError("The time now has no zone; give a datetime with one, such as UTC.")
    parts = max(len(re.findall(rb"(?i)boundary", raw)) / _BOUNDARIES, raw.count(b"\n--") / _DASHES)
    if len(raw) > LONGEST or parts > 1 or _has_long_header(raw):
        raise PaybenchError(
            f"The letter is larger than {LONGEST:,} bytes, has too many parts, or a header that is too long; let a "
            "person look at it."
        )
    try:
        letter = BytesParser(policy=policy.compat32).parsebytes(raw)
        return _read(letter, raw, now)
    except (RecursionError, MessageError):
        raise PaybenchError("The letter is deeper than letters are; let a person look at it.") from None


def _has_long_header(raw: bytes) -> bool:
    """Whether a header that says what a part is, is longer than the parser takes in reasonable time."""
    for begin in _OF_PARTS.finditer(raw):
        end = _END.search(raw, begin.end())
        if (end.start() if end else len(raw)) - begin.start() > _HEADER:
            return True
    return False


def _read(letter: _LETTER, raw: bytes, now: datetime) -> Inbound:
    subject, sender = _decoded(letter, "subject"), _address(letter)
    automatic = _automatic(letter, subject)
    lost, about = bounced(letter)
    if lost:
        automatic = "bounce"
    if not sender and automatic != "bounce":
        raise PaybenchError("The letter names no sender; let a person look at it.")
    text, names = _parts(letter)
    number = NUMBER.search(_raw(letter, "message-id"))
    answered = NUMBER.findall(_raw(letter, "in-reply-to"))
    thread = NUMBER.findall(_raw(letter, "references"))
    return Inbound(
        "email",
        number[0] if number else f"{UNNUMBERED}{sha256(raw).hexdigest()}",
        "email",
        sender,
        text,
        now,
        automatic=automatic,
        subject=subject,
        reply_to=about or next(iter([*answered[:1], *thread[-1:]]), ""),
        references=tuple(thread),
        attachments=names,
        bounced=lost,
    )


def _raw(letter: _LETTER, name: str) -> str:
    """A header as it came, without its line breaks, and not longer than such a header is."""
    return re.sub(r"[\r\n]+", "", str(letter.get(name, ""))[:_HEADER])


def _decoded(letter: _LETTER, name: str) -> str:
    """A header with its encoded words undone."""
    said = _raw(letter, name)
    try:
        return "".join(_text(part, charset) for part, charset in decode_header(said))
    except (MessageError, ValueError):
        return said


def _address(letter: _LETTER) -> str:
    """The one mailbox that the letter is from; '' where there is none, or more than one."""
    found = {address.lower() for _, address in getaddresses([_raw(letter, "from")[:1000]]) if address}
    if len(found) != 1 or len(letter.get_all("from", [])) != 1:
        return ""
    (address,) = found
    return address if re.fullmatch(r"[!-?A-~]{1,64}@[a-z0-9.-]{1,250}", address) else ""


def _automatic(letter: _LETTER, subject: str) -> str:
    """What kind of machine wrote, as its headers say (RFC 3834, and what was usual before)."""
    said = _raw(letter, "auto-submitted").partition(";")[0].strip().lower()
    precedence = _raw(letter, "precedence").strip().lower()
    returns = "".join(_raw(letter, "return-path").split())
    if letter.get_content_type() == "multipart/report":  # a bounce that names nobody, or a receipt
        return "automatic"
    reply = said.startswith("auto-replied") or precedence == "auto_reply"
    if reply or any(name in letter for name in ("x-autoreply", "x-autorespond")) or _AWAY.match(subject):
        return "out_of_office"
    machine = said not in ("", "no") or precedence in ("bulk", "junk", "list") or "list-id" in letter
    return "automatic" if machine or returns == "<>" else ""


def _parts(letter: _LETTER) -> tuple[str, tuple[str, ...]]:
    """The text (of plain parts, else of HTML), and the names of what is attached."""
    plain: list[str] = []
    rich: list[str] = []
    names: list[str] = []
    for part in _leaves(letter):
        kind, name = part.get_content_type(), _file_name(part)
        attached = _raw(part, "content-disposition").strip().lower().startswith("attachment")
        if attached or name or kind not in ("text/plain", "text/html"):
            names.append(name or kind)
        elif kind == "text/plain":
            plain.append(_body(part))
        else:
            rich.append(_body(part))
    text = "\n".join(filter(str.strip, plain)) or "\n".join(map(shown_text, rich))
    return text, tuple(names)


def _leaves(letter: _LETTER) -> Iterator[_LETTER]:
    """Parts that hold no others; letters within letters are left closed."""
    waiting, seen = [(letter, 0)], 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if seen > _PARTS or depth > _DEPTH:
            raise RecursionError
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            inner = [one for one in list(part.get_payload()) if isinstance(one, Message)]
            waiting += [(one, depth + 1) for one in reversed(inner)]
        else:
            yield part


def _file_name(part: _LETTER) -> str:
    try:
        name = part.get_filename() or ""
        return "".join(_text(piece, charset) for piece, charset in decode_header(name[:_HEADER]))
    except (MessageError, ValueError, LookupError, TypeError, AttributeError):
        return "unnamed"


def _body(part: _LETTER) -> str:
    try:
        content = part.get_payload(decode=True)
        charset = part.get_content_charset("utf-8")
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    return _text(content[: 4 * _TEXT], charset)[:_TEXT] if isinstance(content, bytes) else ""


def _text(content: bytes | str, charset: str | None) -> str:
    """Bytes in a character set that they need not be in."""
    if isinstance(content, str):
        try:
            content = content.encode("ascii", "surrogateescape")  # bytes that the parser kept in a text
        except UnicodeEncodeError:
            return str(content)
    for name in (charset or "utf-8", "utf-8"):
        try:
            return str(content, name)
        except (ValueError, LookupError):
            continue
    return str(content, "latin-1")
