"""What may be sent at all, and how long texts are cut."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.channels import Button, Outgoing
from paybench.converse.channels.outgoing import length, pieces
from paybench.errors import PaybenchError

SEVERAL = "a\r\nBcc: b@example.com", "a\nb", "a\rb", "a\x00b", "a\u2028b", "a\x85b"


@pytest.mark.parametrize("line", SEVERAL)
@pytest.mark.parametrize("part", ["recipient", "subject", "reply_to"])
def test_nothing_of_one_line_has_a_line_break(part: str, line: str) -> None:
    said: dict[str, Any] = {"recipient": "a@example.com", "text": "Hello", "seed": "1"}
    with pytest.raises(PaybenchError):
        Outgoing(**said | {part: line})


@pytest.mark.parametrize(
    "target",
    [
        "http://pay.example.com/1",
        "https://",
        "https://a b",
        "https://user:word@example.com",
        'https://e.com/"><b>',
        "https://exa\nmple.com",
        "https://example.com:x/",
        "https://e.com/" + "a" * 2000,
        "HTTPS://exämple.com",
        "",
        "two words",
        "ü",
        "x" * 201,
    ],
)
def test_a_button_opens_a_page_over_tls_or_bears_a_short_value(target: str) -> None:
    with pytest.raises(PaybenchError):
        Button("Pay", target)


def test_what_a_button_is() -> None:
    assert Button("Pay", "https://pay.example.com/1?a=b").is_link
    assert Button("Pay", "http://127.0.0.1:8000/pay/1").is_link
    # Other schemes open nothing: they are values.
    assert not Button("Pay", "javascript:alert(1)").is_link


@pytest.mark.parametrize("change", [{"text": " \n"}, {"text": "a\x1bb"}, {"seed": ""}, {"language": "english"}])
def test_what_is_no_message(change: dict[str, str]) -> None:
    said: dict[str, Any] = {"recipient": "a@example.com", "text": "Hello", "seed": "1"}
    with pytest.raises(PaybenchError):
        Outgoing(**said | change)


def test_the_seed_alone_is_the_number_and_cannot_be_read_from_it() -> None:
    one, two = Outgoing("a", "x", "C1/reply"), Outgoing("b", "y", "C1/reply")
    assert one.id == two.id != Outgoing("a", "x", "C2/reply").id
    assert len(one.id) == 32
    assert "C1" not in one.id


def test_a_link_that_the_text_holds_is_not_said_twice() -> None:
    link = Button("Pay", "https://pay.example.com/1")
    assert Outgoing("a", "Pay at https://pay.example.com/1", "1", buttons=(link,)).with_links().count("https") == 1
    assert Outgoing("a", "Pay", "1", buttons=(link,)).with_links() == "Pay\n\nPay: https://pay.example.com/1"


@given(st.text(st.sampled_from("ab \n💶ü")), st.integers(2, 12))
def test_pieces_are_the_text_and_short_enough(text: str, most: int) -> None:
    found = pieces(text, most)
    # Nothing is lost or added.
    assert "".join(found) == text
    # None is too long or empty.
    assert all(0 < length(piece) <= most for piece in found)


def test_a_text_is_cut_between_paragraphs_lines_and_words() -> None:
    assert pieces("aaaa\n\nbb bb\ncc", 12) == ["aaaa\n\nbb bb\n", "cc"]
    assert pieces("one two three", 9) == ["one two ", "three"]
