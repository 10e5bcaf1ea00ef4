"""E-mail that goes out: plain text with a small HTML alternative, in headers that nobody else writes.

RFC 5322 and 2045 for the letter, 3834 for what a machine sent, 8058 for one-click unsubscribing (which counts
where the server signs letters by DKIM). The bytes depend on the arguments alone.
"""

from __future__ import annotations

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from hashlib import sha256
from html import escape
from typing import Any

from ...errors import PaybenchError
from .outgoing import Button, Outgoing

LONGEST = 254
"""Characters of an e-mail address, and of the subject."""
NUMBER = re.compile(r"<(?:(?!=\?)[!-;=?-~]){1,500}>")
"""A Message-ID, without what the library takes for the begin of an encoded word."""
UNNUMBERED = "sha256:"
"""How the number begins that a letter gets which came without one."""
_PART = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAILBOX = re.compile(
    rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]+)*@{_PART}(?:\.{_PART})*"
)
_REFERENCES = 20
_LONGEST_UNSUBSCRIBE = 900  # a line of a letter has 998 characters


class _Whole(EmailPolicy):
    """Numbers of letters and addresses stay whole: folded by the library, a long one becomes encoded words."""

    _NAMES = ("message-id", "in-reply-to", "references", "list-unsubscribe")

    def fold(self, name: str, value: Any) -> str:
        """One on each line."""
        if name.lower() not in self._NAMES:
            return super().fold(name, value)
        return f"{name}: " + f"{self.linesep} ".join(str(value).split()) + self.linesep

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The same as bytes."""
        return self.fold(name, value).encode("ascii")


_POLICY = _Whole(linesep="\r\n")


def email_message(
    message: Outgoing, sender: str, now: datetime, sender_name: str = "", answers_to: str = ""
) -> EmailMessage:
    """A letter, ready to be sent.

    Parameters
    ----------
    message : its recipient a bare address; ``reply_to`` and ``references`` Message-IDs with their angle brackets, of
        which the first and the latest stay; one of :data:`UNNUMBERED` cannot be named. Links become links; buttons that
        carry a value have no place in a letter.
    sender, sender_name : who writes. now : the date, with a zone. answers_to : address for answers; '' = the sender's.

    Returns
    -------
    EmailMessage whose Message-ID is made of the message's seed and the sender's domain.

    Raises
    ------
    PaybenchError
        If an address, a number of a letter or the subject is none that can stand in a header, or now has no zone.
    """
    if now.tzinfo is None:
        raise PaybenchError("The time now has no zone; give a datetime with one, such as UTC.")
    if not message.subject.strip() or len(message.subject) > LONGEST:
        raise PaybenchError(f"An e-mail needs a subject of 1 to {LONGEST} characters; give one.")
    letter = EmailMessage(_POLICY)
    letter["From"] = Address(_defused(_one_line(sender_name)), addr_spec=_mailbox(sender))
    letter["To"] = Address(addr_spec=_mailbox(message.recipient))
    if answers_to:
        letter["Reply-To"] = Address(addr_spec=_mailbox(answers_to))
    letter["Subject"] = _defused(message.subject)
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = message_id(message, sender)
    answered = "" if message.reply_to.startswith(UNNUMBERED) else message.reply_to
    thread = [*message.references, *filter(None, [answered])]
    if not all(NUMBER.fullmatch(number) for number in thread):
        raise PaybenchError("A number of the thread is no Message-ID; give them with their angle brackets.")
    if answered:
        letter["In-Reply-To"] = answered
    if thread:
        letter["References"] = " ".join([*thread[:1], *thread[1:][-_REFERENCES:]])
    letter["Auto-Submitted"] = "auto-replied" if message.reply_to else "auto-generated"
    letter["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    if len(message.unsubscribe) > _LONGEST_UNSUBSCRIBE or "=?" in message.unsubscribe:
        raise PaybenchError(
            f"The address to unsubscribe has more than {_LONGEST_UNSUBSCRIBE} characters, or '=?' in it; shorten it."
        )
    if message.unsubscribe:
        letter["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    letter.set_content(message.with_links() + "\n", cte="quoted-printable")
    letter.add_alternative(_html(message), subtype="html", cte="quoted-printable")
    letter["Content-Language"] = message.language
    _check_lines(letter)
    # "=_" cannot stand in quoted-printable text.
    letter.set_boundary("=_" + sha256(message.id.encode()).hexdigest()[:32])
    return letter


def message_id(message: Outgoing, sender: str) -> str:
    """The Message-ID that a message gets, which its bounce and its answers name."""
    return f"<{message.id}@{_mailbox(sender).rpartition('@')[2]}>"


def _html(message: Outgoing) -> str:
    shown = [button for button in message.links if button.target not in message.text]
    parts = re.split("\n{2,}", message.text.strip("\n"))
    text = "\n".join(f"<p>{_linked(part, message.links)}</p>" for part in parts)
    links = "".join(f'\n<p><a href="{escape(link.target)}">{escape(link.label)}</a></p>' for link in shown)
    return (
        f'<!doctype html>\n<html lang="{message.language}">\n<head><meta charset="utf-8"></head>\n<body>\n'
        f"{text}{links}\n</body>\n</html>\n"
    )


def _linked(text: str, links: tuple[Button, ...]) -> str:
    """Escaped text in which our own links, and no others, can be pressed."""
    ours = sorted({escape(link.target) for link in links}, key=len, reverse=True)
    safe = escape(text)
    if ours:
        safe = re.sub("|".join(map(re.escape, ours)), lambda found: f'<a href="{found[0]}">{found[0]}</a>', safe)
    return safe.replace("\n", "<br>\n")


def _mailbox(address: str) -> str:
    if (
        not _MAILBOX.fullmatch(address)
        or "=?" in address
        or len(address) > LONGEST
        or len(address.rpartition("@")[0]) > 64
    ):
        raise PaybenchError("An address is no e-mail address; write it like accounts@example.com, without a name.")
    return address


def _defused(text: str) -> str:
    """Text without the begin of an encoded word: the library would undo it, line breaks and all (CVE-2024-6923)."""
    return text.replace("=?", "= ?")


def _check_lines(letter: EmailMessage) -> None:
    for name, value in letter.items():
        if re.search("[\r\n]", str(value)):
            raise PaybenchError(f"The header {name} would have a line break; correct what goes into it.")


def _one_line(name: str) -> str:
    if re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", name) or len(name) > LONGEST:
        raise PaybenchError(f"The sender's name is not one line of at most {LONGEST} characters; correct it.")
    return " ".join(name.split())
