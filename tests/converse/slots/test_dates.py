"""Days mean what the conventions say, in four languages; whatever else a text holds, its slots keep some laws."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.slots import DateSlot, find_dates
from paybench.errors import PaybenchError
from tests.converse.slots.phrases import PHRASES, Phrase

LANGUAGES = ("en", "de", "fr", "es")
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TODAYS = st.dates(date(2019, 1, 1), date(2032, 12, 31))
WORDS = [
    "on", "by", "before", "after", "until", "next", "last", "this", "the", "end", "of", "mid", "early", "late",
    "week", "month", "day", "days", "weeks", "year", "friday", "monday", "may", "march", "june", "15", "31", "30",
    "29", "15th", "2", "3/4", "31.2.", "12.05.2025", "2025-02-30", "in", "within", "two", "a", "few", "more", "ago",
    "tomorrow", "yesterday", "now", "asap", "or", "and", "to", "-", ".", ",", "/", "10-15", "KW", "week", "53",
    "Freitag", "nächste", "Woche", "bis", "vor", "Ende", "Monats", "am", "15.", "noch", "fin", "du", "mois",
    "vendredi", "prochain", "dans", "jours", "avant", "le", "el", "viernes", "que", "viene", "antes", "del", "hace",
    "dentro", "de", "días", "quarter", "Q4", "christmas", "net", "invoice", "not", "cannot", "pay", "99", "0", "€",
]  # fmt: skip
SPOKEN = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
TEXTS = st.one_of(SPOKEN, st.text(max_size=80))


def found(phrase: Phrase) -> tuple[tuple[date | None, date | None, bool], ...]:
    p = phrase
    slots = find_dates(p.text, p.today, p.language, p.country, p.tense, p.anchor)
    return tuple((slot.first, slot.last, slot.ask) for slot in slots)


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_mean_what_the_conventions_say(language: str) -> None:
    wrong = [(p.text, p.tense, found(p), p.truth) for p in PHRASES if p.language == language and found(p) != p.truth]
    assert wrong == []


def test_there_are_enough_phrases() -> None:
    assert len(PHRASES) >= 250
    assert len({(p.text, p.language, p.today, p.tense, p.country, p.anchor) for p in PHRASES}) == len(PHRASES)


@pytest.mark.parametrize(
    "text", ["WE PAY ON FRIDAY", "we pay on friday", "  we   pay\non\tFRIDAY  ", "We pay on Friday!"]
)
def test_case_and_blanks_change_nothing(text: str) -> None:
    (slot,) = find_dates(text, date(2025, 5, 14))
    assert slot.first == date(2025, 5, 16)


@pytest.mark.parametrize(
    ("text", "language"),
    [("nächste Woche", "de"), ("miércoles", "es"), ("en février", "fr")],
)
def test_accents_may_miss(text: str, language: str) -> None:
    spelled = (
        text,
        text.replace("ä", "a\u0308").replace("é", "e\u0301"),
        text.replace("ä", "a").replace("é", "e"),
        text.replace("ä", "ae"),
    )
    days = {tuple((s.first, s.last) for s in find_dates(one, date(2025, 5, 14), language)) for one in spelled}
    assert len(days) == 1
    assert days != {()}


def test_days_of_other_languages_are_known_where_nobody_can_mistake_them() -> None:
    (slot,) = find_dates("we pay bis Freitag", date(2025, 5, 14), "en")
    assert slot.first == date(2025, 5, 16)


@pytest.mark.parametrize("language", LANGUAGES)
@given(text=TEXTS, today=TODAYS, tense=st.sampled_from(("future", "past")))
def test_a_slot_is_a_part_of_the_text(language: str, text: str, today: date, tense: str) -> None:
    end = 0
    for slot in find_dates(text, today, language, "", tense):
        # Its quote stands where it says.
        assert text[slot.start : slot.end] == slot.quote != ""
        # None lies within another, and they come in the order of the text.
        assert slot.start >= end
        end = slot.end
        # It asks back, or it knows a range.
        assert slot.ask == (slot.first is None)
        if slot.first is not None and slot.last is not None:
            assert slot.first <= slot.last


@pytest.mark.parametrize("language", LANGUAGES)
@given(text=TEXTS, today=TODAYS)
def test_the_future_is_not_before_today_but_where_a_year_is_written(language: str, text: str, today: date) -> None:
    years = "20" in text or "12.05" in text or any(letter.isdecimal() and not letter.isascii() for letter in text)
    for slot in find_dates(text, today, language, "GB"):
        if slot.first is not None and not years:
            assert slot.first >= today


@given(today=TODAYS, number=st.integers(0, 6))
def test_a_weekday_is_within_a_week(today: date, number: int) -> None:
    (ahead,) = find_dates(f"on {NAMES[number]}", today)
    (back,) = find_dates(f"on {NAMES[number]}", today, tense="past")
    assert ahead.first is not None
    assert back.first is not None
    assert ahead.first.weekday() == back.first.weekday() == number
    assert timedelta(1) <= ahead.first - today <= timedelta(7)
    assert timedelta(1) <= today - back.first <= timedelta(7)
    # "next" is in the next calendar week in English.
    (following,) = find_dates(f"next {NAMES[number]}", today)
    assert following.first is not None
    assert following.first.isocalendar()[:2] == (today + timedelta(7)).isocalendar()[:2]


@given(today=TODAYS, days=st.integers(1, 99))
def test_counted_days_add_up(today: date, days: int) -> None:
    texts = {"en": f"in {days} days", "de": f"in {days} Tagen", "fr": f"dans {days} jours", "es": f"en {days} días"}
    for language, text in texts.items():
        (slot,) = find_dates(text, today, language)
        assert slot.first == slot.last == today + timedelta(days)


@given(today=TODAYS, anchor=TODAYS)
def test_more_days_count_from_the_anchor(today: date, anchor: date) -> None:
    (slot,) = find_dates("two more weeks please", today, anchor=anchor)
    if anchor + timedelta(14) < today:
        assert slot.ask
    else:
        assert slot.first == anchor + timedelta(14)


@given(day=TODAYS, today=TODAYS, tense=st.sampled_from(("future", "past")))
def test_a_full_date_is_itself(day: date, today: date, tense: str) -> None:
    written = ((day.isoformat(), ""), (f"{day:%d.%m.%Y}", "DE"), (f"{day:%m/%d/%Y}", "US"), (f"{day:%d %B %Y}", ""))
    for text, country in written:
        (slot,) = find_dates(f"on {text}", today, "en", country, tense)
        assert (slot.first, slot.last) == (day, day)


@given(day=TODAYS, today=TODAYS)
def test_numbers_are_ambiguous_only_where_they_can_be(day: date, today: date) -> None:
    (slot,) = find_dates(f"on {day:%d/%m/%Y}", today)
    assert slot.ask == (day.day <= 12 and day.day != day.month)
    if not slot.ask:
        assert slot.first == day


def test_a_weekday_beside_a_date_has_to_fit() -> None:
    today = date(2025, 5, 14)
    (wrong,) = find_dates("on Monday 30 May", today)
    assert wrong == DateSlot("on Monday 30 May", 0, 16, None, None, ask=True)
    # It may also tell which number is the day.
    (right,) = find_dates("Fri 06/06 or Tue 03/06", today)
    assert (right.first, right.last) == (date(2025, 6, 3), date(2025, 6, 6))


def test_unknown_languages_and_tenses_are_refused() -> None:
    with pytest.raises(PaybenchError, match="A language of 'xx' was given; messages are read in en, de, fr, es."):
        find_dates("Friday", date(2025, 5, 14), "xx")
    with pytest.raises(PaybenchError, match="A tense of 'never' was given"):
        find_dates("Friday", date(2025, 5, 14), tense="never")
