"""Where messages go: a protocol for senders, and an outbox that keeps each message once, signed."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from ...errors import PaybenchError
from ...files import locked_file, replaced_file
from .outgoing import Outgoing
from .smtp import Sent

Payload = Mapping[str, Any] | EmailMessage
"""What a platform takes."""


class Sender(Protocol):
    """What hands a payload to a platform; the same message is handed over once, however often it is asked to."""

    def send(self, channel: str, message: Outgoing, payload: Payload) -> Sent:
        """Hand over a message.

        Raises
        ------
        PaybenchError
            If it was not accepted.
        """
        ...


class Outbox:
    """A sender that sends nothing: every message ends in a list, or as a file of a folder.

    Parameters
    ----------
    secret : what items are signed with (HMAC-SHA256), so that who carries them on can see that they come from here.
    folder : where; None = in memory. It holds addresses and texts: :meth:`erase` removes a recipient's.

    Raises
    ------
    PaybenchError
        If there is no secret.
    """

    def __init__(self, secret: str, folder: str | Path | None = None) -> None:
        if not secret:
            raise PaybenchError("There is no secret of the outbox; set it before messages are put there.")
        self._key = secret.encode()
        self._folder = None if folder is None else Path(folder)
        self._kept: dict[str, bytes] = {}

    def send(self, channel: str, message: Outgoing, payload: Payload) -> Sent:
        """Keep a message, unless it is there already.

        Parameters
        ----------
        channel : one word. message : its id is what tells it apart. payload : JSON-able, or a letter.

        Raises
        ------
        PaybenchError
            If the channel is no word.
        """
        if not (channel.isascii() and channel.isalnum()):
            raise PaybenchError(f"{channel!r} is no channel; give one word such as sms.")
        name = f"{channel}-{message.id}.json"
        body = {"letter": payload.as_bytes().decode("ascii")} if isinstance(payload, EmailMessage) else dict(payload)
        item = {"channel": channel, "id": message.id, "recipient": message.recipient, "payload": body}
        content = _canonical({"item": item, "signature": self._signature(item)})
        if self._folder is None:
            self._kept.setdefault(name, content)
            return Sent(message.id)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked_file(self._folder / ".lock"):
            if not (self._folder / name).exists():
                with replaced_file(self._folder / name) as new:
                    new.touch(mode=0o600)
                    new.write_bytes(content)
        return Sent(message.id)

    def items(self) -> list[dict[str, Any]]:
        """What is kept, in the order of channels and numbers: channel, id, recipient, payload.

        Raises
        ------
        PaybenchError
            If an item was not put there with this secret, or was changed since.
        """
        return [self._opened(name, content) for name, content in sorted(self._contents().items())]

    def erase(self, recipient: str) -> int:
        """Remove everything that is addressed to a recipient.

        Returns
        -------
        How many items there were.
        """
        theirs = [name for name, content in self._contents().items() if _addressee(content) == recipient]
        for name in theirs:
            self._kept.pop(name, None)
            if self._folder is not None:
                (self._folder / name).unlink(missing_ok=True)
        return len(theirs)

    def _contents(self) -> dict[str, bytes]:
        if self._folder is None:
            return dict(self._kept)
        return {file.name: file.read_bytes() for file in self._folder.glob("*.json")}

    def _opened(self, name: str, content: bytes) -> dict[str, Any]:
        try:
            said = json.loads(content)
            item, signature = dict(said["item"]), str(said["signature"])
        except (ValueError, KeyError, TypeError, RecursionError):
            item, signature = {}, ""
        if not hmac.compare_digest(signature.encode("utf-8", "replace"), self._signature(item).encode()):
            raise PaybenchError(f"{name} of the outbox was not put there as it is; remove it.")
        return item

    def _signature(self, item: Mapping[str, Any]) -> str:
        return hmac.new(self._key, _canonical(item), sha256).hexdigest()


def _canonical(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def _addressee(content: bytes) -> str:
    try:
        return str(json.loads(content)["item"]["recipient"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
