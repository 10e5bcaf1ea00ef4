"""Reading tables and views of a database that SQLAlchemy can reach."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ...errors import PaybenchError
from ..formats import Cell, Format, Source
from .cells import Record, sheet_of_records
from .formulas import columns_of
from .sheet import Sheet
from .sources import Input

_BLOCK = 10_000

_EVENTS = ("recorded_on", "closed_on")
"""Besides a table's own date: the days on which a row of it changes."""

_ADDRESS = re.compile(r"[A-Za-z][\w.+-]+:/")

_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")


def is_url(text: object) -> bool:
    """Whether it is the address of a database and no file, be it written as it should or not."""
    return isinstance(text, str) and _ADDRESS.match(text) is not None


def sql_inputs(address: str, format: Format, zone: ZoneInfo, since: date | None) -> list[Input]:
    """The tables and views of a database that the format knows.

    Parameters
    ----------
    address : URL as SQLAlchemy writes it; without a driver PostgreSQL is reached by pg8000, and without a password by
        that of the environment variable PGPASSWORD. The password is repeated nowhere.
    zone : the ledger's; instants become its calendar days.
    since : only rows that were dated, recorded or closed on that day or later are read, and those of the same number.

    Raises
    ------
    PaybenchError
        If SQLAlchemy or the driver is not installed, the database cannot be reached, a needed table is missing, or
        dates are kept in a way that a database cannot compare (only with ``since``).
    """
    base = _Base.at(address)
    found: list[_Table] = base.asked(lambda: base.tables(format))
    missing = [s for s in format.files if s.needed and s not in [table.source for table in found]]
    if missing:
        wanted = ", ".join(source.table or source.name for source in missing)
        there = ", ".join(base.asked(base.names)) or "none"
        raise PaybenchError(
            f"{base.shown} has no table or view of the format '{format.name}' called {wanted}; it has {there}: name it "
            "by 'table:' in a format file of your own."
        )
    return [
        Input(table.source, table.label, lambda table=table: base.asked(lambda: base.read(table, format, zone, since)))  # type: ignore[misc]
        for table in found
    ]


@dataclass(frozen=True)
class _Table:
    source: Source
    label: str
    schema: str | None
    name: str
    types: dict[str, Any]


class _Base:
    """One database; ``shown`` is what it is called in messages."""

    def __init__(self, sqlalchemy: Any, url: Any) -> None:
        self.sa, self.url = sqlalchemy, url
        place = f"{url.host or ''}{'' if url.port is None else f':{url.port}'}"
        self.shown = f"{url.get_backend_name()}://{place}/{url.database or ''}"
        self.engine = self.asked(lambda: sqlalchemy.create_engine(url, poolclass=sqlalchemy.pool.NullPool))

    @classmethod
    def at(cls, address: str) -> _Base:
        try:
            import sqlalchemy
        except ImportError:
            raise PaybenchError(
                "Reading a database needs SQLAlchemy, which the base install leaves out: "
                "pip install 'paybench[workbench]'."
            ) from None
        try:
            url = sqlalchemy.make_url(address)
        except (sqlalchemy.exc.ArgumentError, ValueError):
            raise PaybenchError(
                "The address of the database cannot be understood; write it like "
                "postgresql://user:password@host:5432/database or sqlite:///book.db."
            ) from None
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+pg8000")
        if url.get_backend_name() == "postgresql" and url.password is None:
            url = url.set(password=os.environ.get("PGPASSWORD"))
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
            raise PaybenchError(f"There is no database file {url.database or ''}; give the path of one.")
        return cls(sqlalchemy, url)

    def asked(self, question: Any) -> Any:
        """The answer, or in one sentence why there is none."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", self.sa.exc.SAWarning)  # of types of columns that it does not know
                return question()
        except PaybenchError:
            raise
        except (ImportError, self.sa.exc.NoSuchModuleError):
            raise PaybenchError(
                f"No driver for {self.url.drivername} is installed; 'paybench[workbench]' brings those of PostgreSQL "
                "(postgresql+pg8000) and SQLite, and pip install brings others."
            ) from None
        except Exception as error:  # each driver has errors of its own, and none may show the password
            raise PaybenchError(
                f"{self.shown} cannot be read ({self._why(error)}); see that it runs, and that user, password and "
                "rights are those of the address."
            ) from None

    def _why(self, error: Exception) -> str:
        origin = getattr(error, "orig", None) or error
        said = origin.args[0] if origin.args else type(origin).__name__
        text = str(said.get("M", said) if isinstance(said, dict) else said).strip().partition("\n")[0].rstrip(".")
        secrets = [self.url.password, *(v for v in self.url.query.values() if isinstance(v, str))]
        for secret in filter(None, secrets):
            text = text.replace(str(secret), "***")
        return text or type(origin).__name__

    def names(self) -> list[str]:
        inspector = self.sa.inspect(self.engine)
        return sorted({*inspector.get_table_names(), *inspector.get_view_names()})

    def tables(self, format: Format) -> list[_Table]:
        """What of the database belongs to the format, in the order of the names."""
        found = [self._described(s, s.table, s.table) for s in format.files if s.table and not s.query]
        found += [_Table(s, s.name, None, "", {}) for s in format.files if s.query]
        for name in self.names():
            source = format.source_of(name)
            if source is not None and not source.table and not source.query:
                table = self._described(source, name, name)
                # A pattern that means any name means those tables that have the columns.
                if not set("*?[") & set(source.name) or _has_columns(table):
                    found.append(table)
        return found

    def _described(self, source: Source, label: str, name: str | None) -> _Table:
        schema, _, plain = (name or "").rpartition(".")
        columns = self.sa.inspect(self.engine).get_columns(plain, schema=schema or None)
        return _Table(source, label, schema or None, plain, {column["name"]: column["type"] for column in columns})

    def read(self, table: _Table, format: Format, zone: ZoneInfo, since: date | None) -> Sheet:
        sa, names = self.sa, list(table.types)
        if table.source.query:
            rows: Any = sa.text(f"({table.source.query.rstrip().rstrip(';')}) AS found")
            with self.engine.connect() as connection:
                empty = sa.select(sa.text("*")).select_from(rows).where(sa.false())
                names = list(connection.execute(empty).keys())
            table = replace(table, types=dict.fromkeys(names))
        else:
            rows = sa.table(table.name, *(sa.column(name) for name in names), schema=table.schema)
        wanted = {name.lower(): name for name in _mentioned(table.source)}
        header = [name if name in wanted.values() else wanted.get(name.lower(), name) for name in names]
        theirs = dict(zip(header, names, strict=True))
        select = sa.select(*(sa.column(name) for name in names)).select_from(rows)
        if since is not None:
            select = self._since(select, rows, table, format, theirs, since)
        key = [c for row in table.source.rows[:1] for k in row.spec.key for c in row.columns.get(k, Cell()).column]
        dated = [c for row in table.source.rows[:1] for c in _dates(row.columns, row.spec.dated)]
        order = [theirs[column] for column in (*dated, *key) if column in theirs]
        select = select.order_by(*(sa.column(name) for name in dict.fromkeys(order)))
        dates = [place for place, name in enumerate(names) if self._is_date(table.types[name])]
        with self.engine.connect() as connection:
            result = connection.execution_options(stream_results=True).execute(select)
            return sheet_of_records(table.label, header, _records(result, dates), zone)

    def _is_date(self, kind: Any) -> bool:
        return isinstance(kind, self.sa.Date | self.sa.DateTime)

    def _since(self, select: Any, rows: Any, table: _Table, format: Format, theirs: dict[str, str], since: date) -> Any:
        sa = self.sa
        met = []
        for made in table.source.rows:
            for ours in (made.spec.dated, *_EVENTS):
                cell = made.columns.get(ours or "", Cell())
                column = next((theirs[name] for name in cell.column if name in theirs), None)
                if column is not None:
                    met.append(sa.column(column) >= self._bound(table, column, cell.dates or format.dates, since))
        if not met:
            return select
        first = table.source.rows[0]
        keys = [theirs[name] for name in first.columns.get(first.spec.key[0], Cell()).column if name in theirs]
        recent = sa.or_(*met)
        if keys:
            # Whoever reads a number reads all rows of it: a correction in place replaces what was there.
            key = sa.column(keys[0])
            recent = sa.or_(recent, key.in_(sa.select(key).select_from(rows).where(sa.or_(*met))))
        return select.where(recent)

    def _bound(self, table: _Table, column: str, pattern: str, since: date) -> object:
        """The day as the column holds days."""
        kind = table.types[column]
        if self._is_date(kind):
            return since.isoformat() if self.engine.dialect.name == "sqlite" else since
        if kind is None and self.engine.dialect.name != "sqlite":
            return since
        if re.findall("%-?[a-zA-Z]", pattern) != ["%Y", "%m", "%d"]:
            raise PaybenchError(
                f"The column {column} of {table.label} holds days as text that does not sort ({pattern}), so --since "
                "cannot be asked of it; leave it out, or give a view with dates."
            )
        written = since.strftime(pattern)
        return int(float(written)) if isinstance(kind, self.sa.Integer | self.sa.Numeric) else written


def _dates(columns: Any, dated: str | None) -> tuple[str, ...]:
    return columns.get(dated, Cell()).column if dated else ()


def _mentioned(source: Source) -> list[str]:
    """Every column that a format speaks of."""
    names = [name for rows in source.rows for cell in rows.columns.values() for name in cell.column]
    names += [name for names in source.needs() for name in names]
    names = [column for name in names for column in columns_of(name)]
    return [*names, *(name for theirs in source.aliases.values() for name in theirs)]


def _has_columns(table: _Table) -> bool:
    there = {name.lower() for name in table.types}
    aliases = table.source.aliases
    needs = [[*names, *(a for n in names for a in aliases.get(n, ()))] for names in table.source.needs()]
    return all(any(all(c.lower() in there for c in columns_of(name)) for name in names) for names in needs)


def _records(result: Any, dates: list[int]) -> Iterator[Record]:
    """The rows, numbered from 1; SQLite keeps dates as text."""
    number = 0
    for block in result.partitions(_BLOCK):
        for row in block:
            number += 1
            values = list(row)
            for place in dates:
                found = _MIDNIGHT.fullmatch(values[place]) if isinstance(values[place], str) else None
                if found:
                    values[place] = _day(found[1]) or values[place]
            yield number, values, None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
