"""One message that is to be sent, before any platform's form is given to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from ...errors import PaybenchError

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ADDRESS = re.compile(r"[!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]+")
_VALUE = re.compile(r"[!-~]{1,200}")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
LONGEST_ADDRESS = 2000
"""Characters of a web address."""


@dataclass(frozen=True)
class Button:
    """Something to press: a link, or a value that comes back.

    Attributes
    ----------
    label : what stands on it, one line.
    target : a web address (https; http on this machine only), or a value of 1 to 200 visible ASCII characters.
    """

    label: str
    target: str

    def __post_init__(self) -> None:
        """See that it can be shown and pressed."""
        if not self.label.strip() or _CONTROL.search(self.label):
            raise PaybenchError("A button has no label of one line; give it a few words.")
        if re.match(r"(?i)https?:", self.target):
            check_address(self.target, "A button's link")
        elif not _VALUE.fullmatch(self.target):
            raise PaybenchError(
                f"The button '{self.label}' has no target; give a web address or a value of 1 to 200 visible "
                "ASCII characters."
            )

    @property
    def is_link(self) -> bool:
        """Whether it opens a page."""
        return self.target[:4].lower() == "http"


@dataclass(frozen=True)
class Outgoing:
    r"""A message to one recipient.

    Nothing in it can become a header, a command or a mention of a platform: what could, is refused here, and the rest
    is escaped where a payload is made.

    Attributes
    ----------
    recipient : address on the channel (e-mail address, number like +4930123456, identifier of a Slack or Teams
        conversation).
    text : what is said, plain, with line ends ``\n``.
    seed : what makes this message the one that it is, for example "A17/2026-03-01/reply"; the same seed is the same
        message, however often it is made.
    subject : one line; '' = none. buttons : what may be pressed.
    reply_to : the platform's number of the message that is answered; '' = none. references : for e-mail, the numbers
        of the thread before that one, the first message first.
    unsubscribe : web address that ends these messages at one POST; '' = none. language : ISO 639-1.

    Raises
    ------
    PaybenchError
        If one of them cannot be sent.
    """

    recipient: str
    text: str
    seed: str
    subject: str = ""
    buttons: tuple[Button, ...] = ()
    reply_to: str = ""
    references: tuple[str, ...] = ()
    unsubscribe: str = ""
    language: str = "en"

    def __post_init__(self) -> None:
        """See that every part is what it says."""
        object.__setattr__(self, "text", re.sub("\r\n?", "\n", self.text))
        if not self.recipient or _CONTROL.search(self.recipient):
            raise PaybenchError("A message has no recipient of one line; give the address on its channel.")
        if not self.text.strip() or _NOT_IN_TEXT.search(self.text):
            raise PaybenchError("A message has no text, or one with control characters; give plain text.")
        if not self.seed:
            raise PaybenchError("A message has no seed; give what tells it apart from every other one.")
        if any(_CONTROL.search(line) for line in (self.subject, self.reply_to, *self.references)):
            raise PaybenchError("The subject or a number of a message has a line break or a control character; cut it.")
        if not re.fullmatch("[a-z]{2}", self.language):
            raise PaybenchError(f"{self.language!r} is no language; give two letters such as en.")
        if self.unsubscribe:
            check_address(self.unsubscribe, "The address to unsubscribe")

    @property
    def id(self) -> str:
        """32 hexadecimal digits that the seed makes; they tell nobody what the seed is about."""
        return sha256(self.seed.encode()).hexdigest()[:32]

    @property
    def links(self) -> tuple[Button, ...]:
        """Buttons that open a page."""
        return tuple(button for button in self.buttons if button.is_link)

    @property
    def choices(self) -> tuple[Button, ...]:
        """Buttons whose value comes back."""
        return tuple(button for button in self.buttons if not button.is_link)

    def with_links(self, links: tuple[Button, ...] | None = None) -> str:
        """The text with a line for each link (all by default) that it does not hold itself."""
        said = [f"{link.label}: {link.target}" for link in (self.links if links is None else links)
                if link.target not in self.text]  # fmt: skip
        return "\n\n".join(filter(None, [self.text.strip("\n"), "\n".join(said)]))


def check_address(address: str, what: str) -> None:
    """See that a web address is one, and goes over TLS unless it stays on this machine.

    Raises
    ------
    PaybenchError
        If not; ``what`` begins the sentence.
    """
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    safe = host and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK))
    if not safe or parts.username is not None or not _ADDRESS.fullmatch(address) or len(address) > LONGEST_ADDRESS:
        raise PaybenchError(
            f"{what} is no web address that may be sent; give one that begins with https://, of at most "
            f"{LONGEST_ADDRESS} characters."
        )


def length(text: str) -> int:
    r"""Characters as platforms count them at most: in UTF-16, where an emoji is two.

    Examples
    --------
    >>> length("fünf"), length("\N{MONEY BAG}")
    (4, 2)
    """
    return len(text) + sum(character > "\uffff" for character in text)


def pieces(text: str, most: int) -> list[str]:
    """Text in pieces of at most ``most`` characters (by :func:`length`), which together are the text.

    It is cut behind a paragraph, a line or a word where one ends in the second half of what fits.

    Examples
    --------
    >>> pieces("one two three", 8)
    ['one two ', 'three']
    """
    out = []
    while length(text) > most:
        end = most
        while length(text[:end]) > most:
            end -= max(1, (length(text[:end]) - most) // 2)
        cuts = (text.rfind(sign, end // 2, end) + len(sign) for sign in ("\n\n", "\n", " "))
        end = next((cut for cut in cuts if cut > end // 2), end)
        out.append(text[:end])
        text = text[end:]
    return [*out, text] if text else out
