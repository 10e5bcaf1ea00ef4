"""A small SMTP server (RFC 5321, STARTTLS, AUTH PLAIN) that answers as a script says and keeps what it accepted."""

from __future__ import annotations

import base64
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Script:
    """How a server behaves.

    Answers by command (connect, ehlo, mail, rcpt, data, end), the first one first, and the usual one after that;
    ``hang up`` breaks the connection instead.
    """

    answers: dict[str, list[str]] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    login: str = ""

    def next(self, command: str, usual: str) -> str:
        waiting = self.answers.get(command, [])
        return waiting.pop(0) if waiting else usual


@dataclass
class Letter:
    """One accepted letter."""

    sender: str
    recipients: list[str]
    content: bytes
    encrypted: bool
    user: str


class Server(socketserver.ThreadingTCPServer):
    """Listens on a free port of this machine."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.script = script
        self.letters: list[Letter] = []
        self.connections = 0

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class HangUp(Exception):
    """The server breaks the connection."""


class Connection(socketserver.BaseRequestHandler):
    """One client."""

    server: Server

    def handle(self) -> None:
        self.server.connections += 1
        self.socket: socket.socket = self.request
        self.socket.settimeout(10)
        self.encrypted, self.user = False, ""
        self.sender, self.recipients = "", list[str]()
        self.file = self.socket.makefile("rb")
        try:
            self.say(self.server.script.next("connect", "220 ready"))
            while line := self.file.readline():
                if not self.command(line.decode("ascii").rstrip("\r\n")):
                    break
        except (HangUp, OSError, ValueError):
            pass
        finally:
            self.file.close()
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)
            self.socket.close()

    def say(self, answer: str) -> None:
        if answer == "hang up":
            raise HangUp
        self.socket.sendall(answer.encode() + b"\r\n")

    def command(self, line: str) -> bool:
        script, (verb, _, rest) = self.server.script, line.partition(" ")
        verb = verb.lower()
        if verb == "ehlo":
            offers = ["8BITMIME"] + ["STARTTLS"] * bool(script.tls and not self.encrypted)
            offers += ["AUTH PLAIN"] * bool(script.login)
            usual = "\r\n".join([*(f"250-{offer}" for offer in ["here", *offers][:-1]), f"250 {offers[-1]}"])
            self.say(script.next("ehlo", usual))
        elif verb == "starttls" and script.tls:
            self.say("220 go ahead")
            self.file.close()
            self.socket = script.tls.wrap_socket(self.socket, server_side=True)
            self.file, self.encrypted = self.socket.makefile("rb"), True
        elif verb == "auth":
            said = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")
            good = f"{said[1]}:{said[2]}" == script.login
            self.user = said[1] if good else ""
            self.say(script.next("auth", "235 welcome" if good else "535 no"))
        elif verb == "mail":
            self.sender, self.recipients = rest[rest.index("<") + 1 : rest.index(">")], []
            self.say(script.next("mail", "250 ok"))
        elif verb == "rcpt":
            self.recipients.append(rest[rest.index("<") + 1 : rest.index(">")])
            self.say(script.next("rcpt", "250 ok"))
        elif verb == "data":
            answer = script.next("data", "354 go on")
            self.say(answer)
            if answer.startswith("354"):
                self.data()
        elif verb == "quit":
            self.say(script.next("quit", "221 bye"))
            return False
        else:
            self.say("250 ok")
        return True

    def data(self) -> None:
        script, lines = self.server.script, []
        while (line := self.file.readline()) != b".\r\n":
            if not line:
                raise HangUp
            lines.append(line[1:] if line.startswith(b".") else line)
        answer = script.next("end", "250 accepted")
        if answer == "accept and hang up" or answer.startswith("2"):
            content = b"".join(lines)
            self.server.letters.append(Letter(self.sender, self.recipients, content, self.encrypted, self.user))
        self.say("hang up" if "hang up" in answer else answer)


@contextmanager
def running(**script: object) -> Iterator[Server]:
    """A server that runs while the block does."""
    with Server(Script(**script)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
