"""Unusual amounts, key accounts and scores that say little."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log
from statistics import median

import numpy as np
import pandas as pd

from paybench.decide.exceptions import exceptions
from paybench.ledger import Ledger, as_of, settle
from paybench.simulate import Settings, simulate
from tests.decide.exceptions.known import book, scores

AT = pd.Timestamp("2024-12-01")


def rows(ledger: Ledger, kind: str, at: pd.Timestamp = AT, table: pd.DataFrame | None = None) -> pd.DataFrame:
    return exceptions(as_of(ledger, at), at, table, kinds=[kind])[0].rows


def test_unusual_amounts_one_by_one() -> None:
    ledger = simulate(120, 11, seed=4, truth="none", settings=replace(Settings(), own_amount_spread=0.9)).ledger
    odd = ledger.invoices["amount"].where(ledger.invoices.index % 97 > 0, ledger.invoices["amount"] * 40)
    ledger = ledger.with_tables({"invoices": ledger.invoices.assign(amount=odd)})
    state = settle(as_of(ledger, AT))
    expected = []
    for row in state[state["amount_open"] > 0].to_dict("records"):
        own = state[(state["customer_id"] == row["customer_id"]) & (state["currency"] == row["currency"])]
        logs = [log(amount) for amount in own["amount"]]
        middle = median(logs)
        spread = max(1.4826 * median(abs(x - middle) for x in logs), 0.1)
        if len(logs) >= 12 and abs(log(row["amount"]) - middle) / spread > 3.5:
            expected.append((row["invoice_id"], row["amount_open"]))
    mine = rows(ledger, "unusual_amount")
    assert sorted(zip(mine["invoice_id"], mine["amount"], strict=True)) == sorted(expected)
    assert expected


def test_an_amount_is_unusual_for_its_customer_up_and_down() -> None:
    usual = [(f"A{n:02d}", "A", "2024-01-01", "2024-12-31", exp(4 + 0.1 * (n % 5))) for n in range(20)]
    odd = [("HI", "A", "2024-11-01", "2024-12-31", 600.0), ("LO", "A", "2024-11-01", "2024-12-31", 6.0)]
    assert set(rows(book([*usual, *odd]), "unusual_amount")["invoice_id"]) == {"HI", "LO"}
    # The same amounts say nothing where the customer has few invoices.
    assert rows(book([*usual[:8], *odd]), "unusual_amount").empty
    # Whose invoices are all alike is not asked about a little more.
    alike = [(f"A{n:02d}", "A", "2024-01-01", "2024-12-31", 100.0) for n in range(20)]
    assert rows(book([*alike, ("B", "A", "2024-11-01", "2024-12-31", 140.0)]), "unusual_amount").empty
    assert len(rows(book([*alike, ("B", "A", "2024-11-01", "2024-12-31", 145.0)]), "unusual_amount")) == 1


def test_key_accounts_are_the_largest_of_each_currency_and_at_risk() -> None:
    late, early = ("2024-10-01", "2024-10-31"), ("2024-11-20", "2024-12-20")
    invoices = [("A1", "A", *late, 20.0), ("A2", "A", *early, 80.0), ("B1", "B", *late, 90.0)]
    small = [(f"S{n}", f"S{n}", *late, 60.0) for n in range(3)]
    mine = rows(book([*invoices, *small]), "key_account")
    # A holds more than a fifth of the book, so it is the only key account, although B has more that is late.
    assert mine[["customer_id", "amount"]].to_numpy().tolist() == [["A", 20.0]]
    assert mine["since"].tolist() == [pd.Timestamp("2024-10-31")]
    # Little that is late is no risk ...
    assert rows(book([("A1", "A", *late, 9.0), ("A2", "A", *early, 191.0), *small]), "key_account").empty
    # ... unless the rest is at high risk; each currency has its own.
    calm = book([("A2", "A", *early, 200.0), *small])
    other = book([("U1", "U", *late, 1.0)], currency="USD")
    both = calm.with_tables({"invoices": pd.concat([calm.invoices, other.invoices], ignore_index=True)})
    assert rows(both, "key_account")["customer_id"].tolist() == ["U"]
    table = scores(both, AT).assign(risk="high")
    assert set(rows(both, "key_account", table=table)["customer_id"]) == {"A", "U"}


def test_only_large_invoices_are_asked_about_for_their_scores() -> None:
    ledger = book([(f"A{n:02d}", "A", "2024-11-01", "2024-12-31", 10.0 + n) for n in range(20)])
    table = scores(ledger, AT).assign(flags="", pay_on_p90=AT)
    assert rows(ledger, "uncertain", table=table).empty
    assert rows(ledger, "uncertain", table=table.assign(flags="cold_start"))["invoice_id"].tolist() == ["A18", "A19"]
    wide = table.assign(pay_on_p90=AT + pd.Timedelta(91, "D"))
    assert set(rows(ledger, "uncertain", table=wide)["detail"]) == {"8 of 10 pay dates lie within 91 days"}
    # Where the model names no late end, this is no doubt but a risk; and without a score nothing is said.
    assert rows(ledger, "uncertain", table=table.assign(pay_on_p90=pd.NaT)).empty
    assert rows(ledger, "uncertain").empty
    assert np.all(~exceptions(as_of(ledger, AT), AT, kinds=["uncertain"])[0].recorded)
