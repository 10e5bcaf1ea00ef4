"""Natural persons can be told apart where an export says so, left out, and counted on the card."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from paybench.ledger import TABLES, Ledger
from paybench.ledger.natural import COMPANY, PERSON, UNKNOWN, customer_types, type_counts, without_natural_persons
from paybench.ledger.readers.importer import import_files
from paybench.models.training.candidate import Candidate
from paybench.models.training.card import as_markdown, model_card
from paybench.simulate import simulate
from tests.trained import Trained


def _told(ledger: Ledger) -> Ledger:
    customers = ledger.customers.copy()
    forms = ["GmbH", " Sole Trader", None, "something else"]
    customers["legal_form"] = pd.Series([forms[i % 4] for i in range(len(customers))], dtype="str")
    return ledger.with_tables({"customers": customers})


def test_the_filter_leaves_no_row_of_a_person_and_every_row_of_others() -> None:
    ledger = _told(simulate(24, 8, seed=2).ledger)
    types = customer_types(ledger)
    persons = set(types.index[types == PERSON])
    assert type_counts(ledger) == {
        PERSON: len(persons),
        COMPANY: (types == COMPANY).sum(),
        UNKNOWN: (types == UNKNOWN).sum(),
    }
    assert len(persons) == 6
    kept = without_natural_persons(ledger)
    for name in TABLES:
        table = ledger.table(name)
        if "customer_id" in table:
            assert kept.table(name).equals(table[~table["customer_id"].isin(persons)].reset_index(drop=True))
    assert kept.disputes["invoice_id"].isin(kept.invoices["invoice_id"]).all()
    # Whoever takes no chance leaves out those, too, of whom nothing is known.
    assert set(customer_types(without_natural_persons(ledger, unknown=True))) == {COMPANY}


def test_a_ledger_that_says_nothing_is_unknown_and_stays_whole() -> None:
    ledger = simulate(10, 4, seed=2).ledger
    assert set(customer_types(ledger)) == {UNKNOWN}
    assert len(without_natural_persons(ledger).invoices) == len(ledger.invoices)


def test_the_column_of_an_export_is_kept(tmp_path: Path) -> None:
    (tmp_path / "invoices.csv").write_text(
        "invoice_id,customer_id,issued_on,due_on,amount,currency\n1,A,2025-01-01,2025-01-31,5.00,EUR\n",
        encoding="utf-8",
    )
    (tmp_path / "customers.csv").write_text("customer_id,name,legal_form\nA,Ann,Einzelunternehmen\n", encoding="utf-8")
    ledger = import_files(tmp_path, "canonical").ledger
    assert customer_types(ledger).to_dict() == {"A": PERSON}


def test_the_card_says_of_how_many_it_is_known(trained: Trained) -> None:
    card = model_card(Candidate(trained.store / "candidate"))
    assert "natural person" in as_markdown(card)
    told = as_markdown({**card, "customers": {PERSON: 3, COMPANY: 5, UNKNOWN: 2}})
    assert "Of 10 customers 3 (30.0%) are natural persons, sole traders included; of 2 it is not known." in told
    assert "it is known whether it is a natural person" in as_markdown(
        {**card, "customers": {PERSON: 0, COMPANY: 0, UNKNOWN: 4}}
    )
