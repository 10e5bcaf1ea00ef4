"""Decisions and outcomes of a ledger, written by hand, and the law of time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from paybench.decide.uplift import decisions, outcome, shares
from paybench.decide.uplift.logged import WITHHELD
from paybench.errors import PaybenchError
from paybench.ledger import Ledger, write_ledger


def book() -> Ledger:
    """A1 is paid on 2025-02-11, A2 never, B1 is written off; three of the contacts are no decisions."""
    return Ledger.of(
        invoices=pd.DataFrame(
            {
                "invoice_id": ["A1", "A2", "B1"],
                "customer_id": ["A", "A", "B"],
                "issued_on": ["2025-01-01"] * 3,
                "due_on": ["2025-01-31"] * 3,
                "amount": [100.0, 200.0, 300.0],
                "currency": "EUR",
            }
        ),
        payments=pd.DataFrame(
            {
                "payment_id": ["P1", "P2"],
                "customer_id": ["A", "B"],
                "invoice_id": ["A1", "B1"],
                "paid_on": ["2025-02-11", "2025-05-01"],
                "amount": [100.0, 300.0],
                "currency": "EUR",
                "kind": ["payment", "write_off"],
            }
        ),
        contacts=pd.DataFrame(
            {
                "contact_id": ["C1", "C2", "C3", "C4", "C5"],
                "customer_id": ["A", "B", "A", "A", "A"],
                "invoice_id": ["A1", "B1", "A1", None, "A2"],
                "sent_on": ["2025-02-03", "2025-02-04", "2025-02-12", "2025-02-05", "2025-02-06"],
                "channel": "email",
                "tone": "friendly",
                "step": 1.0,
                "propensity": [0.5, 0.25, 0.5, 0.5, None],
                "policy": "random",
            }
        ),
    )


def withheld() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "decision_id": ["W1", "W2"],
            "customer_id": ["A", "A"],
            "invoice_id": ["A2", "A2"],
            "decided_on": pd.to_datetime(["2025-02-03", "2025-03-03"]),
            "step": [1.0, 2.0],
            "propensity": [0.5, 0.5],
            "policy": "random",
        }
    )


def test_decisions_are_what_was_logged_with_a_chance_about_open_invoices() -> None:
    found = decisions(book(), withheld())
    # C3 came when A1 was paid, C4 is about no invoice, C5 has no propensity.
    assert found["decision_id"].tolist() == ["C1", "W1", "C2", "W2"]
    assert found["action"].tolist() == ["email:friendly", "nothing", "email:friendly", "nothing"]
    assert found["propensity"].tolist() == [0.5, 0.5, 0.25, 0.5]
    # As known at a day, those of before.
    assert decisions(book(), withheld(), "2025-02-04")["decision_id"].tolist() == ["C1", "W1"]


def test_a_folder_brings_its_own_file(tmp_path: Path) -> None:
    write_ledger(book(), tmp_path / "book")
    assert decisions(tmp_path / "book")["decision_id"].tolist() == ["C1", "C2"]
    pq.write_table(pa.Table.from_pandas(withheld(), preserve_index=False), tmp_path / "book" / WITHHELD)
    pd.testing.assert_frame_equal(decisions(tmp_path / "book"), decisions(book(), withheld()))


def test_outcomes_by_hand() -> None:
    rows = decisions(book(), withheld())
    found = outcome(book(), rows, "2025-06-01", 30)
    # A1 was paid 8 days after the decision; the others were not paid within 30.
    assert found["days_unpaid"].tolist() == [8.0, 30.0, 30.0, 30.0]
    assert found["settled"].tolist() == [1.0, 0.0, 0.0, 0.0]
    assert found["lost"].tolist() == [0.0, 0.0, 1.0, 0.0]


def test_a_decision_counts_once_it_is_mature_paid_or_not() -> None:
    rows = decisions(book(), withheld())
    for date, mature in (("2025-03-04", 0), ("2025-03-05", 2), ("2025-03-06", 3), ("2025-04-02", 4)):
        found = outcome(book(), rows, date, 30)
        # Paid or unpaid alike: C1 was paid long before it counts.
        assert found["mature"].sum() == mature
        assert found["days_unpaid"].notna().tolist() == found["mature"].tolist()


def test_the_law_of_time() -> None:
    # What is dated on the cut-off or later moves nothing.
    ledger, date = book(), "2025-03-06"
    rows = decisions(ledger, withheld(), date)
    later = pd.DataFrame(
        {
            "payment_id": ["P9"], "customer_id": ["A"], "invoice_id": ["A2"], "paid_on": ["2025-03-06"],
            "amount": [200.0], "currency": "EUR", "kind": "payment",
        }
    )  # fmt: skip
    longer = Ledger.of(invoices=ledger.invoices, contacts=ledger.contacts, payments=pd.concat([ledger.payments, later]))
    pd.testing.assert_frame_equal(decisions(longer, withheld(), date), rows)
    pd.testing.assert_frame_equal(outcome(longer, rows, date, 30), outcome(ledger, rows, date, 30))


def test_shares_are_those_of_the_step() -> None:
    rows = decisions(book(), withheld())
    # Of the three decisions of step 1 two sent an e-mail; at step 2 nothing was the only choice.
    np.testing.assert_allclose(shares(rows, ("email:friendly",)), [[2 / 3, 1 / 3]] * 3 + [[0.0, 1.0]])
    assert shares(rows.iloc[:0], ("email:friendly",)).shape == (0, 2)


def test_refusals() -> None:
    with pytest.raises(PaybenchError, match="The table of withheld contacts has no column propensity; it has"):
        decisions(book(), withheld().drop(columns="propensity"))
    with pytest.raises(PaybenchError, match="Decision 'W1' has the propensity 0; log the chance, above 0"):
        decisions(book(), withheld().assign(propensity=[0.0, 0.5]))


def test_a_book_without_decisions() -> None:
    none = decisions(Ledger.of(invoices=book().invoices))
    assert none.empty
    assert outcome(book(), none, "2025-06-01").empty
