"""Books in databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from paybench.ledger.book import Ledger
from paybench.ledger.schema import TABLES

SECRET = "h0use%40key"
"""The password of the tests' own server, as a URL writes it; its first letters must be seen nowhere."""

KINDS = {"date": sa.Date, "amount": sa.Numeric(18, 4), "number": sa.Double, "flag": sa.Boolean}


def fill(engine: sa.Engine, ledger: Ledger, as_text: bool = False) -> None:
    """The tables of a book, as a careful database keeps them or with all of it as text."""
    about = sa.MetaData()
    kinds: dict[str, Any] = {} if as_text else KINDS
    tables = {
        name: sa.Table(name, about, *(sa.Column(c.name, kinds.get(c.kind, sa.Text)) for c in spec.columns))
        for name, spec in TABLES.items()
    }
    about.drop_all(engine)
    about.create_all(engine)
    with engine.begin() as connection:
        for name, spec in TABLES.items():
            if rows := [_stored(row, as_text) for row in ledger.table(name)[spec.names].to_dict("records")]:
                connection.execute(tables[name].insert(), rows)


def _stored(row: dict[Any, Any], as_text: bool) -> dict[str, Any]:
    values = {name: None if pd.isna(value) else value for name, value in row.items()}
    values = {name: v.date() if isinstance(v, pd.Timestamp) else v for name, v in values.items()}
    return {name: str(v) if as_text and v is not None else v for name, v in values.items()}


def sqlite(folder: str | Path) -> tuple[sa.Engine, str]:
    url = f"sqlite:///{folder}/book.db"
    return sa.create_engine(url, poolclass=sa.pool.NullPool), url


def others(ledger: Ledger) -> dict[str, Any]:
    return {key: value for key, value in ledger.settings.items() if key != "name"}
