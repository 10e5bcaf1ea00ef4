"""A guess at one file: its layout, how it writes days and amounts, and which column is which."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from ...errors import PaybenchError
from ..formats import Amounts, Format, Source
from ..readers.formulas import parse_days
from ..readers.sheet import Sheet
from ..readers.sources import file_inputs
from .columns import NEEDED, SURE, Candidate, Found, candidates, candidates_for, recognise, share_in_order
from .layout import Layout, sniff_layout
from .maps import parse_maps, target_of
from .order import settle_order
from .profiles import AMOUNTS, DATES, Profile, profiles
from .styles import ENOUGH, Days, amounts_of, units_of
from .words import name_fit

_NO_TEXT = (".xlsx", ".xlsm", ".xls", ".parquet")
_PACKED = (".gz", ".bz2", ".xz", ".zip")
_ROWS_ABOVE = 12
_CODE = re.compile(r"\b(EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|CAD|AUD|NZD|JPY|BRL|MXN|ZAR|INR|CNY|SGD|HKD)\b")
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

    def known(self, ours: str) -> bool:
        """Whether a column of ours was found with enough confidence."""
        return ours in self.found and self.found[ours].confidence >= SURE

    def column(self, ours: str) -> str | None:
        """The column of the file for one of ours, if it was found at all."""
        return self.found[ours].column if ours in self.found else None

    def missing(self) -> list[str]:
        """What an invoice needs and was not found with enough confidence."""
        return [n for n in NEEDED if not self.known(n) and not (n == "due_on" and self.known("terms"))]

    def unused(self) -> list[str]:
        """Columns of the file that are not taken for any of ours."""
        used = {f.column for f in self.found.values() if not f.constant}
        return [name for name in self.sheet.columns if name and name not in used]

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
        return None


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
    layout, sheet = _read(path, ZoneInfo(time_zone))
    said = parse_maps(maps, [name for name in sheet.columns if name])
    columns = tuple(profiles(sheet))
    marks = [c.marks for c in columns if c.marks and not c.is_dated]
    named = candidates(columns, amounts_of(marks, False)[0])
    languages = _languages(named)
    style, why = amounts_of(marks, bool(languages) and languages[0] != "en")
    mapped = {ours: Found(column, 1.0, "as you say") for ours, column in said.columns.items()}
    if said.currency:
        mapped["currency"] = Found(said.currency, 1.0, "as you say", constant=True)
    found = recognise(sheet, columns, style, mapped, said.unused)
    if said.dates:
        found = _with_pattern(found, columns, said.dates)
    comma = sum(m.comma for m in marks) > sum(m.point for m in marks)
    found, notes, assumed = settle_order(sheet, found, style, languages, comma)
    found, more = _checked(sheet, found)
    if "currency" not in found and (unit := _unit(columns, found)):
        found["currency"] = unit
    ordered = {
        ours: found[ours]
        for ours in (*NEEDED, *sorted(set(found) - set(NEEDED), key=list(found).index))
        if ours in found
    }
    return Guess(path, layout, sheet, columns, ordered, style, why, (*notes, *more), assumed, said.unused)


def _read(path: Path, zone: ZoneInfo) -> tuple[Layout, Sheet]:
    if path.is_dir():
        raise PaybenchError(f"{path} is a folder, and a guess looks at one file; give the path of one.")
    if path.suffix.lower() in _PACKED:
        raise PaybenchError(f"{path} is packed, and a guess looks at a plain file; unpack it first.")
    if path.suffix.lower() not in _NO_TEXT:
        layout = sniff_layout(path)
        return layout, _sheet(path, layout, zone)
    kind = "Parquet" if path.suffix.lower() == ".parquet" else "workbook"
    best: tuple[int, Layout, Sheet] | None = None
    for skip in range(_ROWS_ABOVE if kind == "workbook" else 1):
        layout = Layout(skip=skip, said=kind if not skip else f"{kind}, {skip} rows above the column names")
        try:
            sheet = _sheet(path, layout, zone)
        except PaybenchError:
            if not skip and kind == "Parquet":
                raise
            continue
        named = sum(1 for name in sheet.columns if name and not re.fullmatch(r"[\d.,:/ -]+", name))
        if best is None or named > best[0]:
            best = named, layout, sheet
        if named > 3:
            break
    if best is None:
        return Layout(), _sheet(path, Layout(), zone)
    return best[1], best[2]


def _sheet(path: Path, layout: Layout, zone: ZoneInfo) -> Sheet:
    source = Source("*", ())
    any_file = Format(
        "guess", "", "", False, (source,), encoding=layout.encoding, delimiter=layout.delimiter, skip=layout.skip
    )
    return file_inputs([path], any_file, zone)[0].read()


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
                if share >= ENOUGH:
                    out[ours] = replace(f, days=Days(able, share))
                    break
    return out


def _checked(sheet: Sheet, found: dict[str, Found]) -> tuple[dict[str, Found], list[str]]:
    """What was found, less sure of it where the content speaks against it; and what to say."""
    notes = [f"{count} rows are set aside: {reason}" for reason, count in Counter(filter(None, sheet.broken)).items()]
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
        if share < 0.5 and "as you say" not in (issued.reason, due.reason):
            why = f"{due.column} is mostly before {issued.column}"
            notes.append(f"{why}; perhaps they are the other way round")
            found = {
                **found,
                "issued_on": replace(issued, confidence=0.4, reason=f"{issued.reason}, but {why}"),
                "due_on": replace(due, confidence=0.4, reason=f"{due.reason}, but {why}"),
            }
    return found, notes


def _unit(columns: Sequence[Profile], found: dict[str, Found]) -> Found | None:
    """The currency that a column of amounts bears in its name or beside its numbers: "Betrag (EUR)", "1,50 €"."""
    amounts = [found[ours].column for ours in ("amount", "paid_amount", "open_amount") if ours in found]
    for name in amounts:
        codes = set(_CODE.findall(name)) | {code for symbol, code in _SYMBOLS.items() if symbol in name}
        values = next((c.values for c in columns if c.name == name), None)
        codes = codes or {_SYMBOLS.get(unit, unit) for unit in (units_of(values) if values else ())}
        if len(codes) == 1 and _CODE.fullmatch(min(codes)):
            code = codes.pop()
            return Found(code, 0.9, f"{name} says so", constant=True)
    return None
