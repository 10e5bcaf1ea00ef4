"""Days and ranges of days in a message, by an own small grammar of four languages.

What each phrase means is in docs/conversation.md. The words of a language are data (``en.yaml``, ``de.yaml``,
``fr.yaml``, ``es.yaml``), the grammar (``date_rules.py``) is one.
"""

from __future__ import annotations

from datetime import date, datetime

from ...errors import PaybenchError
from ..text import LANGUAGES
from .date_rules import RULES
from .date_together import Atom, together
from .folded import folded
from .found import DateSlot
from .lexemes import lexemes
from .reading import Reading

TENSES = ("future", "past")
_MONTH_FIRST = frozenset({"US", "USA", "UNITED STATES", "UM", "PR", "GU", "VI", "AS", "MP"})


def find_dates(
    text: str,
    today: date,
    language: str = "en",
    country: str = "",
    tense: str = "future",
    anchor: date | None = None,
) -> tuple[DateSlot, ...]:
    """The days of payment that a text names, in its order.

    Words that look like a day and are none (an invoice's date, "24/7", "since March") give nothing. In the future
    tense no day lies before today but one that is written with its year.

    Parameters
    ----------
    today : the day of the message.
    language : en, de, fr, es.
    country : ISO 3166 code of the writer; in the US the month comes first, elsewhere the day; where it is not known, an
        English 03/04 is ambiguous.
    tense : "future" for promises and wishes, "past" where the writer says that it has paid.
    anchor : the day that "two more weeks" counts from; else today.

    Raises
    ------
    PaybenchError
        If language or tense are none of these.

    >>> [slot.quote for slot in find_dates("We can pay 500 by Friday.", date(2025, 5, 14))]
    ['by Friday']
    """
    read = reading_of(text, today, language, country, tense, anchor)
    return together(atoms_of(read), read)


def reading_of(text: str, today: date, language: str, country: str, tense: str, anchor: date | None) -> Reading:
    """How a text is to be read; arguments as of :func:`find_dates`."""
    if language not in LANGUAGES:
        raise PaybenchError(f"A language of {language!r} was given; messages are read in {', '.join(LANGUAGES)}.")
    if tense not in TENSES:
        raise PaybenchError(f"A tense of {tense!r} was given; days are read in the future or the past tense.")
    today = today.date() if isinstance(today, datetime) else today
    anchor = anchor.date() if isinstance(anchor, datetime) else anchor
    known = country.strip().upper()
    order = "mdy" if known in _MONTH_FIRST else ("" if language == "en" and not known else "dmy")
    return Reading(lexemes(folded(text), language), today, tense == "past", anchor or today, language, order)


def atoms_of(read: Reading) -> list[Atom]:
    """The smallest phrases that name days, from left to right, none within another."""
    letters, out, place = read.lexemes.letters, [], 0
    while place < len(letters):
        for pattern, meaning in RULES.get(letters[place], ()):
            found = pattern.match(letters, place)
            if found is not None and (span := meaning(found, read)) is not None:
                out.append(Atom(place, found.end(), span))
                place = found.end()
                break
        else:
            place += 1
    return out
