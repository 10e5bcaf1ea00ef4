"""Sending a letter by SMTP (RFC 5321), so that it is sent once.

What was refused for now is tried again; what was accepted never is. Where the connection broke after the whole letter
was handed over, nobody knows, and that is said instead of sending it a second time.
"""

from __future__ import annotations

import re
import smtplib
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import AddressHeader
from email.message import EmailMessage

from ...errors import PaybenchError

WAITS = (2.0, 10.0, 60.0)
"""Seconds before each further try."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class NotSent(PaybenchError):
    """A letter that was not sent, or of which that is not known.

    Attributes
    ----------
    why : ``later`` = the server was out of reach or wants it later: it may be sent again; ``refused`` = it will not
        take it; ``unclear`` = it may have been accepted: look before it is sent again.
    code : the server's answer; 0 = none.
    """

    def __init__(self, sentence: str, why: str, code: int = 0) -> None:
        super().__init__(sentence)
        self.why = why
        self.code = code


@dataclass(frozen=True)
class Sent:
    """What a server or an outbox has accepted: the message's number, after how many tries, and whether encrypted."""

    id: str
    tries: int = 1
    encrypted: bool = False


def send_email(
    letter: EmailMessage,
    host: str,
    port: int = 587,
    *,
    user: str = "",
    password: str = "",
    encrypt: bool = False,
    context: ssl.SSLContext | None = None,
    timeout: float = 30.0,
    waits: Sequence[float] = WAITS,
    wait: Callable[[float], None] = time.sleep,
) -> Sent:
    """Send a letter to its one recipient.

    Parameters
    ----------
    letter : of :func:`email_message`. host, port : the server. user, password : where it wants a login, which is only
        sent encrypted, or to this machine. encrypt : send nothing where the server does not offer STARTTLS; by default
        it is used where it is offered. context : which certificates are trusted; None = the system's.
    timeout : seconds for each answer. waits : seconds before each further try. wait : what waits.

    Raises
    ------
    NotSent
        If the server has not accepted it, or has not said so. PaybenchError: if the letter has not one sender and one
        recipient, or there is a password and no encryption.
    """
    sender, recipient = _mailbox(letter, "From"), _mailbox(letter, "To")
    content = re.sub(rb"\r\n|\r|\n", b"\r\n", letter.as_bytes())
    server = _Server(host, port, user, password, encrypt, context, timeout)
    problem = NotSent(f"The mail server {host}:{port} was not asked.", "later")
    for tries, seconds in enumerate([0.0, *waits], 1):
        if seconds:
            wait(seconds)
        try:
            return Sent(str(letter["Message-ID"]), tries, server.take(sender, recipient, content))
        except NotSent as error:
            if error.why != "later":
                raise
            problem = error
    raise problem


@dataclass(frozen=True)
class _Server:
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    encrypt: bool
    context: ssl.SSLContext | None
    timeout: float

    def take(self, sender: str, recipient: str, content: bytes) -> bool:
        """Hand over a letter in one connection; returns whether that was encrypted."""
        smtp, handed = None, False
        try:
            smtp = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
            encrypted = self._greet(smtp)
            self._check(smtp.mail(sender), 250)
            self._check(smtp.rcpt(recipient), 250, 251)
            self._check(smtp.docmd("DATA"), 354)
            smtp.send(re.sub(rb"(?m)^\.", b"..", content))
            handed = True
            smtp.send(b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n")
            code, _ = smtp.getreply()
            if 200 <= code < 300:
                return encrypted
            if not 400 <= code < 600:
                raise self._unclear(f"with {code}")
            raise self._refused(code)
        except smtplib.SMTPResponseException as error:
            raise self._refused(error.smtp_code) from None
        except (OSError, smtplib.SMTPException) as error:
            raise (self._unclear(type(error).__name__) if handed else self._broken(error)) from None
        finally:
            _leave(smtp)

    def _greet(self, smtp: smtplib.SMTP) -> bool:
        smtp.ehlo_or_helo_if_needed()
        offered = smtp.has_extn("starttls")
        if offered:
            smtp.starttls(context=self.context or ssl.create_default_context())
            smtp.ehlo()
        elif self.encrypt or (self.user and self.host not in _LOOPBACK):
            raise NotSent(
                f"The mail server {self.host}:{self.port} offers no encryption, and it is asked for; use the port at "
                "which it does, usually 587.", "refused",
            )  # fmt: skip
        if self.user:
            smtp.login(self.user, self.password)
        return offered

    def _check(self, answer: tuple[int, bytes], *wanted: int) -> None:
        if answer[0] not in wanted:
            raise self._refused(answer[0])

    def _refused(self, code: int) -> NotSent:
        """What is said of an answer; its words are left out, since they may name the recipient."""
        if 400 <= code < 500 or code == -1:
            why, then = "later", "send it again later"
        else:
            why, then = "refused", "correct the address, the login or the letter"
        return NotSent(f"The mail server {self.host}:{self.port} did not take the letter ({code}); {then}.", why, code)

    def _unclear(self, how: str) -> NotSent:
        return NotSent(
            f"The mail server {self.host}:{self.port} broke off ({how}) after it had the whole letter, which may have "
            "been sent; look for it before it is sent again.", "unclear",
        )  # fmt: skip

    def _broken(self, error: Exception) -> NotSent:
        name = type(error).__name__
        if isinstance(error, ssl.SSLCertVerificationError):
            return NotSent(
                f"The certificate of the mail server {self.host}:{self.port} is not trusted; nothing was sent. Name "
                "the server as its certificate does.", "refused",
            )  # fmt: skip
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return NotSent(f"The mail server {self.host}:{self.port} takes no login; leave it out.", "refused")
        return NotSent(
            f"The mail server {self.host}:{self.port} cannot be reached ({name}); see that the name and the port are "
            "right, or send it again later.", "later",
        )  # fmt: skip


def _leave(smtp: smtplib.SMTP | None) -> None:
    """Say goodbye; whatever goes wrong here, the letter is where it is."""
    if smtp is not None:
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()
        smtp.close()


def _mailbox(letter: EmailMessage, name: str) -> str:
    header = letter[name]
    if not isinstance(header, AddressHeader) or len(header.addresses) != 1 or not header.addresses[0].username:
        raise PaybenchError(f"The letter has not one address in the header {name}; make it with email_message.")
    address = str(header.addresses[0].addr_spec)
    if not address.isascii() or re.search(r"[\x00-\x20\x7f<>]", address):
        raise PaybenchError(f"The address in the header {name} cannot be used; write it like accounts@example.com.")
    return address
