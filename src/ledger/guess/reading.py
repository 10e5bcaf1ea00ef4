"""A guess at one file: its layout, how it writes days and amounts, and which column is which."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.compute as pc

from ...errors import PaybenchError
from ..formats import Amounts
from ..readers.formulas import columns_of
from ..readers.sheet import Sheet
from ..readers.sources import zone_named
from ..readers.written import parse_days
from .columns import NEEDED, SURE, Candidate, Found, candidates, candidates_for, recognise, share_in_order
from .derived import Known, with_sides, without_words
from .kinds import side_column
from .layout import Layout
from .maps import SAID, parse_maps, target_of
from .opening import opened, without_names
from .order import settle_order
from .profiles import AMOUNTS, DATES, Profile, profiles, with_days
from .questions import open_questions
from .styles import ENOUGH, Days, Marks, amounts_of, units_of
from .words import CODES, fields, name_fit

_CODE = re.compile(rf"\b({CODES})\b")
_NAMED = 0.95
_SYMBOLS = {"€": "EUR", "£": "GBP"}


@dataclass(frozen=True)
class Guess:
    """What a file is taken for.

    Attributes
    ----------
    path, layout, sheet : the file. columns : what each of its columns holds. found : our columns -> theirs.
    amounts : how numbers are written, and ``amounts_why``. notes : what is uncertain, in sentences.
    assumed : whether day and month could be swapped, and nothing in the file tells.
    ignored : columns that are nothing, as the user says.
    unclear : what else has to be said before an import, in sentences.
    pages : how often the column names come again.
    """

    path: Path
    layout: Layout
    sheet: Sheet
    columns: tuple[Profile, ...]
    found: dict[str, Found]
    amounts: Amounts
    amounts_why: str
    notes: tuple[str, ...]
    assumed: bool
    ignored: frozenset[str] = frozenset()
    unclear: tuple[str, ...] = ()
    pages: int = 0

    def known(self, ours: str) -> bool:
        """Whether a column of ours was found with enough confidence."""
        return ours in self.found and self.found[ours].confidence >= SURE

    def column(self, ours: str) -> str | None:
        """The column of the file for one of ours, if it was found at all."""
        return self.found[ours].column if ours in self.found else None

    @property
    def sided(self) -> bool:
        """Whether the amount is the difference of a debit and a credit."""
        return len(columns_of(self.column("amount") or "")) == 2

    def missing(self) -> list[str]:
        """What an invoice needs and was not found with enough confidence."""
        return [n for n in NEEDED if not self.known(n) and not (n == "due_on" and self.known("terms"))]

    def unused(self) -> list[str]:
        """Columns of the file that are not taken for any of ours."""
        used = {name for f in self.found.values() if not f.constant for name in columns_of(f.column)}
        return [name for name in self.sheet.columns if name and name not in used and columns_of(name) == [name]]

    def _but(self, ours: str) -> str:
        """Which column bears the name and not the content."""
        twice = [name for name in self.sheet.twice if name_fit(ours, name).score >= SURE]
        if twice:
            return f" (several columns are called {min(twice)}; give each a name of its own)"
        named = [c.name for c in self._asked() if name_fit(ours, c.name).score >= 0.7]
        content = "days" if ours in DATES else "numbers" if ours in AMOUNTS else "values"
        return (
            f" ({named[0]} is called so, but most of its {content} are not written in one known way)" if named else ""
        )

    def _asked(self) -> list[Profile]:
        return [column for column in self.columns if column.name not in self.ignored]

    def question(self) -> str | None:
        """One sentence for the first thing that has to be said before an import; None if nothing has to be."""
        for ours in self.missing():
            f = self.found.get(ours)
            if f and f.reason.startswith(SAID):
                return f"{self.path.name}: {f.column} holds no days for {target_of(ours)}; give a column that does."
            able = candidates_for(ours, self._asked(), self.amounts, self.found)
            target, instead = target_of(ours), " (or =terms)" if ours == "due_on" else ""
            if ours == "currency":
                return f"{self.path.name} does not say its currency; give it, for example --map 'EUR=currency'" + (
                    f", or its column ({', '.join(able[:3])})." if able else "."
                )
            could = f"it could be {', '.join(able[:4])}" if able else f"no column holds what it needs{self._but(ours)}"
            example = able[0] if able else "their column"
            return (
                f"{self.path.name}: {ours} cannot be told with enough confidence, {could}; "
                f"say which, for example --map '{example}={target}'{instead}."
            )
        if self.assumed:
            days = next(f.days for f in self.found.values() if f.days and f.days.other)
            return (
                f"{self.path.name}: every day is 12 or less and nothing tells day from month; say which, --map "
                f"'{days.pattern}=dates' or --map '{days.other}=dates'."
            )
        return f"{self.path.name}: {self.unclear[0]}" if self.unclear else None


def guess_file(path: str | Path, maps: Sequence[str] = (), time_zone: str = "UTC") -> Guess:
    """Look at one file.

    Parameters
    ----------
    path : a CSV file of any layout, a workbook or a Parquet file. maps : what the user says, ``theirs=ours``.
    time_zone : the ledger's; instants become its days.

    Raises
    ------
    PaybenchError
        If the file cannot be read, has no line of column names, or ``maps`` name what is not there.
    """
    path = Path(path)
    layout, sheet = opened(path, zone_named(time_zone))
    sheet, pages = without_names(sheet)
    said = parse_maps(maps, [name for name in sheet.columns if name])
    columns = tuple(profiles(sheet))
    marks = [c.marks for c in columns if c.marks and not c.is_dated]
    named = candidates(columns, amounts_of(marks, False)[0])
    languages = _languages(named)
    comma_otherwise = bool(languages) and languages[0] != "en"
    style, why = amounts_of(marks, comma_otherwise, said.decimal)
    mapped = {ours: Found(column, 1.0, SAID) for ours, column in said.columns.items()}
    if said.currency:
        mapped["currency"] = Found(said.currency, 1.0, SAID, constant=True)
    dated = {f.column for ours, f in mapped.items() if ours in DATES}
    columns = tuple(with_days(column) if column.name in dated else column for column in columns)
    found = recognise(sheet, columns, style, mapped, said.unused)
    money = _money(columns, found)
    if any(m.comma or m.point or m.unclear for m in money):
        # How a rate or a share is written says nothing of the amounts.
        style, why = amounts_of(money, comma_otherwise, said.decimal)
        found = recognise(sheet, columns, style, mapped, said.unused)
    known, unsure = with_sides(Known(sheet, columns, found), style)
    sheet, columns, found = known.sheet, known.columns, known.found
    if said.dates:
        found = _with_pattern(found, columns, said.dates)
    comma = sum(m.comma for m in money) > sum(m.point for m in money)
    found, notes, assumed = settle_order(sheet, found, style, languages, comma)
    found, more = _checked(sheet, found)
    known, free = without_words(Known(sheet, columns, found), style)
    sheet, columns, found = known.sheet, known.columns, known.found
    more += [*unsure, *free, *_not_read(columns, found, said.unused)]
    taken = {name for f in found.values() for name in columns_of(f.column)} | said.unused
    side, perhaps = side_column([column for column in columns if column.name not in taken])
    if "side" in found and "kind" not in found:
        found["kind"] = found.pop("side")
    elif side is not None and "side" not in found:
        found["side" if "kind" in found else "kind"] = Found(side.name, 0.9, "its words say debit or credit")
    if "currency" not in found and (unit := _unit(columns, found)):
        found["currency"] = unit
    ordered = {
        ours: found[ours]
        for ours in (*NEEDED, *sorted(set(found) - set(NEEDED), key=list(found).index))
        if ours in found
    }
    unclear = tuple(open_questions(sheet, columns, found, why, perhaps, said.unused))
    return Guess(
        path, layout, sheet, columns, ordered, style, why, (*notes, *more), assumed, said.unused, unclear, pages
    )


def _money(columns: Sequence[Profile], found: Mapping[str, Found]) -> list[Marks]:
    """What the columns of money show: those that were found, and others that are called so."""
    used = {f.column for ours, f in found.items() if ours in AMOUNTS}
    named = [c for c in columns if c.marks and not c.is_dated and any(name_fit(ours, c.name).score for ours in AMOUNTS)]
    return [c.marks for c in columns if c.marks and not c.is_dated and (c.name in used or c in named)]


def _languages(named: Sequence[Candidate]) -> list[str]:
    """The languages of the column names, the most frequent first."""
    best: dict[str, Candidate] = {}
    for candidate in named:
        best.setdefault(candidate.column.name, candidate)
    count = Counter(c.language for c in best.values())
    return [language for language, _ in sorted(count.items(), key=lambda item: (-item[1], item[0] == "en", item[0]))]


def _with_pattern(found: dict[str, Found], columns: Sequence[Profile], pattern: str) -> dict[str, Found]:
    """The days in the pattern that the user gives, where it reads them."""
    by_name = {column.name: column for column in columns}
    out = dict(found)
    for ours, f in found.items():
        if ours in DATES and f.column in by_name:
            values = by_name[f.column].values
            for able in (pattern, re.sub("%([md])", r"%-\1", pattern)):
                share = values.share(parse_days(values.text, able)[1])
                if share >= ENOUGH or (share and f.reason == SAID):
                    out[ours] = replace(f, days=Days(able, share))
                    break
    if not any(f.days and f.days.pattern in (pattern, re.sub("%([md])", r"%-\1", pattern)) for f in out.values()):
        raise PaybenchError(f"No column of days is written as --map '{pattern}=dates' says; give the pattern of one.")
    return out


def _checked(sheet: Sheet, found: dict[str, Found]) -> tuple[dict[str, Found], list[str]]:
    """What was found, less sure of it where the content speaks against it; and what to say."""
    notes = [
        f"{count} row{'s are' if count > 1 else ' is'} set aside: {reason}"
        for reason, count in Counter(filter(None, sheet.broken)).items()
    ]
    for ours, f in found.items():
        if ours in DATES and f.days is None:
            found = {
                **found,
                ours: replace(f, confidence=0.0, reason=f"{f.reason}, but it holds no days of one pattern"),
            }
        elif f.days and f.days.share < 1:
            notes.append(f"{1 - f.days.share:.1%} of {f.column} are no days like the others; their rows are set aside")
    issued, due = found.get("issued_on"), found.get("due_on")
    if issued and due and issued.days and due.days:
        share = share_in_order(sheet, issued.column, issued.days.pattern, due.column, due.days.pattern)
        if share < 0.5 and SAID not in (issued.reason, due.reason):
            why = f"{due.column} is mostly before {issued.column}"
            notes.append(f"{why}; perhaps they are the other way round")
            found = {
                **found,
                "issued_on": replace(issued, confidence=0.4, reason=f"{issued.reason}, but {why}"),
                "due_on": replace(due, confidence=0.4, reason=f"{due.reason}, but {why}"),
            }
    return found, notes


def _not_read(columns: Sequence[Profile], found: dict[str, Found], unused: frozenset[str]) -> list[str]:
    """What to say of columns that bear the name of one of ours and do not hold it."""
    taken = {name for f in found.values() for name in columns_of(f.column)} | unused
    named = [
        (c.name, ours)
        for c in columns
        for ours in fields()
        if c.name not in taken
        and c.values.filled
        and ours not in (*NEEDED, "debit", "credit")
        and name_fit(ours, c.name).score >= _NAMED
    ]
    return [
        f"{name} is called like {target_of(ours)}, but most of it cannot be read as that; it is left out, unless you "
        f"say --map '{name}={target_of(ours)}'"
        for name, ours in dict(named).items()
        if ours not in found
    ]


def code_in(name: str) -> str | None:
    """The currency that the name of a column of amounts says: "Betrag (EUR)"."""
    codes = set(_CODE.findall(name)) | {code for symbol, code in _SYMBOLS.items() if symbol in name}
    return codes.pop() if len(codes) == 1 else None


def _unit(columns: Sequence[Profile], found: dict[str, Found]) -> Found | None:
    """The currency that a column of amounts bears in its name or beside its numbers: "Betrag (EUR)", "1,50 €"."""
    amounts = [
        name
        for ours in ("amount", "paid_amount", "open_amount")
        if ours in found
        for name in columns_of(found[ours].column)
    ]
    for name in amounts:
        values = next((c.values for c in columns if c.name == name), None)
        code = code_in(name)
        if code is None and values and len(units := units_of(values)) == 1:
            # Beside one number it is said of that number alone.
            beside = values.share(pc.match_substring(values.text, unit := min(units)).to_numpy(zero_copy_only=False))
            code = _SYMBOLS.get(unit, unit) if beside == 1 else None
        if code is not None and _CODE.fullmatch(code):
            return Found(code, 0.9, f"{name} says so", constant=True)
    return None
