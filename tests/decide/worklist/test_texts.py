"""Texts: complete in both languages, short where they have to be, harmless, and no threat that nobody allowed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from string import Formatter
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.dunning.policy import CHANNELS, TONES
from paybench.decide.worklist import Speaker, lines, read_texts
from paybench.decide.worklist.texts import SMS, fill, plain, septets
from paybench.errors import PaybenchError
from tests.decide.worklist.lists import AT, SPEAKER

THREATS = (
    "court", "lawyer", "legal", "collection", "agency", "interest", "fee", "charge", "stop", "hold", "consequence",
    "gericht", "anwalt", "rechtlich", "inkasso", "zinsen", "gebühr", "zurück", "einstellen", "konsequenz", "pfänd",
)  # fmt: skip


def contact(action: str, country: str = "GB", speaker: Speaker = SPEAKER, **more: Any) -> Any:
    table = pd.DataFrame(
        {
            "invoice_id": ["INV-1", "INV-2"],
            "customer_id": "C1",
            "name": "Acme Ltd",
            "currency": "EUR",
            "amount_open": [1234.5, 10.0],
            "due_on": AT - pd.Timedelta(40, "D"),
            "action": [action, ""],
            "contacts": 2,
            "country": country,
        }
    ).assign(**more)
    return lines(table, AT, speaker, language="de" if country == "DE" else "en")[0]


def leaves(texts: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text, and where it stands."""
    items = texts.items() if isinstance(texts, dict) else enumerate(texts) if isinstance(texts, list) else ()
    for key, below in items:
        yield from leaves(below, (*place, str(key)))
    if isinstance(texts, str):
        yield place, texts


def asked(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_say_the_same() -> None:
    english, german = (dict(leaves(SPEAKER.said(code))) for code in ("en", "de"))
    # The same texts, and in each the same numbers.
    assert english.keys() == german.keys()
    unlike = {place for place in english if asked(english[place]) != asked(german[place])}
    # A German greeting has no name in it: it would need a person's.
    assert unlike == {("greeting",)}
    # Every tone has a text of its own in every channel.
    for part in ("subject", "opening", "ask", "sms"):
        assert list(SPEAKER.said("en")[part]) == ["before", *TONES]


@pytest.mark.parametrize("country", ["GB", "DE"])
def test_nothing_is_threatened_that_nobody_allowed(country: str) -> None:
    said = {tuple(a): contact(":".join(a), country) for a in product(CHANNELS, TONES)}
    for line in said.values():
        assert not [word for word in THREATS if word in (line.subject + line.text).lower()]
    firmer = Speaker("Nordlicht", consequences=("interest", "legal"))
    for channel, tone in said:
        bold = contact(f"{channel}:{tone}", country, firmer)
        found = [word for word in THREATS if word in bold.text.lower()]
        # What is allowed is said in the last tone, where there is room for it, and nowhere else.
        assert bool(found) == (tone == "final" and channel != "sms")
        assert set(found) <= {"interest", "legal", "charge", "zinsen", "rechtlich"}
    with pytest.raises(PaybenchError, match="There is no consequence 'prison'; give some of interest, fees, stop"):
        Speaker(consequences=("prison",))


NAMES = st.text(st.characters(codec="utf-8"), max_size=60)


@given(NAMES, NAMES, st.floats(0.01, 1e10), st.sampled_from(TONES), st.sampled_from(["GB", "DE"]))
def test_a_short_message_is_one_message(company: str, phone: str, amount: float, tone: str, country: str) -> None:
    line = contact(f"sms:{tone}", country, Speaker(company, phone), amount_open=amount)
    assert septets(line.text) <= SMS
    # All its letters are those of a short message.
    assert all(letter.isascii() or letter in "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà€" for letter in line.text)
    assert line.amount == 0 or f"{line.amount:.2f}"[-2:] in line.text


@given(NAMES, st.sampled_from(CHANNELS), st.sampled_from(TONES))
def test_a_name_is_a_name_whatever_stands_in_it(name: str, channel: str, tone: str) -> None:
    line = contact(f"{channel}:{tone}", name=name)
    harmless = contact(f"{channel}:{tone}", name="Acme Ltd")
    shown = plain(name)
    # It stands there as it is, and adds no line.
    if shown:
        assert line.text == harmless.text.replace("Acme Ltd", shown)
        assert line.text.count("\n") == harmless.text.count("\n")


def test_braces_are_filled_once() -> None:
    for name in ("{total}", "{name}", "{0.__class__}", "{company!r}", "{{x}}", "{", "%s %(total)s $total"):
        assert f"Dear {name}," in contact("email:firm", name=name).text
    # No line break of a name begins a line of its own in a letter or a header.
    evil = "Acme\r\nBcc: all@example.org\x00\u202e\u2028"
    assert plain(evil) == "Acme Bcc: all@example.org"
    assert "\nBcc" not in contact("letter:firm", name=evil).text
    assert fill("{name} {{}}", {"name": "{x}"}) == "{x} {}"


def test_who_was_not_contacted_before_is_not_told_so() -> None:
    assert "before." in contact("email:reminder").text.split("\n\n")[1]
    assert "before." not in contact("email:reminder", contacts=0).text.split("\n\n")[1]


def test_without_a_phone_none_is_named() -> None:
    for action in (f"{c}:{t}" for c in CHANNELS for t in TONES):
        text = contact(action, speaker=Speaker("Nordlicht")).text
        assert "reach us" not in text
        assert "call us: " not in text
        assert "Questions" not in text
    assert "You reach us at a@b.example." in contact("email:firm", speaker=Speaker("N", email="a@b.example")).text


def test_texts_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("en: {ask: {firm: 'Pay {total} by {pay_by}, {name}.'}}", encoding="utf-8")
    own = Speaker("N", texts=read_texts(file))
    assert "Pay 1,244.50\xa0EUR by 9\xa0Mar\xa02026, Acme Ltd." in contact("email:firm", speaker=own).text
    # The rest is as it comes along.
    assert contact("email:final", speaker=own).text == contact("email:final", speaker=Speaker("N")).text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "en: {ask: {firm: '{name.__class__}'}}",
            r"asks at en: ask: firm for '\{name.__class__\}'",
        ),
        ("en: {ask: {firm: '{total:>999999999}'}}", "braces hold one of name, company"),
        ("en: {ask: {firm: '{total'}}", "braces do not pair up"),
        ("en: {ask: {firm: 5}}", "braces do not pair up|there belongs one text"),
        ("en: {ask: {angry: x}}", "has 'angry' at en: ask, which there is not; give before, courtesy"),
        ("en: {subject: {firm: x}}", "there belongs a list of 2 texts"),
        ("fr: {}", "has 'fr' at the top, which there is not; give en, de"),
        ("en: [", "cannot be read as texts"),
        ("en: x", "has at en 'x'; there belong item"),
    ],
)
def test_wrong_texts_are_told(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PaybenchError, match=said):
        read_texts(file)
