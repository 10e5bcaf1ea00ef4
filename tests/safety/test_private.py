"""Runs hold hashes: no number of a customer or invoice, and no name, goes into MLflow.

What a training keeps for going on after a crash (``work`` in the store) is the book itself, and stays on the machine.
"""

from __future__ import annotations

from paybench.ledger import read_ledger
from paybench.models.store.store import CHAMPION, Store
from paybench.models.training.candidate import Candidate
from tests.safety.bytes import everything
from tests.trained import Trained


def test_runs_and_what_serves_hold_nobody_by_number_or_name(trained: Trained) -> None:
    ledger = read_ledger(trained.ledger)
    numbers = {*ledger.invoices["customer_id"], *ledger.invoices["invoice_id"]}
    words = [word.encode() for word in numbers | set(ledger.customers["name"].dropna())]
    assert len(words) > 1000
    found = [
        (name, word)
        for content, name in {content: name for name, content in everything(trained.store)}.items()
        if not name.startswith(str(trained.store / "work"))
        for word in words
        if word in content
    ]
    assert found == []

    # What stands for them are hashes, which the gate's rows have all of.
    store = Store.at(trained.store)
    champion = store.version(CHAMPION)
    assert champion is not None
    rows = Candidate(store.artifacts(champion.run_id) / "candidate").rows
    assert rows[["customer", "invoice"]].map(lambda text: len(text) == 12 and int(text, 16) >= 0).all(axis=None)
