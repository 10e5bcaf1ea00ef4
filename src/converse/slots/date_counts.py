"""What the words of a rule mean where days, weeks or months are counted, from today or from another day."""

from __future__ import annotations

import re
from datetime import date

from .calendar_days import Span, months, plus, weekday, workdays
from .date_units import said_in
from .reading import Reading

_LONGEST = 4000
"""More of a unit than this is no time to pay in."""


def next_day(match: re.Match[str], read: Reading) -> Span | None:
    """The next working day, am nächsten Tag."""
    return Span.day(workdays(read.today, 1) if match["u"] == "b" else plus(read.today, 1))


def weeks_from(match: re.Match[str], read: Reading) -> Span | None:
    """Friday week, Freitag in einer Woche, vendredi en huit, a week today."""
    place = match.start("base")
    value = read.lexemes.values[place]
    if read.lexemes.letters[place] == "W":
        base = weekday(int(value), read.today)
    else:
        base = plus(read.today, int(value) if value != "now" else 0)
    if said_in(match, "huit"):
        said = read.value(match, "huit")
        if said not in (8, 15) or read.language != "fr":
            return None
        return Span.day(plus(base, said - 1))
    number = read.value(match, "n") if said_in(match, "n") else 1
    if said_in(match, "size") == "d":
        days = int(read.lexemes.values[match.start("size")])
        return Span.day(plus(base, number * days)) if days > 1 or read.lexemes.letters[place - 1] == "F" else None
    if said_in(match, "u") == "d":
        on_weekday = read.lexemes.letters[place] == "W"
        return Span.day(plus(base, {8: 7, 15: 14}.get(number, number) if on_weekday else number))
    return Span.day(plus(base, 7 * number))


def fortnight(match: re.Match[str], read: Reading) -> Span | None:
    """Sous quinzaine, sous huitaine: a unit that bears its number."""
    size = int(read.lexemes.values[match.start("u")])
    return Span.day(plus(read.today, size), of="duration") if size > 1 else None


def hours(match: re.Match[str], read: Reading) -> Span | None:
    """Within 48 hours: whole days."""
    days = int(read.lexemes.values[match.start()])
    if read.lexemes.letter(match.end()) == "g" or read.before(match.start()) in "ps":
        return Span.day(plus(read.today, -days), of="duration")
    return Span.day(plus(read.today, days), of="duration")


def whole_next(match: re.Match[str], read: Reading) -> Span | None:
    """Over the next month, within the next week: one from today."""
    if not read.lexemes.word(match.start()).endswith(
        (" next", " nachsten", " kommenden", " prochaines", " prochains", " proximas", " proximos")
    ):
        return None
    return Span.day(_ahead(read.today, 1, match["u"]), of="duration")


def few(match: re.Match[str], read: Reading) -> Span | None:
    """A few days: nobody can know how many."""
    after = read.lexemes.letter(match.end())
    before = read.before(match.start(), "olX~")
    if after in "gu" or before in "ps" or (before == "<" and read.language == "de"):
        return Span.none()
    return Span.open(weak=True)


def duration(match: re.Match[str], read: Reading) -> Span | None:
    """In two weeks, within 10 days, another week, noch 14 Tage, give us 10 days."""
    if not said_in(match, "n") and not said_in(match, "more"):
        return None
    if not said_in(match, "n") and read.lexemes.word(match.start("more")) not in _ANOTHER:
        return None
    before = read.before(match.start(), "olX~-tTf")
    if (
        read.lexemes.letter(match.start("n")) == "a"
        and read.lexemes.letter(match.start() - 1) in "N#$"
        and not said_in(match, "more3")
    ):
        return Span.none()
    after = _after(match, read)
    how = _how(match, read, before, after)
    if how == "ask":
        return Span.open()
    if how == "ago":
        first, last = _counted(match, read, read.today, -1)
        return Span(min(first, last), max(first, last), of="duration")
    if how == "none":
        return Span.none()
    if how == "":
        return None
    first, last = _counted(match, read, read.anchor if how == "more" else read.today, 1)
    if last < read.today and not read.past:
        return Span.open()

    def again(seen: date) -> Span | None:
        return Span(*_counted(match, read, seen, 1), of="duration")

    return Span(first, last, ask=how == "after", of="duration").seen_from(again)


_ACROSS = frozenset(["over", "across", "uber", "sur", "through", "throughout", "auf", "a"])


_ANOTHER = frozenset(["another", "otra", "otro", "additional", "extra", "further", "weitere"]) | {
    "an extra",
    "a further",
    "an additional",
}


_WHAT_FOR = frozenset(["for", "fur", "fuer", "pour", "para"])


def _after(match: re.Match[str], read: Reading) -> str:
    """What follows a number of days: g (ago), u (late), n (of an invoice), c (net), or nothing of it."""
    place = match.end()
    letters = read.lexemes.letters[place : place + 5]
    if found := re.match(r"[ol]{0,2}([gcu])", letters):
        word = read.lexemes.word(place + found.start(1))
        return "" if found[1] == "g" and word in ("back", "prior", "earlier") else found[1]
    direct = "|n" if read.language in ("fr", "es") else ""
    found = re.match(rf"[ol>F]{{0,3}}[>Fo][olT]{{0,2}}n{direct}", letters)
    if found and any(read.lexemes.word(place + at) in _WHAT_FOR for at in range(found.end())):
        return ""  # two more weeks for an invoice
    return "n" if found else ""


def _how(match: re.Match[str], read: Reading, before: str, after: str) -> str:
    """How a number of days is meant: in, more (from the anchor), after another day, ago, ask, none, or "" if at all."""
    if after == "g" or before == "p" or (before == "<" and read.language == "de"):
        return "ago"
    if after in ("c", "n"):
        return "ask"
    if after == "u" or before in "sec":
        return "none"
    start, end = match.start(), match.end()
    if any(said_in(match, name) for name in ("more", "more2", "more3")):
        return "more"
    if read.near("extend", start, end):
        return "more" if before not in "iI" else "in"
    if before in "iIY><":
        return "in"
    if read.lexemes.letter(start - 1) == "X" or (start > 1 and read.lexemes.letters[start - 2 : start] in ("Xo", "Xl")):
        return "in"
    if read.language == "en" and read.lexemes.letters[end : end + 2] == "FR":
        return "in"
    if read.lexemes.letter(end) in ">F":
        return "after"
    if read.lexemes.word(start - 1) in _ACROSS:
        return ""
    alone = len(read.lexemes.letters) <= end - start + 3 and "n" not in read.lexemes.letters
    if match["u"] in "qy":
        return ""
    return "in" if said_in(match, "n") and (alone or read.near("give", start, end, 45)) else ""


def _counted(match: re.Match[str], read: Reading, base: date, sign: int) -> tuple[date, date]:
    """First and last day of a count, or of two counts (two or three weeks)."""
    unit, size = match["u"], int(read.lexemes.values[match.start("u")] or 1)
    number = read.value(match, "n") if said_in(match, "n") else 1
    first = _ahead(base, sign * number * size, unit)
    last = first
    if said_in(match, "n2"):
        last = _ahead(base, sign * read.value(match, "n2") * size, unit)
    elif said_in(match, "n3"):
        last = _ahead(base, sign * read.value(match, "n3") * size, said_in(match, "u3") or unit)
    return min(first, last), max(first, last)


def _ahead(base: date, number: int, unit: str) -> date:
    number = max(min(number, _LONGEST), -_LONGEST)
    if unit == "b":
        return workdays(base, number)
    if unit in "mqy":
        return months(base, number * {"m": 1, "q": 3, "y": 12}[unit])
    return plus(base, number * (7 if unit == "w" else 1))
