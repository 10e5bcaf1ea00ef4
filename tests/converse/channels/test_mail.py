"""Letters that go out: headers as the standards have them, and nothing in them that somebody else put there."""

from __future__ import annotations

from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.channels import Button, Outgoing, email_message, message_id, read_email
from paybench.errors import PaybenchError
from tests.converse.channels.payloads import NOW

FROM = "accounts@example.org"
HEADERS = {
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
    "X-Auto-Response-Suppress", "List-Unsubscribe", "List-Unsubscribe-Post", "Content-Language", "MIME-Version",
    "Content-Type",
}  # fmt: skip


def letter(text: str = "Hello", name: str = "", **more: Any) -> EmailMessage:
    said = {"recipient": "buyer@example.com", "seed": "1", "subject": "Invoice"} | more
    return email_message(Outgoing(text=text, **said), FROM, NOW, name)


def parsed(made: EmailMessage) -> EmailMessage:
    return message_from_bytes(made.as_bytes(), policy=policy.default)


TEXT = st.text(st.sampled_from("aÄ字💶 \n\r\t:;,<>@\"'\\=?_.\u0085\u2028\x00"), max_size=60)


@given(TEXT, TEXT, TEXT, TEXT)
def test_no_text_becomes_a_header(text: str, subject: str, name: str, recipient: str) -> None:
    try:
        made = letter(text, name, subject=subject, recipient=recipient if "@" in recipient else "buyer@example.com")
    except PaybenchError:
        return
    raw, back = made.as_bytes(), parsed(made)
    # Only our own headers are there, each once; every line ends as lines of letters do and is short enough.
    assert set(back.keys()) <= HEADERS
    assert len(back.keys()) == len(set(back.keys()))
    assert raw.replace(b"\r\n", b"").find(b"\n") == raw.replace(b"\r\n", b"").find(b"\r") == -1
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    # What was said comes out again.
    assert back["Subject"].split() == subject.replace("=?", "= ?").split()
    assert [(a.display_name, a.addr_spec) for a in back["From"].addresses] == [
        (" ".join(name.split()).replace("=?", "= ?"), FROM)
    ]
    assert back.get_body(("plain",)).get_content().split() == text.split()


WORDS = "=?utf-8?q?a=0D=0ABcc=3A_x=40example=2Ecom?=", "=?utf-8?b?YQ0KQmNjOiB4QGV4YW1wbGUuY29t?="


@pytest.mark.parametrize("word", WORDS)
def test_no_encoded_word_becomes_a_header(word: str) -> None:
    # The library undoes what looks like an encoded word, and writes the line break within it as one.
    for text in (word, f"Re: {word} Ä", f"x{word}", f'"{word}"'):
        back = parsed(letter(subject=text, name=text))
        assert "Bcc" not in back
        assert back["Subject"].replace("= ?", "=?") == text
    # Numbers of letters come from whoever wrote them, addresses from whoever typed them.
    for change in ({"reply_to": f"<{word}>"}, {"references": (f"<a{word}@b>",)}, {"recipient": f"{word}@example.com"}):
        with pytest.raises(PaybenchError):
            letter(**change)
    with pytest.raises(PaybenchError):
        letter(unsubscribe=f"https://pay.example.com/{word}")


def test_a_letter_without_a_number_is_answered_without_a_thread() -> None:
    hostile = b"From: a@b.c\r\nSubject: x\r\nMessage-ID: <" + WORDS[0].encode() + b"@b>\r\n\r\nHello"
    came = read_email(hostile, NOW)
    made = letter(reply_to=came.id)
    assert "In-Reply-To" not in made
    assert "References" not in made


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@b\r\nBcc: c@d.com",
        "a@example.com\n",
        "A <a@example.com>",
        "a@example.com,b@example.com",
        "a@[127.0.0.1]",
        "ä@example.com",
        "a..b@example.com",
        "a@-example.com",
        "a@example..com",
        "a" * 65 + "@example.com",
        "a@" + "b." * 130 + "com",
    ],
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(PaybenchError):
        letter(recipient=address)
    with pytest.raises(PaybenchError):
        email_message(Outgoing("buyer@example.com", "Hello", "1", "Invoice"), address, NOW)


def test_a_thread_is_kept_whole_however_long_its_numbers_are() -> None:
    numbers = tuple(f"<{'b' * 90}{n}@mail.example.com>" for n in range(40))
    made = parsed(letter(reply_to=numbers[-1], references=numbers[:-1]))
    assert made["In-Reply-To"] == numbers[-1]
    # The first and the latest twenty, in their order; folded, but not encoded.
    assert tuple(made["References"].split()) == (numbers[0], *numbers[-20:])
    assert made["Auto-Submitted"] == "auto-replied"
    assert letter()["Auto-Submitted"] == "auto-generated"
    for wrong in ("one@example.com", "<a b@c>", "<a><b>", "<>"):
        with pytest.raises(PaybenchError):
            letter(reply_to=wrong)


def test_unsubscribing_is_one_click() -> None:
    address = "https://pay.example.com/unsubscribe/" + "x" * 200
    made = parsed(letter(unsubscribe=address))
    assert made["List-Unsubscribe"] == f"<{address}>"
    assert made["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "List-Unsubscribe" not in letter()
    for wrong in ("http://pay.example.com/u", "mailto:a@b.c", "https://pay.example.com/" + "x" * 900):
        with pytest.raises(PaybenchError):
            letter(unsubscribe=wrong)


def test_the_number_of_a_letter_is_made_of_its_seed() -> None:
    one = Outgoing("buyer@example.com", "Hello", "C1/17", "Invoice")
    assert email_message(one, FROM, NOW)["Message-ID"] == message_id(one, FROM)
    assert message_id(one, FROM).endswith("@example.org>")
    assert email_message(one, FROM, NOW).as_bytes() == email_message(one, FROM, NOW).as_bytes()


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words += data


def html(made: EmailMessage) -> Tags:
    tags = Tags()
    tags.feed(made.get_body(("html",)).get_content())
    return tags


@given(st.text(st.sampled_from("ab <>&\"'/=\n"), min_size=1, max_size=80).filter(str.strip))
def test_no_text_becomes_html(text: str) -> None:
    found = html(letter(text))
    assert set(found.tags) <= {"html", "head", "meta", "body", "p", "br"}
    assert found.words.split() == text.split()


def test_our_links_and_no_others_can_be_pressed() -> None:
    pay = Button("Pay now", "https://pay.example.com/pay/1?a=1&b=2")
    yes = Button("Yes", "accept:1")
    outside = letter("See https://evil.example/x", buttons=(pay, yes))
    assert html(outside).links == [pay.target]
    # A link that stands in the text is pressed there, and not said twice.
    inside = letter(f"Pay at {pay.target} please", buttons=(pay,))
    assert html(inside).links == [pay.target]
    assert inside.get_body(("plain",)).get_content().count("https") == 1
    assert yes.target not in outside.as_string()


def test_a_letter_has_a_subject_and_a_date() -> None:
    for change in ({"subject": ""}, {"subject": "s" * 255}):
        with pytest.raises(PaybenchError, match="needs a subject"):
            letter(**change)
    with pytest.raises(PaybenchError, match="has no zone"):
        email_message(Outgoing("a@example.com", "x", "1", "s"), FROM, datetime(2026, 3, 2))
