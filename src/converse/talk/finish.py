"""What a turn leaves to do: rows to enter in the ledger, an answer to send; each once, later if it was cut short."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ...errors import PaybenchError
from ...ledger.add import add_rows
from .record import Event, Record
from .rows import frames, keys
from .senders import SENT, UNSENT, Senders

ENTERED = "entered"


def finish(record: Record, ledger: Path, senders: Senders, customer_id: str, now: datetime) -> None:
    """Enter and send what this and earlier turns of a customer have left to do.

    Rows have numbers of their own and are added once; a message has the number of its event, by which whoever carries
    it sees that it came before. So what is done and not marked yet is done again without harm. Rows of one turn that
    the ledger does not take, such as a promise about an invoice that a later import has no more, hold back that turn's
    answer and nothing of other turns.

    Raises
    ------
    PaybenchError
        If the ledger does not take the rows of the latest turn that has any; its answer is not sent then.
    """
    events = record.of(customer_id)
    entered = {event.body["of"] for event in events if event.what == ENTERED}
    sent = {event.body["of"] for event in events if event.what in (SENT, UNSENT)}
    bearing = [event for event in events if event.body.get("rows")]
    refused: dict[int, PaybenchError] = {}
    for event in bearing:
        rows = event.body["rows"]
        if event.number not in entered:
            try:
                add_rows(ledger, frames(rows))
            except PaybenchError as error:
                refused[event.number] = error
            else:
                record.add(Event(customer_id, now, ENTERED, body={"of": event.number, "lines": keys(rows)}))
    for event in events:
        if event.body.get("goes") and event.number not in sent and event.number not in refused:
            record.add(*senders.send(event, now))
    if bearing and bearing[-1].number in refused:
        raise refused[bearing[-1].number]
