"""Months: the balance is carried forward without a gap, and a month is judged when it has matured."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.kpi import ageing, at_risk, movements
from tests.decide.kpi.books import CREDITED, LOST, PAID, book
from tests.decide.kpi.second import RISKS, ask
from tests.strategies import cut_offs, ledgers

FLOWS = ["opening", "billed", "collected", "credited", "written_off", "closing"]


@given(st.data())
def test_the_balance_is_carried_forward(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    date = data.draw(cut_offs(ledger))
    found = movements(ledger, date, group="customer")
    units = (found[FLOWS] * 10_000).round().astype(int)
    signs = pd.Series({"opening": 1, "billed": 1, "collected": -1, "credited": -1, "written_off": -1})
    # What was there, what was added, and what was taken off is what is there, to the last unit.
    assert (units[list(signs.index)] * signs).sum(axis=1).tolist() == units["closing"].tolist()
    cells = [found["currency"], found["group"]]
    # A month opens with what the one before it left, the first with nothing, and the last leaves the balance.
    assert units["opening"].tolist() == units.groupby(cells)["closing"].shift(fill_value=0).tolist()
    balance = (ageing(ledger, date, group="customer")["balance"] * 10_000).round().astype(int)
    assert units.groupby(cells)["closing"].last().tolist() == balance.tolist()


def test_each_kind_has_its_column() -> None:
    ledger = book(
        [("A1", "2024-01-10", "2024-02-09", 100.0)],
        [("A1", "2024-02-15", 40.0, CREDITED), ("A1", "2024-02-20", 50.0, PAID), ("A1", "2024-02-25", -50.0, PAID),
         ("A1", "2024-03-01", 60.0, LOST)],
    )  # fmt: skip
    found = movements(ledger, "2024-03-02")
    assert found["month"].astype("str").tolist() == ["2024-01-01", "2024-02-01", "2024-03-01"]
    # A reversal is cash that left again.
    assert found[FLOWS].to_numpy().tolist() == [[0, 100, 0, 0, 0, 100], [100, 0, 0, 40, 0, 60], [60, 0, 0, 0, 60, 0]]


@given(st.data())
def test_a_second_way_gives_the_same_risk(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    date = data.draw(cut_offs(ledger))
    found = at_risk(ledger, date, group="customer")
    found = found[found["billed"] > 0]
    ours = [
        (c, g, f"{m:%Y-%m-%d}", round(b * 10_000), round(u * 10_000), int(r))
        for c, g, m, b, u, r in found.drop(columns="share").itertuples(index=False)
    ]
    assert ours == sorted(ask(ledger, date, RISKS))


def test_a_month_is_judged_when_it_has_matured() -> None:
    bills = [("A1", "2024-01-10", "2024-01-31", 100.0), ("A2", "2024-01-20", "2024-02-10", 300.0)]
    ledger = book(bills, [("A2", "2024-05-11", 300.0, PAID), ("A1", "2024-04-30", 90.0, PAID)])
    # Ninety days after the due dates: A1 2024-04-30, A2 2024-05-10, which is known on the next day.
    early, late = (at_risk(ledger, date).iloc[0] for date in ("2024-05-10", "2024-05-11"))
    assert not early["matured"]
    assert pd.isna(early["share"])
    # What came on the last day counts, what came a day later does not.
    assert late["matured"]
    assert late["share"] == (10 + 300) / 400
    # It stays that way whatever is paid later; a write-off is no payment.
    after = at_risk(ledger, "2024-08-01").iloc[0]
    assert after["share"] == late["share"]
    given_up = book(bills, [("A2", "2024-05-01", 300.0, LOST)])
    assert at_risk(given_up, "2024-08-01").iloc[0]["share"] == 1
