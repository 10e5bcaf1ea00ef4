"""How long a text message is, against an independent count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.channels import sms_size, sms_split
from paybench.converse.channels.sms import BASIC, EXTENDED, plain

LETTERS = st.sampled_from([*sorted(BASIC), *sorted(EXTENDED), "ó", "字", "💶"])


def test_the_alphabet_has_the_128_places_of_the_standard() -> None:
    # The 128th is the escape before an extended letter.
    assert len(BASIC) == 127
    assert len(EXTENDED) == 10
    assert not BASIC & EXTENDED


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("a" * 160, ("gsm7", 160, 1)),
        ("a" * 161, ("gsm7", 161, 2)),
        ("a" * 306, ("gsm7", 306, 2)),
        ("a" * 307, ("gsm7", 307, 3)),
        ("€" * 80, ("gsm7", 160, 1)),
        ("€" * 81, ("gsm7", 162, 2)),
        # An escape and its letter stay together, so that the last unit of a segment may stay empty: 76 fit, not 76.5.
        ("€" * 153, ("gsm7", 306, 3)),
        ("ó" * 70, ("ucs2", 70, 1)),
        ("ó" * 71, ("ucs2", 71, 2)),
        ("💶" * 35, ("ucs2", 70, 1)),
        ("💶" * 67, ("ucs2", 134, 3)),
        ("", ("gsm7", 0, 1)),
    ],
)
def test_sizes_at_the_edges(text: str, size: tuple[str, int, int]) -> None:
    found = sms_size(text)
    assert (found.alphabet, found.units, found.segments) == size


@given(st.text(LETTERS, max_size=400))
def test_segments_are_the_text_and_fit(text: str) -> None:
    found, size = sms_split(text), sms_size(text)
    assert "".join(found) == text
    assert len(found) == size.segments
    # Counted another way: octets of the encodings themselves.
    bare = [len(piece.encode("utf-16-be")) // 2 for piece in found]
    if size.alphabet == "gsm7":
        bare = [len(piece) + sum(map(piece.count, EXTENDED)) for piece in found]
    single, part = (160, 153) if size.alphabet == "gsm7" else (70, 67)
    assert sum(bare) == size.units
    assert bare[0] <= single if len(bare) == 1 else max(bare) <= part
    # No segment more than needed: the next letter would not have fitted.
    assert all(full >= part - 1 for full in bare[:-1])


def test_a_no_break_blank_does_not_make_a_message_twice_as_long() -> None:
    text = "1\u202f234,50\u00a0€ " * 10
    assert sms_size(text).alphabet == "ucs2"
    assert sms_size(plain(text)).alphabet == "gsm7"
