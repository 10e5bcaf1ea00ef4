"""Letters are sent once, over a real connection to a real server."""

from __future__ import annotations

import datetime as dt
import smtplib
import socket
import ssl
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from paybench.converse.channels import NotSent, Outgoing, Sent, email_message, send_email
from paybench.errors import PaybenchError
from tests.converse.channels.mail_server import Server, running
from tests.converse.channels.payloads import NOW


def letter(text: str = "Hello") -> EmailMessage:
    return email_message(Outgoing("buyer@example.com", text, "1", "Invoice"), "accounts@example.org", NOW)


def send(server: Server, text: str = "Hello", **more: Any) -> Sent:
    return send_email(letter(text), "127.0.0.1", server.port, timeout=5, waits=(0.0,) * 3, **more)


def test_a_letter_arrives_as_it_was_made() -> None:
    text = ".\n..dots\n.\nÄ line of a thousand letters " + "x" * 1000 + "\n.\nend"
    with running() as server:
        assert send(server, text) == Sent(str(letter()["Message-ID"]), 1, False)
        (got,) = server.letters
        assert (got.sender, got.recipients) == ("accounts@example.org", ["buyer@example.com"])
        # Byte by byte, with nothing cut at a line that is a dot.
        assert got.content == letter(text).as_bytes()
        parsed = message_from_bytes(got.content, policy=policy.default)
        assert parsed.get_body(("plain",)).get_content().replace("\r\n", "\n") == text + "\n"
        assert all(len(line) <= 998 for line in got.content.split(b"\r\n"))


@pytest.mark.parametrize("command", ["connect", "mail", "rcpt", "data", "end"])
def test_what_is_refused_for_now_is_tried_again_and_sent_once(command: str) -> None:
    waited: list[float] = []
    with running(answers={command: ["451 later", "421 busy"]}) as server:
        sent = send_email(letter(), "127.0.0.1", server.port, waits=(1.0, 5.0, 9.0), wait=waited.append)
        assert (sent.tries, len(server.letters), waited) == (3, 1, [1.0, 5.0])


@pytest.mark.parametrize("command", ["connect", "mail", "rcpt", "data"])
def test_a_connection_that_breaks_before_the_letter_is_there_is_made_again(command: str) -> None:
    with running(answers={command: ["hang up"]}) as server:
        assert send(server).tries == 2
        assert len(server.letters) == 1


def test_a_server_that_stays_busy_gives_up_for_now() -> None:
    with running(answers={"rcpt": ["450 later"] * 9}) as server:
        with pytest.raises(NotSent, match="send it again later") as error:
            send(server)
        assert (error.value.why, error.value.code, server.connections) == ("later", 450, 4)
        assert not server.letters


@pytest.mark.parametrize("command", ["connect", "mail", "rcpt", "data", "end"])
def test_what_is_refused_for_good_is_not_tried_again(command: str) -> None:
    with running(answers={command: ["550 no such user buyer@example.com"]}) as server:
        with pytest.raises(NotSent) as error:
            send(server)
        assert (error.value.why, error.value.code, server.connections) == ("refused", 550, 1)
        # What the server says may name people, and is not repeated.
        assert "buyer" not in str(error.value)


@pytest.mark.parametrize("answer", ["accept and hang up", "nonsense", "354 go on"])
def test_a_letter_that_may_have_been_accepted_is_never_sent_again(answer: str) -> None:
    with running(answers={"end": [answer]}) as server:
        with pytest.raises(NotSent, match="may have been sent") as error:
            send(server)
        assert (error.value.why, server.connections) == ("unclear", 1)


def test_a_farewell_that_fails_changes_nothing() -> None:
    with running(answers={"quit": ["hang up"]}) as server:
        assert send(server).tries == 1
        assert len(server.letters) == 1


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NotSent, match="cannot be reached") as error:
        send_email(letter(), "127.0.0.1", port, waits=())
    assert error.value.why == "later"


def test_a_server_that_says_nothing_is_not_waited_for_for_ever() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(NotSent, match="cannot be reached"):
        send_email(letter(), "127.0.0.1", silent.getsockname()[1], waits=(), timeout=0.2)


def test_encryption_is_used_where_it_is_offered(tmp_path: Path) -> None:
    served, trusted = certificate(tmp_path)
    with running(tls=served, login="user:not-a-secret") as server:
        sent = send_email(letter(), "localhost", server.port, waits=(), context=trusted, user="user",
                          password="not-a-secret", encrypt=True)  # fmt: skip
        assert sent.encrypted
        (got,) = server.letters
        assert (got.encrypted, got.user) == (True, "user")
        # A certificate that nobody vouches for ends it before a word is said, and so does a wrong password.
        with pytest.raises(NotSent, match="is not trusted") as error:
            send_email(letter(), "localhost", server.port, waits=(0.0,))
        assert error.value.why == "refused"
        with pytest.raises(NotSent) as error:
            send_email(letter(), "localhost", server.port, waits=(), context=trusted, user="user", password="other")
        assert (error.value.why, error.value.code) == ("refused", 535)
        assert len(server.letters) == 1


def test_a_password_is_not_sent_in_the_open(monkeypatch: pytest.MonkeyPatch) -> None:
    with running(login="user:not-a-secret") as server:
        with pytest.raises(NotSent, match="offers no encryption"):
            send(server, encrypt=True)
        # By a name that is not known as this machine's own.
        real = socket.create_connection
        monkeypatch.setattr(socket, "create_connection", lambda address, *more: real(("127.0.0.1", address[1]), *more))
        with pytest.raises(NotSent, match="offers no encryption"):
            send_email(letter(), "mail.example.com", server.port, waits=(), user="user", password="not-a-secret")
        assert not server.letters
        # To this machine it may.
        assert send(server, user="user", password="not-a-secret").tries == 1


def test_a_login_that_is_not_offered() -> None:
    with running() as server, pytest.raises(NotSent, match="takes no login"):
        send(server, user="user", password="not-a-secret")


def test_a_letter_has_one_sender_and_one_recipient() -> None:
    for name, value in (("To", "a@example.com, b@example.com"), ("To", ""), ("From", "undisclosed:;")):
        other = letter()
        del other[name]
        other[name] = value
        with pytest.raises(PaybenchError, match=f"not one address in the header {name}"):
            send_email(other, "127.0.0.1", 1)


def test_a_password_is_in_no_repr() -> None:
    from paybench.converse.channels.smtp import _Server

    assert "not-a-secret" not in repr(_Server("h", 1, "u", "not-a-secret", False, None, 1.0))
    assert issubclass(smtplib.SMTPServerDisconnected, OSError)


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server called localhost shows, and what trusts it."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "localhost")])
    begin = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + dt.timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    (folder / "cert.pem").write_bytes(pem)
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return served, ssl.create_default_context(cadata=pem.decode())
