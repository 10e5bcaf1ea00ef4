"""Who was contacted by when, counted one by one."""

from __future__ import annotations

import pandas as pd
import pytest

from paybench.ledger import conform
from paybench.models.judge.treated import treated
from paybench.models.learn.folds import Book, Rows


def test_shares_are_those_counted_one_by_one(book: Book, rows: Rows) -> None:
    some = Rows(rows.X.iloc[::3], rows.labels.iloc[::3])
    contacts = book.cut.contacts
    # Every second contact is about no invoice in particular.
    general = contacts.assign(invoice_id=contacts["invoice_id"].where(contacts.index % 2 == 0))
    for cut in (book.cut, book.cut.with_tables({"contacts": conform("contacts", general)})):
        counted = []
        for (invoice, customer, issued), settled in zip(some.X.index, some.labels["settled_on"], strict=True):
            theirs = cut.contacts[cut.contacts["customer_id"] == customer]
            own = theirs[(theirs["invoice_id"] == invoice) | theirs["invoice_id"].isna() | (theirs["invoice_id"] == "")]
            since = own["sent_on"] >= issued
            counted.append((since & ((own["sent_on"] < settled) | pd.isna(settled))).any())
        found = treated(cut, some)
        assert found["before_outcome"] == pytest.approx(sum(counted) / len(counted), abs=1e-4)
        assert found["before_issue"] == pytest.approx((some.X["contacts_90"] > 0).mean(), abs=1e-4)
        assert 0 < found["before_outcome"] < 1


def test_nobody_is_contacted_where_no_contact_is_known(book: Book, rows: Rows) -> None:
    silent = book.cut.with_tables({"contacts": book.cut.contacts.head(0)})
    assert treated(silent, rows)["before_outcome"] == 0
    assert treated(silent, Rows(rows.X.head(0), rows.labels.head(0))) == {"before_issue": 0, "before_outcome": 0}
