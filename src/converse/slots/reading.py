"""What the rules of the grammar are given: the lexemes of a message, the day, and how it is to be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from .calendar_days import Span, exists, month_day
from .lexemes import Lexemes

_CLAUSE = re.compile(r"[.!?;:\n,()]\s|\n")


@dataclass(frozen=True)
class Reading:
    """One message on one day.

    Attributes
    ----------
    order : of day and month in numbers: "dmy", "mdy", or "" where nobody can tell.
    anchor : what "two more weeks" counts from.
    """

    lexemes: Lexemes
    today: date
    past: bool
    anchor: date
    language: str
    order: str

    def before(self, place: int, skip: str = "ol") -> str:
        """The letter before a lexeme, some kinds skipped."""
        place -= 1
        while self.lexemes.letter(place) in skip and place >= 0:
            place -= 1
        return self.lexemes.letter(place)

    def value(self, match: re.Match[str], name: str) -> int:
        """The number that a group of a rule's match says."""
        value = self.lexemes.values[match.start(name)]
        return value if isinstance(value, int) else 0

    def near(self, kind: str, start: int, end: int, letters: int = 60) -> bool:
        """Whether words of a kind stand in the clause, so many letters before lexeme ``start`` or after ``end``."""
        text = self.lexemes.folded.text
        begin, stop = self.lexemes.starts[start], self.lexemes.ends[end - 1]
        left = text[max(0, begin - letters) : begin]
        left = _CLAUSE.split(left)[-1]
        right = _CLAUSE.split(text[stop : stop + letters])[0] if letters else ""
        search = self.lexemes.lexicon.searched[kind].search
        return bool(search(left) or search(right))

    def on(self, month: int, day: int, year: int | None) -> Span | None:
        """A day of a month; asks back where the calendar has none."""
        if not (1 <= month <= 12 and 1 <= day <= 31):
            return None
        if year is not None:
            return Span.day(date(year, month, day), written=True) if exists(year, month, day) else Span.open()
        found = month_day(month, day, self.today, self.past)
        if found is None:
            return Span.open()

        def again(seen: date) -> Span | None:
            other = month_day(month, day, seen, self.past)
            return Span.day(other, of="date") if other else None

        return Span.day(found, of="date").seen_from(again)
