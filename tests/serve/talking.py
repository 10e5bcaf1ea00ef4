"""A small book whose customers can be talked with, and a server of its conversations."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from paybench.ledger import Ledger, read_ledger, write_ledger
from tests.serve.running import COMMAND, Answer, Server, running

TODAY = "2026-03-02"
"""A Monday; the book stands still on it."""
SECRETS = {
    "PAYBENCH_SLACK_SECRET": "fake-slack-secret",
    "PAYBENCH_TWILIO_TOKEN": "fake-twilio-token",
    "PAYBENCH_META_SECRET": "fake-meta-secret",
    "PAYBENCH_META_VERIFY": "fake-meta-word",
    "PAYBENCH_TEAMS_SECRET": "ZmFrZS10ZWFtcy1zZWNyZXQ=",
    "PAYBENCH_EMAIL_SECRET": "fake-email-secret",
}
ADDRESSES = """customer_id,channel,address
C-2,email,ada@quarry.example
C-2,sms,+447700900123
C-3,slack,U0FAKE
C-3,teams,fake-aad-id
C-3,whatsapp,+447700900456
"""


def book() -> Ledger:
    """Five customers of whom each owes an invoice or two."""
    invoices = [
        ("A-1", "C-1", "2026-01-10", "2026-02-09", 1200.00),
        ("A-2", "C-1", "2026-02-20", "2026-03-22", 300.50),
        ("B-1", "C-2", "2026-01-20", "2026-02-19", 800.00),
        ("D-1", "C-3", "2026-01-05", "2026-02-04", 450.25),
        ("E-1", "C-4", "2026-01-15", "2026-02-14", 90.00),
        ("F-1", "C/5 <b>", "2026-01-15", "2026-02-14", 75.00),
    ]
    names = ["Iberia Machines Ltd", "Quarry Optics Ltd", "Delta Wines Ltd", "Castell Travel Ltd", "<img src=x> & Co"]
    columns = ["invoice_id", "customer_id", "issued_on", "due_on", "amount"]
    bills = pd.DataFrame(invoices, columns=columns).assign(currency="EUR")
    customers = pd.DataFrame({"customer_id": bills["customer_id"].unique(), "name": names, "country": "GB"})
    return Ledger.of("Harbour Supplies", invoices=bills, customers=customers)


@contextmanager
def talking(place: Path, *arguments: str | Path, **environment: str) -> Iterator[tuple[Server, Path]]:
    """A server of conversations about a book of its own, and the book's folder."""
    place.mkdir(parents=True, exist_ok=True)
    folder = place / "ledger"
    write_ledger(book(), folder)
    (place / "addresses.csv").write_text(ADDRESSES, encoding="utf-8")
    own = [
        "--as-of",
        TODAY,
        "--store",
        place / "store",
        "--addresses",
        place / "addresses.csv",
        "--port",
        "0",
        "--json",
    ]
    with running(place / "log", COMMAND, "serve", folder, *own, *arguments, **environment) as server:
        yield server, folder


def act(server: Server, what: str, customer: str = "C-1", **fields: str) -> Answer:
    """One action of the page's; with a number of its own unless it is given one."""
    return server.ask(f"/chat/api/{what}/{customer}", {"id": str(uuid.uuid4())} | fields)


def thread(server: Server, customer: str = "C-1") -> Any:
    return server.ask(f"/chat/api/thread/{customer}").said


def rows(folder: Path, table: str, customer: str = "C-1") -> pd.DataFrame:
    """What the ledger holds of a customer now."""
    found = read_ledger(folder).table(table)
    return found[found["customer_id"] == customer].reset_index(drop=True)
