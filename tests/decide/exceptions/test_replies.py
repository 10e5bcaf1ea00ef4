"""Every message is in exactly one place."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paybench.decide.exceptions import exceptions, queue
from paybench.errors import PaybenchError
from paybench.ledger import as_of
from tests.decide.exceptions.known import book, with_words
from tests.strategies import cut_offs, ledgers

AT = pd.Timestamp("2024-06-01")
WRITTEN = ("bank_details", "insolvency", "not_understood", "said_paid", "said_disputed")
INVOICES = [("INV-1", "A", "2024-03-01", "2024-03-31", 100.0), ("INV-2", "A", "2024-03-01", "2024-03-31", 50.0)]


@settings(max_examples=max(8, settings().max_examples // 3))  # each of them is many small tables
@given(st.data())
def test_no_message_is_dropped(data: st.DataObject) -> None:
    ledger = data.draw(ledgers().flatmap(with_words))
    at = data.draw(cut_offs(ledger))
    since = data.draw(st.sampled_from([at - pd.Timedelta(days, "D") for days in (0, 20, 400)]))
    found = queue(ledger, at, since=since)
    messages, cut = found.messages, as_of(ledger, at)
    assert messages["message_id"].tolist() == cut.messages["message_id"].tolist()
    for row in messages.to_dict("records"):
        mine = found.table[(found.table["subject"] == row["message_id"]) & found.table["kind"].isin(WRITTEN)]
        if row["place"] in WRITTEN:
            # What a person has to see is in the queue once, under that kind ...
            assert mine["kind"].tolist() == [row["place"]]
        else:
            # ... and what is not was understood, or came before the queue began.
            assert mine.empty
            assert (row["place"] == "earlier") == (row["received_on"] < since)
            assert row["place"] == "earlier" or row["meaning"]


def places(messages: list[tuple[str, str, str]], **more: object) -> list[str]:
    ledger = book(INVOICES, messages=messages, **more)  # type: ignore[arg-type]
    return queue(ledger, AT, since="2024-01-01").messages["place"].tolist()


def test_said_to_be_paid_is_held_against_the_ledger() -> None:
    message = [("A", "2024-05-20", "We have already paid INV-1.")]
    assert places(message) == ["said_paid"]
    assert places(message, payments=[("A", "INV-1", "2024-05-25", 100.0)]) == ["recognised"]
    # The other invoice is not meant; without a number every overdue one is.
    assert places(message, payments=[("A", "INV-2", "2024-05-25", 50.0)]) == ["said_paid"]
    assert places([("A", "2024-05-20", "We have already paid.")]) == ["said_paid"]
    # Money may be under way, and another customer's number says nothing.
    assert places([("A", "2024-05-27", "We have already paid INV-1.")]) == ["recognised"]
    assert places([("B", "2024-05-20", "We have already paid INV-1.")]) == ["recognised"]


def test_contested_in_words_is_held_against_the_disputes() -> None:
    message = [("A", "2024-05-20", "Invoice INV-1 is not correct.")]
    assert places(message) == ["said_disputed"]
    assert places(message, disputes=[("INV-1", "2024-05-21", None, None)]) == ["recognised"]
    assert places(message, disputes=[("INV-1", "2024-05-01", "2024-05-02", None)]) == ["recognised"]
    # A dispute of long ago, or of another invoice, is another one.
    assert places(message, disputes=[("INV-1", "2024-03-05", "2024-03-06", None)]) == ["said_disputed"]
    assert places(message, disputes=[("INV-2", "2024-05-21", None, None)]) == ["said_disputed"]


def test_a_message_is_shown_with_what_it_is_about() -> None:
    texts = ["What about INV-2?", "What?", "New bank details: see INV-1 and INV-2."]
    ledger = book(INVOICES, messages=[("A", "2024-05-20", text) for text in texts])
    rows = queue(ledger, AT).table.set_index("subject")
    # One invoice is named, none is (all that is owed is shown), two are.
    assert rows.loc[["M0", "M1", "M2"], "invoice_id"].tolist() == ["INV-2", "", ""]
    assert rows.loc[["M0", "M1", "M2"], "amount"].tolist() == [50.0, 150.0, 150.0]
    assert rows.loc["M0", "reason"] == 'What the customer wrote on 20 May 2024 was not understood: "What about INV-2?"'
    quiet = queue(ledger, AT, texts=False).table.set_index("subject")
    assert quiet.loc["M0", "reason"] == "What the customer wrote on 20 May 2024 was not understood."


def test_who_understands_more_takes_the_place() -> None:
    messages = [("A", "2024-05-20", "Grüezi"), ("A", "2024-05-20", "We are insolvent.")]
    ledger = book(INVOICES, messages=messages)
    found = queue(ledger, AT, recognise=lambda text: "greeting" if "Grüezi" in text else "anything")
    # Words of alarm are looked for whatever the recogniser says.
    assert found.messages["place"].tolist() == ["recognised", "insolvency"]
    with pytest.raises(PaybenchError, match=r"gave 3; it has to give a word, or None"):
        exceptions(as_of(ledger, AT), AT, recognise=lambda text: 3)  # type: ignore[arg-type,return-value]
