"""One message that came in, whatever platform brought it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from ...errors import PaybenchError
from ...ledger.redact import redact

LONGEST = 20_000
"""Characters of a text that are kept."""
_UNPRINTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

_WORDS = {
    "stop": "stop stopall stop-all unsubscribe cancel end quit revoke optout opt-out remove "
    "stopp abmelden arret arrêt baja alto",
    "start": "start unstop",
    "help": "help info",
}  # fmt: skip
_KEYWORDS = {word: kind for kind, words in _WORDS.items() for word in words.split()}


class Unverified(PaybenchError):
    """A request whose sender is not proven: the signature is missing, wrong, or too old. It does not say which."""


@dataclass(frozen=True)
class Inbound:
    """What somebody wrote or pressed.

    Attributes
    ----------
    provider : slack, teams, twilio, meta or email. id : the provider's number of it; the same message may come several
        times and has the same number each time. channel : slack, teams, sms, whatsapp or email.
    sender : address on that channel. An e-mail's is what the letter says, which nobody has checked.
    text : what was written, cards, accounts and secrets redacted, at most 20,000 characters.
    received_at : instant at which the provider had it.
    button : value of the button that was pressed; '' = none.
    automatic : '' = a person; else ``out_of_office``, ``bounce`` or ``automatic`` (any other machine, lists included).
    subject : of an e-mail. reply_to : number of the message that this one answers, as the provider says; '' = none.
    references : of an e-mail, the numbers of its thread. attachments : their names; what is in them is not kept.
    keyword : ``stop``, ``start`` or ``help`` where an SMS or WhatsApp message says just that.
    bounced : addresses that cannot be reached, as a bounce says. retry : how often it was sent before, as Slack says.
    """

    provider: str
    id: str
    channel: str
    sender: str
    text: str
    received_at: datetime
    button: str = ""
    automatic: str = ""
    subject: str = ""
    reply_to: str = ""
    references: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    keyword: str = ""
    bounced: tuple[str, ...] = ()
    retry: int = 0

    def __post_init__(self) -> None:
        """Redact, and leave out what is not printed."""
        object.__setattr__(self, "text", _clean(self.text, LONGEST).strip())
        object.__setattr__(self, "subject", " ".join(_clean(self.subject, 1000).split()))
        names = tuple(" ".join(_clean(name, 200).split()) for name in self.attachments[:50])
        object.__setattr__(self, "attachments", names)


def keyword(text: str) -> str:
    """``stop``, ``start`` or ``help`` where a text is one of the words that carriers take for that, else ''.

    "Yes", which some carriers take for "start", is left to be an answer.

    Examples
    --------
    >>> keyword(" Stop. "), keyword("please stop the interest")
    ('stop', '')
    """
    return _KEYWORDS.get(text.strip(" \t\r\n.!\"'").casefold(), "")


def _clean(text: str, most: int) -> str:
    """Redacted before it is cut, so that no half of a number stays."""
    lines = re.sub("\r\n?|\u2028|\u2029", "\n", text[: 4 * most])
    return redact(_UNPRINTED.sub("", lines))[:most]
