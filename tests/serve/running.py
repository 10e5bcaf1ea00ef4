"""A server in a process of its own, and how it is asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from paybench.ledger import Ledger
from paybench.ledger.schema import TABLES

COMMAND = "import sys; from paybench.cli import main; sys.exit(main(sys.argv[1:]))"
"""The command line, in a process of its own."""


@dataclass(frozen=True)
class Answer:
    """What came back: a status, the headers, the bytes, and what they are as JSON."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True)
class Server:
    """A running server: its address, its process, and the file in which its log is."""

    address: str
    process: subprocess.Popen[str]
    log: Path

    def ask(self, path: str, body: Any = None, **headers: str) -> Answer:
        """GET, or POST a body: bytes as they are, else as JSON. Headers are given with _ for -."""
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        own = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.address + path, content, kind | own)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())


@contextmanager
def running(log: Path, program: str, *arguments: str | Path, **environment: str) -> Iterator[Server]:
    """A program that serves and first prints where, as JSON; stopped at the end."""
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-c", program, *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=stderr, text=True, env=os.environ | environment,
        )  # fmt: skip
    try:
        assert process.stdout is not None
        lines = []
        while (line := process.stdout.readline()) and not line.startswith("}"):
            lines.append(line)
        assert lines, log.read_text()
        yield Server(json.loads("".join([*lines, "}"]))["address"], process, log)
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()  # type: ignore[union-attr]


def as_body(ledger: Ledger, as_of: str) -> dict[str, Any]:
    """A ledger as the body of a request, written without the package's help."""
    body: dict[str, Any] = {"as_of": as_of}
    for name in TABLES:
        rows = ledger.table(name).to_dict("records")
        body[name] = [{str(key): _plain(value) for key, value in row.items()} for row in rows]
    return body


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else value


def as_table(rows: list[dict[str, Any]], like: pd.DataFrame) -> pd.DataFrame:
    """The rows of an answer as a score table, in the types of another."""
    return pd.DataFrame(rows, columns=list(like.columns)).astype(dict(like.dtypes))


def some_customers(ledger: Ledger, count: int) -> Ledger:
    """What is known of the first few customers."""
    few = ledger.invoices["customer_id"].drop_duplicates().head(count)
    mine = ledger.invoices["invoice_id"][ledger.invoices["customer_id"].isin(few)]
    tables = {}
    for name in TABLES:
        table = ledger.table(name)
        by, of = ("customer_id", few) if "customer_id" in table else ("invoice_id", mine)
        tables[name] = table[table[by].isin(of)].reset_index(drop=True)
    return ledger.with_tables(tables)
