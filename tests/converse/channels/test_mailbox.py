"""Letters that come in: what a person wrote, machines, bounces, and whatever else bytes can be."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.channels import Inbound, Outgoing, email_message, read_email
from paybench.errors import PaybenchError
from tests.converse.channels.payloads import NOW

HEAD = b"From: Buyer <Buyer@Example.com>\r\nSubject: Re: Invoice\r\nMessage-ID: <1@mail.example.com>\r\n"


def read(head: bytes, body: bytes = b"Hello") -> Inbound:
    return read_email(head + b"\r\n" + body, NOW)


def test_an_answer_names_the_letter_that_it_answers() -> None:
    ours = email_message(Outgoing("buyer@example.com", "Please pay", "1", "Invoice"), "accounts@example.org", NOW)
    answer = EmailMessage()
    answer["From"] = "Jürgen Büyer <Buyer@Example.com>"
    answer["Subject"] = "Re: Zahlung für März"
    answer["Message-ID"] = "<" + "z" * 100 + "@mail.example.com>"
    answer["In-Reply-To"] = ours["Message-ID"]
    answer["References"] = "<0@x.example> " + ours["Message-ID"]
    answer.set_content("Wir zahlen am Freitag.\n\nGrüße")
    answer.add_alternative("<p>other</p>", subtype="html")
    answer.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="Beleg für März.pdf")
    said = read_email(answer.as_bytes(), NOW)
    assert (said.sender, said.subject) == ("buyer@example.com", "Re: Zahlung für März")
    assert said.text == "Wir zahlen am Freitag.\n\nGrüße"
    assert said.reply_to == ours["Message-ID"]
    assert said.references == ("<0@x.example>", ours["Message-ID"])
    assert said.attachments == ("Beleg für März.pdf",)
    assert (said.automatic, said.received_at, said.channel) == ("", NOW, "email")
    assert said.id == answer["Message-ID"]


def test_a_letter_that_is_html_only() -> None:
    body = (
        b"<html><head><title>t</title><style>p {}</style></head><body><p>We pay &euro;50<br>on Friday</p>"
        b"<script>alert(1)</script><blockquote>Please pay</blockquote></body>"
    )
    said = read(HEAD + b"Content-Type: text/html; charset=utf-8\r\n", body)
    # What is not shown is left out, and what is quoted stays told apart.
    assert said.text == "We pay €50\non Friday\n\n> Please pay"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"Auto-Submitted: auto-replied\r\n", "out_of_office"),
        (b"Auto-Submitted: auto-replied; owner-email=a@b.c\r\n", "out_of_office"),
        (b"Precedence: auto_reply\r\n", "out_of_office"),
        (b"X-Autoreply: yes\r\n", "out_of_office"),
        (b"Auto-Submitted: auto-generated\r\n", "automatic"),
        (b"Precedence: bulk\r\n", "automatic"),
        (b"List-Id: <news.example.com>\r\n", "automatic"),
        (b"Return-Path: <>\r\n", "automatic"),
        (b"Auto-Submitted: no\r\n", ""),
        (b"Return-Path: <buyer@example.com>\r\n", ""),
    ],
)
def test_machines_say_so_in_their_headers(head: bytes, kind: str) -> None:
    assert read(HEAD + head).automatic == kind


@pytest.mark.parametrize(
    "subject", ["Automatic reply: Invoice", "Automatische Antwort: x", "Réponse automatique : x", "Abwesenheitsnotiz"]
)
def test_out_of_office_by_its_subject(subject: str) -> None:
    words = f"=?utf-8?B?{base64.b64encode(subject.encode()).decode()}?="
    head = HEAD.replace(b"Re: Invoice", words.encode())
    assert read(head + b"Auto-Submitted: auto-generated\r\n").automatic == "out_of_office"
    assert read(HEAD.replace(b"Re: Invoice", b"Re: Automatic reply: x")).automatic == ""


def bounce(action: str = "failed", status: str = "5.1.1", headers_only: bool = False) -> bytes:
    kind = "text/rfc822-headers" if headers_only else "message/rfc822"
    return (
        "From: Mail Delivery Subsystem <mailer-daemon@mail.example.com>\r\nSubject: Undelivered\r\nReturn-Path: <>\r\n"
        "Message-ID: <b@mail.example.com>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example.com\r\n\r\n"
        f"Final-Recipient: rfc822; Buyer@example.com\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 unknown\r\n\r\n"
        f"--B\r\nContent-Type: {kind}\r\n\r\nFrom: accounts@example.org\r\nMessage-ID: <ours@example.org>\r\n"
        "Subject: Invoice\r\n\r\n" + ("" if headers_only else "Please pay\r\n") + "--B--\r\n"
    ).encode()


@pytest.mark.parametrize("headers_only", [True, False])
def test_a_bounce_names_whom_it_did_not_reach_and_our_letter(headers_only: bool) -> None:
    said = read_email(bounce(headers_only=headers_only), NOW)
    assert (said.automatic, said.bounced, said.reply_to) == ("bounce", ("buyer@example.com",), "<ours@example.org>")
    # What came back of our own letter is not what somebody wrote.
    assert "Please pay" not in said.text


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("delivered", "2.0.0"), ("failed", "4.4.7")])
def test_a_letter_that_is_late_has_not_bounced(action: str, status: str) -> None:
    said = read_email(bounce(action, status), NOW)
    assert (said.automatic, said.bounced, said.reply_to) == ("automatic", (), "")


def test_the_older_bounce() -> None:
    head = HEAD + b"X-Failed-Recipients: buyer@example.com, two@example.com\r\n"
    assert read(head).bounced == ("buyer@example.com", "two@example.com")


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"Subject: x\r\n",
        b"From: a@b.c, d@e.f\r\n",
        b"From: a@b.c\r\nFrom: d@e.f\r\n",
        b"From: <>\r\n",
        b"From: \xff\r\n",
        b"From: undisclosed-recipients:;\r\n",
    ],
)
def test_a_letter_says_from_whom_it_is(head: bytes) -> None:
    with pytest.raises(PaybenchError, match="names no sender"):
        read(head)


def test_a_letter_without_a_number_gets_the_same_one_each_time() -> None:
    head = HEAD.replace(b"Message-ID", b"X-Other")
    assert read(head).id == read(head).id != read(head, b"other").id
    assert read(head).id.startswith("sha256:")


@pytest.mark.parametrize(
    ("head", "body", "text"),
    [
        # Character sets that are none, or not the one that was named.
        (b"Content-Type: text/plain; charset=nonsense\r\n", "Grüße".encode(), "Grüße"),
        (b"Content-Type: text/plain; charset=utf-8\r\n", "Grüße".encode("latin-1"), "Grüße"),
        (b"Content-Type: text/plain; charset=rot13\r\n", b"Hello", "Hello"),
        (b"Content-Type: text/plain; charset*=x'y'z%ff\r\n", b"Hello", "Hello"),
        # Encodings that are none.
        (b"Content-Transfer-Encoding: base64\r\n", b"SGVsbG8", "Hello"),
        (b"Content-Transfer-Encoding: base64\r\n", b"***", ""),
        (b"Content-Transfer-Encoding: nonsense\r\n", b"Hello", "Hello"),
        (b"Content-Transfer-Encoding: quoted-printable\r\n", b"a=ZZ=", "a=ZZ"),
        # A multipart letter without its parts.
        (b'Content-Type: multipart/mixed; boundary="B"\r\n', b"no part", ""),
        (b"Content-Type: multipart/mixed\r\n", b"--\r\n", ""),
        (b'Content-Type: multipart/mixed; boundary="B"\r\n', b"--B\r\n\r\nHello", "Hello"),
        # What is not printed.
        (b"", b"a\x00b\x1b[31mc", "ab[31mc"),
    ],
)
def test_what_is_broken_is_read_as_far_as_it_goes(head: bytes, body: bytes, text: str) -> None:
    assert read(HEAD + head, body).text == text


def test_letters_within_letters_and_attachments_stay_closed() -> None:
    inner = EmailMessage()
    inner.set_content("inner text")
    outer = EmailMessage()
    outer["From"] = "buyer@example.com"
    outer.set_content("outer text")
    outer.add_attachment(inner)
    outer.add_attachment("attached text", filename="../../etc/passwd\n.txt".replace("\n", ""))
    said = read_email(outer.as_bytes(), NOW)
    assert said.text == "outer text"
    assert said.attachments == ("message/rfc822", "../../etc/passwd.txt")


def test_an_indented_body_is_no_long_header() -> None:
    assert len(read(HEAD + b"Content-Type: text/plain\r\n", b"    indented\r\n" * 1500).text) > 15_000


def nested(depth: int) -> bytes:
    body = b"Content-Type: text/plain\r\n\r\nHello\r\n"
    for level in range(depth):
        name = f"b{level}".encode()
        body = b'Content-Type: multipart/mixed; boundary="' + name + b'"\r\n\r\n--' + name + b"\r\n" + body
    return HEAD + body


def test_a_letter_has_its_limits() -> None:
    assert read_email(nested(10), NOW).text == "Hello"
    many = b"".join(b"--B\r\n\r\nx\r\n" for _ in range(300))
    for raw in (
        nested(30),
        nested(2000),
        HEAD + b'Content-Type: multipart/mixed; boundary="B"\r\n\r\n' + many,
        HEAD + b'Content-Type: multipart/mixed; boundary="B"\r\n\r\n' + b"--B\r\n" * 1_000_000,
        HEAD + b"\r\n" + b"x" * 30_000_000,
        HEAD + b"Content-Type: text/plain" + b";\r\n a" * 5000 + b"\r\n\r\nHello",
    ):
        with pytest.raises(PaybenchError, match="let a person look at it"):
            read_email(raw, NOW)


def test_long_headers_are_cut_before_they_are_understood() -> None:
    long = b"=?utf-8?q?" + b"a" * 500_000 + b"?= "
    said = read(HEAD.replace(b"Re: Invoice", long * 2) + b"References: " + b"<a@b> " * 200_000 + b"\r\n")
    assert len(said.subject) <= 10_000
    assert len(said.references) < 3000
    assert len(read(HEAD, b"x " * 500_000).text) <= 20_000


LINES = (
    b"From: a@b.c", b"From: =?utf-8?q?=ff?= <a@b.c>", b"Subject: =?x?y?z?=", b"Content-Type: text/html",
    b"Content-Type: multipart/report; boundary=B", b'Content-Type: message/delivery-status; x="', b"--B", b"--B--",
    b"Content-Disposition: attachment; filename*=utf-8''%ff%", b"Content-Disposition: attachment; filename*0*=a''",
    b"Content-Transfer-Encoding: base64", b"Content-Type: message/rfc822", b"Action: failed", b"",
    b"Final-Recipient: rfc822; a@b.c", b"Message-ID: <a@b>", b"Message-ID: <a@b\r\n c>",
    b"Content-Type: text/plain; charset=utf-16",
)  # fmt: skip


@pytest.mark.parametrize("markup", ["<", "<!--", "<a ", "<a b='", "&", "<![CDATA[", "</a", "<script>", "<b></b>"])
def test_markup_that_never_ends_takes_no_time(markup: str) -> None:
    # Two hundred thousand characters; a reader that looks for every end again would need minutes.
    read(HEAD + b"Content-Type: text/html\r\n", (markup * 200_000)[:200_000].encode())


PIECES = st.sampled_from(
    [line + b"\r\n" for line in LINES] + [b"<b", b"<![CDATA[", b"&#x110000;", b"\x00\xff", b" ", b"="]
)


@given(st.lists(PIECES | st.binary(max_size=20), max_size=20))
def test_whatever_bytes_are_they_end_in_a_message_or_one_sentence(parts: list[bytes]) -> None:
    raw = b"".join(parts)
    for whole in (raw, HEAD + raw):
        try:
            said: Any = read_email(whole, NOW)
        except PaybenchError:
            continue
        # And it can be stored and shown.
        assert isinstance(said, Inbound)
        repr(said).encode()
        assert not {*said.text, *said.subject, *said.sender, *"".join(said.attachments)} & {"\x00", "\x1b", "\r"}
