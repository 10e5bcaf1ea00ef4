"""Phrases put together: before and after, from and to, this or that; and what is no day of payment left out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from .calendar_days import FRIDAY, Span, monday, plus
from .found import DateSlot
from .reading import Reading


@dataclass(frozen=True)
class Atom:
    """Lexemes ``start`` to ``end`` and the days they name."""

    start: int
    end: int
    span: Span


def together(atoms: list[Atom], read: Reading) -> tuple[DateSlot, ...]:
    """The slots of a message from its atoms."""
    atoms = [replace(atom, span=_within_tense(atom.span, read)) for atom in atoms]
    atoms = _weeks_of(atoms, read)
    joined = _joined(atoms, read)
    modified = [_modified(atom, read) for atom in joined]
    kept = [atom for atom in modified if not _elsewhere(atom, read)]
    kept = [atom for atom in kept if atom.span.ask or atom.span.first is not None]
    return tuple(_slot(atom, read) for atom in _strong(kept, read))


def _within_tense(span: Span, read: Reading) -> Span:
    """Nothing before today in the future tense, in the past nothing of today's period after it; but what is written."""
    if span.first is None or span.last is None or span.written or span.ask:
        return span
    if read.past:
        return replace(span, last=read.today) if span.first <= read.today < span.last else span
    if span.last < read.today:
        return Span.none()
    return replace(span, first=max(span.first, read.today))


def _weeks_of(atoms: list[Atom], read: Reading) -> list[Atom]:
    """The week of 12 May: Monday to Friday of the week that has it; week ending: the day itself."""
    out = []
    for atom in atoms:
        place = atom.start - 1
        while place >= 0 and read.lexemes.letter(place) in "ol,-":
            place -= 1
        letter, first = read.lexemes.letter(place), atom.span.first
        spoken = letter == "h" or (letter == "w" and place < atom.start - 1 and read.before(place) not in "aN+")
        if first is not None and first == atom.span.last and spoken:
            if atom.span.again and not read.past and (seen := atom.span.again(monday(read.today))) and seen.first:
                first = seen.first
            start = monday(first)
            week = Span(start, plus(start, FRIDAY), written=atom.span.written, of="week")
            part = read.before(place)
            if part == "E":
                week = Span(plus(start, FRIDAY), plus(start, FRIDAY), written=atom.span.written, whole=True, of="week")
            atom = Atom(place, atom.end, _within_tense(week, read))
        out.append(atom)
    return out


def _joined(atoms: list[Atom], read: Reading) -> list[Atom]:
    """Two atoms that make one range, or of which one says the other more exactly."""
    out: list[Atom] = []
    for atom in atoms:
        if out and (one := _pair(out[-1], atom, read)) is not None:
            out[-1] = one
        else:
            out.append(atom)
    return out


_RANGED = re.compile(r"[,t]?[olt]?([-|Y&])[olYFt~,>-]{0,3}")
_COUNTED_FROM = re.compile(r"[ol]{0,2}[>F][ol]{0,3}")
_BESIDE = re.compile(r"[olYt,-]{0,3}")


def _pair(a: Atom, b: Atom, read: Reading) -> Atom | None:
    letters = read.lexemes.letters[a.end : b.start]
    if len(letters) > 6 or a.span.first is None or b.span.last is None:
        return None
    span = None
    if a.span.of == "duration" and a.span.again and _COUNTED_FROM.fullmatch(letters):
        span = a.span.again(b.span.last)
    elif a.span.ask or b.span.ask:
        return None
    elif ranged := _RANGED.fullmatch(letters):
        between = "{" in (read.before(a.start), read.before(a.start, "olt,"))
        span = _range(a.span, b.span, read.past) if ranged[1] != "&" or between else None
    if span is None and _BESIDE.fullmatch(letters):
        span = _narrower(a.span, b.span)
    return Atom(a.start, b.end, span) if span is not None else None


def _range(x: Span, y: Span, past: bool) -> Span | None:
    """From the one to the other, the second of which is looked for from the first (in the past the other way round)."""
    if x.of == "today" and y.of == "today":
        return x
    days = _days(x, y)
    if days is None:
        return None
    dated = "date" in (x.of, y.of)
    if y.again and not dated and not past and days[3] <= days[0]:
        y = y.again(days[0]) or y
    elif x.again and not dated and past and days[0] >= days[2]:
        x = x.again(days[3]) or x
    days = _days(x, y) or days
    return Span(min(days[0], days[2]), max(days[1], days[3]), written=x.written and y.written)


def _narrower(x: Span, y: Span) -> Span | None:
    """Of two that say the same the one that says it more exactly: "next week, on Tuesday", "end of day Friday"."""
    days = _days(x, y)
    if days is None:
        return None
    first, last, other_first, other_last = days
    if first <= other_first and other_last <= last and (x.of in ("today", "week", "month") or days[:2] == days[2:]):
        return y
    if other_first <= first and last <= other_last and y.of in ("week", "month") and not x.weak:
        return x
    if x.of == "today" and x.weak:
        return y
    return x if y.of == "today" and y.weak else None


def _days(x: Span, y: Span) -> tuple[date, date, date, date] | None:
    if x.first is None or x.last is None or y.first is None or y.last is None:
        return None
    return x.first, x.last, y.first, y.last


def _modified(atom: Atom, read: Reading) -> Atom:
    """The atom with the preposition before it."""
    span, place = atom.span, atom.start - 1
    start, how = atom.start, ""
    while place >= 0 and read.lexemes.letters[place] in "olYFi~<>-{It":
        letter = read.lexemes.letters[place]
        if letter == "<" or (letter in ">F" and not how):
            how = how or letter
        if letter in "YF~<>{" or (letter in "li" and start == place + 1):
            start = place
        place -= 1
    if span.first is None or span.last is None or not how or span.of == "duration":
        return Atom(start, atom.end, span)
    if how == "<" and read.lexemes.lexicon.searched["deny"].search(_clause(atom, read)[0]):
        how = "F"
    if how == "<" and not span.whole:
        day = plus(span.first, -3 if span.of == "week" and span.first != span.last else -1)
        day = day if read.past or span.written else max(day, read.today)
        return Atom(start, atom.end, replace(span, first=day, last=day))
    if how == ">":
        day = plus(span.last, 3 if span.of == "week" and span.last.weekday() == FRIDAY else 1)
        return Atom(start, atom.end, replace(span, first=day, last=day))
    return Atom(start, atom.end, span)


_STOPS = re.compile(r"[.!?;,:()\n]|\b(?:and|but|und|aber|et|mais|y|pero|sondern|sino)\b")


def _clause(atom: Atom, read: Reading) -> tuple[str, str]:
    """The words of an atom's clause on either side of it."""
    text = read.lexemes.folded.text
    begin, end = read.lexemes.starts[atom.start], read.lexemes.ends[atom.end - 1]
    return _STOPS.split(text[max(0, begin - 90) : begin])[-1], _STOPS.split(text[end : end + 60])[0]


_OPEN_END = re.compile(r"[\s('\"]*(?:(?:the|le|la|el|den|dem|der|l)[\s']+)?$")


def _elsewhere(atom: Atom, read: Reading) -> bool:
    """Whether it is the day of something else: of an invoice, a letter, a due date, or since when something lasts."""
    letters = read.lexemes.letters
    place = atom.start - 1
    while place >= 0 and letters[place] in "olt":
        place -= 1
    before = read.lexemes.letter(place)
    if before == "u" and _instalment(read, place):
        return False
    if before in "su" or read.lexemes.letter(atom.start) == "s":
        word = read.lexemes.word(place)
        moved = before == "u" and _moved_to(atom, read, place)
        return not (word in ("late", "old", "alt", "retard") or moved)
    if before == "e" and not atom.span.ask:
        return False
    if _of_document(atom, read) or (read.language == "de" and read.lexemes.letter(atom.end) == "u"):
        return True
    if atom.span.of == "duration":
        return False
    left, right = _clause(atom, read)
    searched = read.lexemes.lexicon.searched
    heard = searched["heard"].search(left) or searched["heard"].search(right)
    return bool(heard and not searched["pay"].search(left) and not searched["pay"].search(right) and not atom.span.ask)


_MOVES = re.compile(r"\b(?:to|until|till|auf|bis|au|a|jusqu|al|hasta|new|neue[sr]?|nouvelle|nueva|nuevo)\b")


def _moved_to(atom: Atom, read: Reading, place: int) -> bool:
    """Whether a due date is moved to this day."""
    text = read.lexemes.folded.text
    around = text[max(0, read.lexemes.starts[place] - 12) : read.lexemes.ends[atom.start]]
    return bool(_MOVES.search(around)) and "due" not in read.lexemes.word(place).split(" ")[1:]


def _of_document(atom: Atom, read: Reading) -> bool:
    """Your invoice 4711 of 3 May, Ihre Mahnung vom Montag, la facture du 3 mai; yesterday's letter."""
    letters, place = read.lexemes.letters, atom.start - 1
    of = read.lexemes.lexicon.searched["of"]
    linked = letters[atom.start] in "olF" and bool(of.match(read.lexemes.word(atom.start)))
    while place >= 0 and letters[place] in "olF":
        linked |= bool(of.fullmatch(read.lexemes.word(place)))
        place -= 1
    if linked or _dated(read, place):
        others = 0
        for back in range(place, max(place - 7, -1), -1):
            if letters[back] == "n":
                return True
            others += letters[back] == "x"
            if letters[back] not in "xN#A,-OlZo|D" or others > 2:
                break
    article = (
        read.lexemes.word(atom.start - 1) in ("the", "your", "our", "my") or read.lexemes.word(atom.start) == "the"
    )
    if read.language == "en" and article and letters[atom.end : atom.end + 1] == "n":
        return True
    return read.language == "en" and letters[atom.end : atom.end + 2] == "on" and read.lexemes.word(atom.end) == "s"


_INSTALMENT = re.compile(
    r"(?:instal+ments?|payments?|raten?|echeances?|mensualites?|versements?|cuotas?|plazos?|pagos?)"
)


def _instalment(read: Reading, place: int) -> bool:
    """Whether what is due is a part of a plan, which is paid on that day."""
    return any(_INSTALMENT.fullmatch(read.lexemes.word(back)) for back in range(max(place - 3, 0), place))


def _dated(read: Reading, place: int) -> bool:
    return read.lexemes.word(place) in ("dated", "datiert", "datee", "fechada")


def _strong(atoms: list[Atom], read: Reading) -> list[Atom]:
    """Without weak words beside a day, and without what a clause denies where another day stands."""
    searched = read.lexemes.lexicon.searched["deny"]

    def refused(atom: Atom) -> bool:
        left, right = _clause(atom, read)
        denials = list(searched.finditer(left))
        near = bool(denials) and len(left[denials[-1].end() :].split()) <= 4
        after = read.language == "de" and (found := searched.search(right)) and len(right[: found.start()].split()) <= 2
        return bool(near or after or read.before(atom.start) == "z") and not _until(atom, read)

    def denied(atom: Atom) -> bool:
        if read.before(atom.start) == "z":
            return True
        left, right = _clause(atom, read)
        return bool(searched.search(left) or (read.language == "de" and searched.search(right))) and not _until(
            atom, read
        )

    plain = [atom for atom in atoms if not atom.span.weak]
    if plain:
        atoms = plain
    elif atoms:
        atoms = [atom for atom in atoms if atom.span.ask or not denied(atom)][:1]
    if len(atoms) > 1:
        said = [atom for atom in atoms if not denied(atom)]
        atoms = said or atoms
    return [atom for atom in atoms if len(atoms) > 1 or atom.span.ask or not refused(atom)]


def _until(atom: Atom, read: Reading) -> bool:
    """Not before the 20th, not until Friday, ne ... que le 30: such a denial names the day."""
    only = read.language == "fr" and "que" in (read.lexemes.word(atom.start - 1), read.lexemes.word(atom.start - 2))
    return only or any(read.lexemes.letter(place) in "Y<F" for place in (atom.start, atom.start - 1))


def _slot(atom: Atom, read: Reading) -> DateSlot:
    lexemes = read.lexemes
    quote, start, end = lexemes.folded.quote(lexemes.starts[atom.start], lexemes.ends[atom.end - 1])
    first, last = atom.span.first, atom.span.last
    if atom.span.ask:
        first = last = None
    return DateSlot(quote, start, end, first, last, atom.span.ask)
