"""A sender of letters: by SMTP, to whatever server takes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from ...errors import PaybenchError
from .outgoing import Outgoing
from .smtp import Sent, send_email

_WAITS = (0.5, 2.0)
"""Seconds before each further try: somebody waits for the answer to be recorded."""
_SERVER = re.compile(r"(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:(?P<port>\d{1,5}))?")


@dataclass(frozen=True)
class Mailer:
    """A sender for the channel email; what it is handed is a letter of :func:`.mail.email_message`.

    Attributes
    ----------
    host, port : the server. user, password : where it wants a login.
    encrypt : nothing is sent where it offers no STARTTLS.
    """

    host: str
    port: int = 587
    user: str = ""
    password: str = field(default="", repr=False)
    encrypt: bool = False

    @classmethod
    def at(cls, server: str, user: str = "", password: str = "") -> Mailer:
        """From ``host:port``; encrypted unless the server is this machine.

        Raises
        ------
        PaybenchError
            If it is no server's name.
        """
        found = _SERVER.fullmatch(server)
        if found is None:
            raise PaybenchError(f"The mail server is '{server}'; give its name, or name:port.")
        host = found["host"].strip("[]")
        local = host in ("127.0.0.1", "localhost", "::1")
        return cls(host, int(found["port"] or 587), user, password, encrypt=not local)

    def send(self, channel: str, message: Outgoing, payload: Mapping[str, Any] | EmailMessage) -> Sent:
        """Send a letter.

        Raises
        ------
        NotSent
            If the server has not accepted it, or has not said so: then it is not tried again.
        """
        if not isinstance(payload, EmailMessage):
            raise PaybenchError(f"The message is for {channel}, and a mail server takes letters only.")
        return send_email(
            payload, self.host, self.port, user=self.user, password=self.password, encrypt=self.encrypt, waits=_WAITS
        )
