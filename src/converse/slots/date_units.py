"""What the words of a rule mean where a week, month, quarter or year is named."""

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
    month_end,
    months,
    part_of_month,
    part_of_week,
    plus,
    weekday,
    workdays,
)
from .calendar_days import (
    quarter as quarter_days,
)
from .date_meanings import which_month
from .reading import Reading

_STEPS = {"X": 1, "T": 0, "Z": -1, "V": 2, "": 0}


def said_in(match: re.Match[str], name: str) -> str:
    """The letters of a group; empty where the rule has none of the name."""
    return match.groupdict().get(name) or ""


def _step(match: re.Match[str]) -> int:
    """Of which week, month or quarter a rule speaks, seen from this one."""
    return _STEPS[said_in(match, "X") or said_in(match, "X2")]


def _part(match: re.Match[str], read: Reading) -> str:
    return str(read.lexemes.values[match.start("p")]) if said_in(match, "p") else ""


def _named(match: re.Match[str]) -> bool:
    """Whether this, next or last is said."""
    return bool(said_in(match, "X") or said_in(match, "X2"))


def week(match: re.Match[str], read: Reading) -> Span | None:
    """A week: this week, end of next week, Anfang nächster Woche."""
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
    half = said_in(match, "u") == "H"
    if not last and not 1 <= number <= (2 if half else 4):
        return None
    part = ("half 2" if half else "week last") if last else f"{'half' if half else 'week'} {number}"
    if said_in(match, "at"):
        return which_month(read.value(match, "at"), None, part, read)
    return _month(match, read, part)


def month(match: re.Match[str], read: Reading) -> Span | None:
    """A month: this month, end of March, Anfang nächsten Monats, mid-month."""
    return _month(match, read, _part(match, read))


def _month(match: re.Match[str], read: Reading, part: str) -> Span:
    if said_in(match, "M"):
        year = read.value(match, "A") if said_in(match, "A") else None
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
    if said_in(match, "M"):
        year = read.value(match, "A") if said_in(match, "A") else None
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
    if not (said_in(match, "Q") or said_in(match, "O")):
        return _quarter_at(_step(match), part, read)
    number = read.value(match, "Q" if said_in(match, "Q") else "O")
    if not 1 <= number <= 4:
        return None
    given = read.value(match, "A") if said_in(match, "A") else None
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
    if said_in(match, "A"):
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
    given = read.value(match, "A") if said_in(match, "A") else None
    start = iso_week(read.value(match, "N"), read.today, read.past, given)
    if start is None or place < 0:
        return Span.open()
    part = _part(match, read)
    first, last = part_of_week(start, part)
    if said_in(match, "N2") and (second := iso_week(read.value(match, "N2"), start, False, given)):
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
    if read.language == "en" or read.lexemes.word(match.start("T")) not in (
        "courant",
        "corriente",
        "cte",
        "ds",
        "lfd",
        "d",
        "dieses",
    ):
        return None
    day = read.value(match, "d")
    if not exists(read.today.year, read.today.month, day):
        return None
    return Span.day(read.today.replace(day=day))


def weekday_of_month(match: re.Match[str], read: Reading) -> Span | None:
    """The last Friday of the month, the first Monday in June."""
    last = read.lexemes.letters[match.start("O")] == "Z"
    number, wanted = 0 if last else read.value(match, "O"), read.value(match, "W")
    if not last and not 1 <= number <= 4:
        return None
    for step in range(14):
        if said_in(match, "M"):
            year = read.value(match, "A") if said_in(match, "A") else read.today.year + (-step if read.past else step)
            base = date(year, read.value(match, "M"), 1)
        else:
            base = months(read.today.replace(day=1), _step(match) + (-step if read.past else step))
        end = month_end(base.year, base.month)
        found = (
            weekday(wanted, plus(end, 1), past=True)
            if last
            else plus(weekday(wanted, plus(base, -1)), 7 * (number - 1))
        )
        if said_in(match, "A") or (found <= read.today if read.past else found >= read.today):
            return Span.day(found, written=bool(said_in(match, "A")))
    return None
