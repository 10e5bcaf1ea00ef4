"""What the words of a rule mean where a day is named: dates, days of a month, weekdays, months, holidays."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from . import calendar_days as days
from .calendar_days import Span, day_of_month, exists, monday, month_day, part_of_month, plus
from .lexicon import NOW
from .reading import Reading

_MONTH_WORDS = frozenset(["im", "in", "en", "durante", "pendant"])


def nothing(match: re.Match[str], read: Reading) -> Span | None:
    """Words that look like a day and are none."""
    return Span.none()


def left_open(match: re.Match[str], read: Reading) -> Span | None:
    """As soon as possible, the next payment run: a day there is, but nobody can know it."""
    return Span.open(weak=True)


def left_open_terms(match: re.Match[str], read: Reading) -> Span | None:
    """30 days end of month: terms, that count from a day that is not said."""
    return Span.open()


def _on_weekday(span: Span | None, match: re.Match[str], read: Reading) -> Span | None:
    """The span, unless a weekday is named beside it that it does not fall on."""
    if span is None or span.first is None or match["W"] is None:
        return span
    return span if span.first.weekday() == read.value(match, "W") else Span.open()


def days_of_a_month(match: re.Match[str], read: Reading) -> Span | None:
    """10-15 May, the 3rd or 4th of June."""
    year = read.value(match, "A") if match["A"] else None
    month, a, b = read.value(match, "M"), read.value(match, "a"), read.value(match, "b")
    last = read.on(month, b, year)
    if last is None or last.first is None or not 1 <= a <= 31:
        return last
    if not exists(last.first.year, month, a) or a > b:
        return Span.open()
    return Span(last.first.replace(day=a), last.first, written=year is not None)


def day_and_month(match: re.Match[str], read: Reading) -> Span | None:
    """15 May, 15th of May 2025, 15-May-25, Friday the 15th of May."""
    groups = match.groupdict()
    year = read.value(match, "A") if groups.get("A") else None
    if groups.get("yy"):
        year = 2000 + read.value(match, "yy")
        if year > 2099:
            return None
    span = read.on(read.value(match, "M"), read.value(match, "d"), year)
    return _on_weekday(span, match, read) if "W" in groups else span


def month_and_day(match: re.Match[str], read: Reading) -> Span | None:
    """May 15th, 2025: an order of English only."""
    if read.language != "en" and match["A"] is None:
        return None
    return day_and_month(match, read)


def weekday(match: re.Match[str], read: Reading) -> Span | None:
    """Friday, this Friday, next Friday, last Friday."""
    place = match.start("W")
    if not _is_weekday(read, place, match.start()):
        return None
    number, which = read.value(match, "W"), match["X"] or match["X2"] or ""
    if which == "Z":
        return Span.day(days.weekday(number, read.today, past=True))
    if which == "X" and read.language == "en" and match["X"]:
        return Span.day(plus(monday(read.today, 1), number))
    if which == "V":
        return Span.day(plus(days.weekday(number, read.today), 7))
    past = read.past and which != "X"

    def again(seen: date) -> Span | None:
        return Span.day(days.weekday(number, seen, past))

    return Span.day(days.weekday(number, read.today, past)).seen_from(again)


def _is_weekday(read: Reading, place: int, start: int) -> bool:
    """Whether a short form (Mo, sat) is meant as a day: by what stands around it, and by its capital letter."""
    word = read.lexemes.word(place)
    if len(word) > 3:
        return True
    if word in ("tue", "fri", "thu") and read.language == "en":
        return True
    before, after = read.lexemes.letter(start - 1 if start < place else place - 1), read.lexemes.letter(place + 1)
    around = (
        (before in "lYTXZ<>F~{V" and before != ".") or start < place or after in "DNOt" or (before == "-" and place > 0)
    )
    if (after in "-|" and read.lexemes.letter(place + 2) == "W") or (
        before in "-|" and read.lexemes.letter(place - 2) == "W"
    ):
        around = True
    if read.language == "en":
        return around or (read.lexemes.capital(place) and before != ".")
    return around and (len(word) > 2 or read.lexemes.capital(place))


def weekday_and_day(match: re.Match[str], read: Reading) -> Span | None:
    """Friday 16, Friday the 16th."""
    place = match.start("d")
    after = read.lexemes.letter(match.end())
    if read.lexemes.letters[place] == "N" and after == "x" and read.language == "en" and place == match.start() + 1:
        return None
    span = _next_day(read.value(match, "d"), read)
    return _on_weekday(span, match, read)


def weekday_after_next(match: re.Match[str], read: Reading) -> Span | None:
    """The Friday after next."""
    return Span.day(plus(monday(read.today, 2), read.value(match, "W")))


def day_alone(match: re.Match[str], read: Reading) -> Span | None:
    """The 15th, am 15., le 15, el 15."""
    place = match.start("d")
    before, after = read.lexemes.letter(place - 1), read.lexemes.letter(match.end())
    ordinal = read.lexemes.letters[place] == "O"
    said = read.lexemes.word(place)
    figures = said[0].isdigit()
    if ordinal and not figures:
        alone = after in ".,&|-?<>~gRt" or (
            after == "o" and read.lexemes.word(match.end()) not in ("of", "de", "von", "for")
        )
        fits = before in "lY<>F~{&|-" and alone
        bare = read.lexemes.word(place - 1) == "the" and read.lexemes.letter(place - 2) not in "Y<>F~"
        if not fits or (read.language == "en" and (before not in "lY<>F" or bare)):
            return None
    elif ordinal and read.language == "de":
        if before not in "lY<>F~&|-{oW" or (before in "&|-" and read.lexemes.letter(place - 2) not in "OND"):
            return None
    elif ordinal:
        small = read.value(match, "d") <= 3
        if (small and before not in "lY<>F~&|-{") or (
            small and after == "x" and read.language == "en" and before == "l"
        ):
            return _small_ordinal(match, read, place)
    elif not _number_is_day(read, place, match.end(), before, after):
        return None
    return _next_day(read.value(match, "d"), read)


_AFTER_DAY = frozenset(
    [
        "we",
        "i",
        "our",
        "you",
        "they",
        "he",
        "she",
        "it",
        "if",
        "when",
        "because",
        "as",
        "so",
        "but",
        "instead",
        "works",
        "would",
        "will",
        "should",
        "can",
        "could",
        "may",
        "might",
        "please",
        "then",
        "rather",
        "this",
        "that",
        "next",
        "latest",
        "thanks",
        "thank",
        "cheers",
        "if",
    ]
)


def _small_ordinal(match: re.Match[str], read: Reading, place: int) -> Span | None:
    """The 1st, 2nd or 3rd, that may count anything: a day only where a pronoun or a verb follows."""
    if read.lexemes.letter(place - 1) != "l" or read.lexemes.word(match.end()) not in _AFTER_DAY:
        return None
    return _next_day(read.value(match, "d"), read)


def _number_is_day(read: Reading, place: int, end: int, before: str, after: str) -> bool:
    """Whether a bare number after an article or a preposition counts days."""
    word = read.lexemes.word(place - 1)
    if read.language == "en":
        return before in "lY<" and word != "up to" and after in ".,&|?"
    if after in "ct" or read.lexemes.folded.text[read.lexemes.ends[place] :].startswith(
        (" por ciento", " pour cent", ":")
    ):
        return False
    if word == "bis" and read.lexemes.letter(place - 2) in "N#":
        return False
    if read.language == "de":
        return word in (
            "am",
            "zum",
            "den",
            "bis",
            "bis zum",
            "bis am",
            "ab dem",
            "vor dem",
            "nach dem",
            "spatestens am",
            "vom",
            "um den",
        )
    last = word.replace("'", " ").split(" ")[-1]
    if after == "x" and read.lexemes.word(end) in ("personnes", "personas", "clientes", "clients", "euros"):
        return False
    return last in ("le", "du", "au", "el", "del", "al", "dia", "dias") or (
        before in "-&|" and read.before(place - 1, "olN-&|Y") in "{" and last not in ("de",)
    )


def _next_day(day: int, read: Reading) -> Span | None:
    if not 1 <= day <= 31:
        return None
    found = day_of_month(day, read.today, read.past)

    def again(seen: date) -> Span | None:
        other = day_of_month(day, seen, read.past)
        return Span.day(other) if other else None

    return Span.day(found, of="day").seen_from(again) if found else None


def month_alone(match: re.Match[str], read: Reading) -> Span | None:
    """In March, bis Mai, March 2026; not "the March invoice"."""
    after, place = read.lexemes.letter(match.end()), match.start("M")
    if after == "n":
        return Span.none()
    before = read.before(match.start())
    words = {read.lexemes.word(match.start() - back) for back in (1, 2)}
    terse = len(read.lexemes.letters) <= 3 and read.lexemes.letter(match.start() - 1) not in "on"
    if terse:
        words |= _MONTH_WORDS
    if match["X"] is None and match["A"] is None and before not in "iIY<>F~T{" and not words & _MONTH_WORDS:
        return None
    if match["A"] and before not in "iIY<>F~T{" and not words & _MONTH_WORDS:
        return None
    year = read.value(match, "A") if match["A"] else None
    span = which_month(read.value(match, "M"), year, "", read)
    if match["M2"] and span.first and span.last:
        second = month_day(read.value(match, "M2"), 1, span.first, False)
        if second:
            return replace(span, last=part_of_month(second.year, second.month, "")[1])
    return span if place >= 0 else None


def which_month(month: int, year: int | None, part: str, read: Reading) -> Span:
    """A part of a month: of a year, else the next that is not over, or the last that has begun."""
    for step in range(3):
        of = year if year is not None else read.today.year + (-step if read.past else step)
        first, last = part_of_month(of, month, part)
        if year is not None or (first <= read.today if read.past else last >= read.today):
            break
    return Span(first, last, written=year is not None, whole=part in ("end", "last_workday"), of="month")


def relative(match: re.Match[str], read: Reading) -> Span | None:
    """Today, tomorrow, yesterday."""
    value = read.lexemes.values[match.start("R")]
    if value == NOW:
        return Span(read.today, read.today, weak=True, of="now")
    return Span.day(plus(read.today, int(value)), of="today" if value == "0" or value == 0 else "")


def end_of_day(match: re.Match[str], read: Reading) -> Span | None:
    """End of day, close of business: today, unless a day is named beside it."""
    return Span(read.today, read.today, weak=True, of="today")


def holiday(match: re.Match[str], read: Reading) -> Span | None:
    """Christmas, New Year: the holidays of fixed days."""
    month, day = (int(part) for part in str(read.lexemes.values[match.start("J")]).split("-"))
    return read.on(month, day, read.value(match, "A") if match["A"] else None)
