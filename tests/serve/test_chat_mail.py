"""A customer's e-mail is answered by e-mail: in its thread, once, to a real mail server, and with one click no more."""

from __future__ import annotations

import email
import email.policy
import json
from pathlib import Path

from tests.converse.channels.mail_server import running
from tests.serve.talking import SECRETS, rows, talking, thread

BEARER = {"Authorization": f"Bearer {SECRETS['PAYBENCH_EMAIL_SECRET']}", "Content_Type": "message/rfc822"}


def letter(number: int, text: str) -> bytes:
    head = f"From: Ada <ada@quarry.example>\r\nMessage-ID: <{number}@quarry.example>\r\nSubject: Invoice B-1\r\n\r\n"
    return (head + text).encode()


def test_an_email_in_an_email_out_in_one_thread(tmp_path: Path) -> None:
    with running() as mail:
        options = [
            "--smtp",
            f"127.0.0.1:{mail.port}",
            "--mail-from",
            "ar@harbour.example",
            "--url",
            "https://ar.example",
        ]
        with talking(tmp_path, *options, **SECRETS) as (server, folder):
            asks = letter(1, "I need more time to pay B-1, until 9 March 2026.\r\n")
            for _ in range(2):  # delivered twice
                assert server.ask("/hooks/email", asks, **BEARER).status == 200
            # One letter, to who wrote, in the thread.
            [sent] = mail.letters
            assert (sent.sender, sent.recipients) == ("ar@harbour.example", ["ada@quarry.example"])
            read = email.message_from_bytes(sent.content, policy=email.policy.default)
            assert read["Subject"] == "Re: Invoice B-1"
            assert read["In-Reply-To"] == "<1@quarry.example>"
            body = read.get_body(("plain",))
            assert body is not None
            assert "9 March 2026" in body.get_content()
            assert rows(folder, "promises", "C-2")["promised_on"].dt.day.tolist() == [9]

            # One click on the header's address ends it: nothing more is sent, whatever is asked.
            address = str(read["List-Unsubscribe"]).strip("<>").removeprefix("https://ar.example")
            kind = {"Content_Type": "application/x-www-form-urlencoded"}
            assert server.ask(address, b"List-Unsubscribe=One-Click", **kind).status == 200
            assert server.ask("/hooks/email", letter(2, "Can I pay later?\r\n"), **BEARER).status == 200
            assert len(mail.letters) == 1
            consents = rows(folder, "consents", "C-2")
            assert json.loads(consents[["channel", "allowed"]].to_json(orient="records")) == [
                {"channel": "email", "allowed": False}
            ]
            assert thread(server, "C-2")["state"] == "stopped"


def test_what_a_mail_server_refuses_is_a_person_s(tmp_path: Path) -> None:
    with running(answers={"rcpt": ["550 no such user"]}) as mail:
        options = ["--smtp", f"127.0.0.1:{mail.port}", "--mail-from", "ar@harbour.example"]
        with talking(tmp_path, *options, **SECRETS) as (server, _):
            asks = letter(1, "I need more time to pay B-1, until 9 March 2026.\r\n")
            assert server.ask("/hooks/email", asks, **BEARER).status == 200
            assert mail.letters == []
            told = thread(server, "C-2")
            answer = told["messages"][-1]
            assert (answer["status"], answer["from"]) == ("unsent", "book")
            assert "550" in answer["why"] or "no such user" in answer["why"]
            assert told["needs_person"] == "collections"
