"""What the words of a rule mean where days are counted, or where a week, month, quarter or year is named."""

from __future__ import annotations

import re
from datetime import date

from .calendar_days import (
    DAY,
    FRIDAY,
    Span,
    day_of_month,
    exists,
    iso_week,
    monday,
    month_day,
    month_end,
    months,
    part_of_month,
    part_of_week,
    plus,
    quarter as quarter_days,
    weekday,
    workdays,
)
from .date_meanings import which_month
from .reading import Reading

_STEPS = {"X": 1, "T": 0, "Z": -1, "V": 2, "": 0}
_LONGEST = 4000
"""More of a unit than this is no time to pay in."""


def _group(match: re.Match[str], name: str) -> str:
    return match.groupdict().get(name) or ""


def _step(match: re.Match[str]) -> int:
    """Of which week, month or quarter a rule speaks, seen from this one."""
    return _STEPS[_group(match, "X") or _group(match, "X2")]


def _part(match: re.Match[str], read: Reading) -> str:
    return str(read.lexemes.values[match.start("p")]) if _group(match, "p") else ""


def _named(match: re.Match[str]) -> bool:
    """Whether this, next or last is said."""
    return bool(_group(match, "X") or _group(match, "X2"))


def week(match: re.Match[str], read: Reading) -> Span | None:
    """This week, end of next week, Anfang nächster Woche."""
    return _week(_step(match), _part(match, read), read)


def _week(step: int, part: str, read: Reading) -> Span:
    first, last = part_of_week(monday(read.today, step), part)
    over = last < read.today if not read.past else False
    if step == 0 and over:
        first, last = part_of_week(monday(read.today, 1), part)
    if read.past and step == 0 and part and first > read.today:
        first, last = part_of_week(monday(read.today, -1), part)
    whole = part in ("end", "late", "last_workday")
    return Span(first, last, whole=whole, of="week")


def weekend(match: re.Match[str], read: Reading) -> Span | None:
    """By the weekend: the Friday before it; last weekend: Saturday and Sunday."""
    step = _step(match)
    if read.past or step < 0:
        saturday = weekday(5, read.today, past=True)
        return Span(saturday, min(saturday + DAY, read.today), of="week")
    if step == 1 and read.language != "en":
        step = 0
    return _week(step, "end", read)


def weekday_of_week(match: re.Match[str], read: Reading) -> Span | None:
    """Friday next week, Freitag der übernächsten Woche."""
    return _weekday_of(_step(match), read.value(match, "W"), read)


def _weekday_of(step: int, number: int, read: Reading) -> Span:
    found = plus(monday(read.today, step), number)
    if step == 0 and found < read.today and not read.past:
        found = weekday(number, read.today)
    return Span.day(found)


def weekday_of_period(match: re.Match[str], read: Reading) -> Span | None:
    """Friday of the week after next, and whatever else names a week in one phrase."""
    name, step, _ = _period(match, read)
    return _weekday_of(step, read.value(match, "W"), read) if name == "week" else None


def week_of_month(match: re.Match[str], read: Reading) -> Span | None:
    """First week of March, last week of the month, second half of May."""
    place = match.start("O")
    if read.lexemes.letters[place] == "N":
        return None
    last = read.lexemes.letters[place] == "Z"
    number = 0 if last else read.value(match, "O")
    half = _group(match, "u") == "H"
    if not last and not 1 <= number <= (2 if half else 4):
        return None
    part = ("half 2" if half else "week last") if last else f"{'half' if half else 'week'} {number}"
    if _group(match, "at"):
        return which_month(read.value(match, "at"), None, part, read)
    return _month(match, read, part)


def month(match: re.Match[str], read: Reading) -> Span | None:
    """This month, end of March, Anfang nächsten Monats, mid-month."""
    return _month(match, read, _part(match, read))


def _month(match: re.Match[str], read: Reading, part: str) -> Span:
    if _group(match, "M"):
        year = read.value(match, "A") if _group(match, "A") else None
        return which_month(read.value(match, "M"), year, part, read)
    return _month_at(_step(match), part, _named(match), read)


def _month_at(step: int, part: str, named: bool, read: Reading) -> Span:
    """A part of the month so many ahead; where none is named, the next whose last day is after today."""
    base = months(read.today.replace(day=1), step)
    first, last = part_of_month(base.year, base.month, part)
    ends = part in ("end", "last_workday")
    if part and not (named and step):
        if not read.past and (last < read.today if ends or named else last <= read.today):
            base = months(base, 1)
        elif read.past and first > read.today:
            base = months(base, -1)
        first, last = part_of_month(base.year, base.month, part)
    return Span(first, last, whole=ends, of="month")


def _period(match: re.Match[str], read: Reading) -> tuple[str, int, str]:
    name, step, *part = str(read.lexemes.values[match.start("P")]).split()
    return name, int(step), part[0] if part else ""


def period(match: re.Match[str], read: Reading) -> Span | None:
    """What names a period in one phrase: month end, Wochenmitte, fin de mois."""
    name, step, part = _period(match, read)
    part = _part(match, read) or ("" if part == "rest" else part)
    if _group(match, "M"):
        year = read.value(match, "A") if _group(match, "A") else None
        return which_month(read.value(match, "M"), year, part, read) if name == "month" else None
    named = _named(match)
    step += _step(match) if named else 0
    if name == "week":
        return _week(step, part, read)
    if name == "month":
        return _month_at(step, part, named, read)
    if name == "quarter":
        return _quarter_at(step, part, read)
    return _year_at(read.today.year + step, part, False)


def quarter(match: re.Match[str], read: Reading) -> Span | None:
    """End of the quarter, Ende Q2, next quarter."""
    part = _part(match, read)
    if match.re.pattern.endswith("E"):
        part = "end"
    if not (_group(match, "Q") or _group(match, "O")):
        return _quarter_at(_step(match), part, read)
    number = read.value(match, "Q" if _group(match, "Q") else "O")
    if not 1 <= number <= 4:
        return None
    given = read.value(match, "A") if _group(match, "A") else None
    for step in range(3):
        year = given if given is not None else read.today.year + (-step if read.past else step)
        first, last = _part_of_quarter(year, number, part)
        if given is not None or (first <= read.today if read.past else last >= read.today):
            break
    return Span(first, last, written=given is not None, whole=part == "end")


def _quarter_at(step: int, part: str, read: Reading) -> Span:
    base = months(read.today.replace(day=1), 3 * step)
    first, last = _part_of_quarter(base.year, (base.month + 2) // 3, part)
    return Span(first, last, whole=part == "end")


def _part_of_quarter(year: int, number: int, part: str) -> tuple[date, date]:
    first, last = quarter_days(year, number)
    if part in ("end", "last_workday"):
        return (last, last) if part == "end" else (workdays(last + DAY, -1),) * 2
    if part == "begin":
        return first, first.replace(day=10)
    if part == "middle":
        return part_of_month(year, 3 * number - 1, "middle")
    return (first, last) if not part else part_of_month(year, 3 * number, part)


def year(match: re.Match[str], read: Reading) -> Span | None:
    """End of the year, end of 2025, next year."""
    if _group(match, "A"):
        return _year_at(read.value(match, "A"), _part(match, read), True)
    part = _part(match, read)
    if not part and not _named(match):
        return None
    found = _year_at(read.today.year + _step(match), part, False)
    if found.last and found.last < read.today and not read.past:
        found = _year_at(read.today.year + 1, part, False)
    return found


def _year_at(number: int, part: str, written: bool) -> Span:
    if part in ("end", "late", "last_workday"):
        last = date(number, 12, 31)
        return Span(last, last, written=written, whole=True)
    if part == "begin":
        return Span(date(number, 1, 1), date(number, 1, 10), written=written)
    if part == "middle":
        return Span(*part_of_month(number, 6, "late"), written=written)
    return Span(date(number, 1, 1), date(number, 12, 31), written=written)


def calendar_week(match: re.Match[str], read: Reading) -> Span | None:
    """KW 23, week 23, end of week 23: Monday to Friday of the ISO week."""
    place = match.start("N")
    if not 1 <= read.value(match, "N") <= 53:
        return None
    if read.lexemes.letter(match.start()) == "w" and read.lexemes.word(match.start()).endswith(("s", "n", "as")):
        return None
    given = read.value(match, "A") if _group(match, "A") else None
    start = iso_week(read.value(match, "N"), read.today, read.past, given)
    if start is None or place < 0:
        return Span.open()
    part = _part(match, read)
    first, last = part_of_week(start, part)
    if _group(match, "N2") and (second := iso_week(read.value(match, "N2"), start, False, given)):
        last = plus(second, FRIDAY)

    def again(seen: date) -> Span | None:
        other = iso_week(read.value(match, "N"), seen, False, given)
        return Span(other, plus(other, FRIDAY), of="week") if other else None

    return Span(first, last, written=given is not None, whole=part == "end", of="week").seen_from(again)


def day_of_which(match: re.Match[str], read: Reading) -> Span | None:
    """The 15th of next month, nächsten Monat am 15., the 15th of the month."""
    day = read.value(match, "d")
    if not 1 <= day <= 31:
        return None
    if not _named(match):
        found = day_of_month(day, read.today, read.past)
        return Span.day(found) if found else None
    base = months(read.today.replace(day=1), _step(match))
    if not exists(base.year, base.month, day):
        return Span.open()
    return Span.day(base.replace(day=day))


def day_of_current(match: re.Match[str], read: Reading) -> Span | None:
    """The 15th inst., le 15 courant, 15 del corriente."""
    if read.language == "en" or read.lexemes.word(match.start("T")) not in ("courant", "corriente", "cte", "ds", "lfd", "d", "dieses"):
        return None
    day = read.value(match, "d")
    if not exists(read.today.year, read.today.month, day):
        return None
    return Span.day(read.today.replace(day=day))


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
    if _group(match, "huit"):
        said = read.value(match, "huit")
        if said not in (8, 15) or read.language != "fr":
            return None
        return Span.day(plus(base, said - 1))
    number = read.value(match, "n") if _group(match, "n") else 1
    if _group(match, "u") == "d":
        on_weekday = read.lexemes.letters[place] == "W"
        return Span.day(plus(base, {8: 7, 15: 14}.get(number, number) if on_weekday else number))
    return Span.day(plus(base, 7 * number))


def fortnight(match: re.Match[str], read: Reading) -> Span | None:
    """Sous quinzaine, sous huitaine: a unit that bears its number."""
    size = int(read.lexemes.values[match.start("u")])
    return Span.day(plus(read.today, size), of="duration") if size > 1 else None


def few(match: re.Match[str], read: Reading) -> Span | None:
    """A few days: nobody can know how many."""
    after = read.lexemes.letter(match.end())
    before = read.before(match.start(), "olX~")
    if after in "gu" or before in "ps" or (before == "<" and read.language == "de"):
        return Span.none()
    return Span.open(weak=True)


def duration(match: re.Match[str], read: Reading) -> Span | None:
    """In two weeks, within 10 days, another week, noch 14 Tage, give us 10 days."""
    if not _group(match, "n") and not _group(match, "more"):
        return None
    if not _group(match, "n") and read.lexemes.word(match.start("more")) not in _ANOTHER:
        return None
    before = read.before(match.start(), "olX~-tTf")
    if read.lexemes.letter(match.start("n")) == "a" and read.lexemes.letter(match.start() - 1) in "N#$" and not _group(match, "more3"):
        return Span.none()
    after = _after(match, read)
    how = _how(match, read, before, after)
    if how == "ask":
        return Span.open()
    if how == "ago":
        first, last = _counted(match, read, read.today, -1)
        return Span(min(first, last), max(first, last))
    if how == "none":
        return Span.none()
    if how == "":
        return None
    first, last = _counted(match, read, read.anchor if how == "more" else read.today, 1)
    if last < read.today and not read.past:
        return Span.open()
    return Span(first, last, of="duration")


_ACROSS = frozenset("over across uber sur through throughout auf a".split())
_ANOTHER = frozenset("another otra otro additional extra further weitere".split()) | {"an extra", "a further", "an additional"}


def _after(match: re.Match[str], read: Reading) -> str:
    """What follows a number of days: g (ago), u (late), n (of an invoice), c (net), or nothing of it."""
    place = match.end()
    letters = read.lexemes.letters[place : place + 5]
    if found := re.match(r"[ol]{0,2}([gcu])", letters):
        word = read.lexemes.word(place + found.start(1))
        return "" if found[1] == "g" and word in ("back", "prior", "earlier") else found[1]
    direct = "|n" if read.language in ("fr", "es") else ""
    return "n" if re.match(rf"[ol>F]{{0,3}}[>Fo][olT]{{0,2}}n{direct}", letters) else ""


def _how(match: re.Match[str], read: Reading, before: str, after: str) -> str:
    """How a number of days is meant: "in", "more" (from the anchor), "ago", "ask", "none", or "" where it says nothing."""
    if after == "g" or before == "p" or (before == "<" and read.language == "de"):
        return "ago"
    if after in ("c", "n"):
        return "ask"
    if after == "u" or before in "sec":
        return "none"
    start, end = match.start(), match.end()
    if any(_group(match, name) for name in ("more", "more2", "more3")):
        return "more"
    if read.near("extend", start, end):
        return "more" if before not in "iI" else "in"
    if before in "iIY><":
        return "in"
    if read.lexemes.letter(start - 1) == "X" or (start > 1 and read.lexemes.letters[start - 2 : start] in ("Xo", "Xl")):
        return "in"
    if read.language == "en" and read.lexemes.letters[end : end + 2] == "FR":
        return "in"
    if read.lexemes.word(start - 1) in _ACROSS:
        return ""
    alone = len(read.lexemes.letters) <= end - start + 3 and "n" not in read.lexemes.letters
    return "in" if _group(match, "n") and (alone or read.near("give", start, end, 45)) else ""


def _counted(match: re.Match[str], read: Reading, base: date, sign: int) -> tuple[date, date]:
    """First and last day of a count, or of two counts (two or three weeks)."""
    unit, size = match["u"], int(read.lexemes.values[match.start("u")] or 1)
    number = read.value(match, "n") if _group(match, "n") else 1
    first = _ahead(base, sign * number * size, unit)
    last = first
    if _group(match, "n2"):
        last = _ahead(base, sign * read.value(match, "n2") * size, unit)
    elif _group(match, "n3"):
        last = _ahead(base, sign * read.value(match, "n3") * size, _group(match, "u3") or unit)
    return min(first, last), max(first, last)


def _ahead(base: date, number: int, unit: str) -> date:
    number = max(min(number, _LONGEST), -_LONGEST)
    if unit == "b":
        return workdays(base, number)
    if unit == "m":
        return months(base, number)
    return plus(base, number * (7 if unit == "w" else 1))


__all__ = ["month_day", "month_end"]
