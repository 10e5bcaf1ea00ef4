"""Where receivables went: every amount from one ageing is found again in the next."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.kpi import ageing, formulas, roll_rates
from paybench.errors import PaybenchError
from paybench.ledger import Ledger, as_of
from paybench.simulate import simulate
from tests.decide.kpi.books import CREDITED, LOST, PAID, Move, book
from tests.strategies import cut_offs, ledgers

AGES = ["not due", "1-30", "31-60", "61-90", "91+"]
AT, BILL = "2024-04-01", ("A1", "2024-01-01", "2024-02-15", 100.0)  # 1-30 days overdue on 2024-03-02


def summed(table: pd.DataFrame, name: str) -> dict[tuple[str, str], int]:
    units = (table["amount"] * 10_000).round().astype(int)
    total = units.groupby([table["currency"], table[name]]).sum()
    return {(key[0], key[1]): amount for key, amount in total.items() if amount and key[1] in AGES}


def aged(ledger: Ledger, date: object) -> dict[tuple[str, str], int]:
    table = ageing(ledger, date).set_index("currency")[AGES].stack()
    return {(key[0], key[1]): round(amount * 10_000) for key, amount in table.items() if amount}


@given(st.data())
def test_it_leads_from_one_ageing_to_the_other(data: st.DataObject) -> None:
    ledger = data.draw(ledgers(corrections=False))
    date, lag = data.draw(cut_offs(ledger)), data.draw(st.sampled_from([7, 30]))
    found = roll_rates(ledger, date, lag=lag)
    # The rows are the ageing at the earlier date, the columns that at the later one.
    assert summed(found[found["from"] != "new"], "from") == aged(ledger, date - pd.Timedelta(days=lag))
    assert summed(found, "to") == aged(ledger, date)
    # What left goes somewhere: the shares of a class add up to one.
    shares = found.groupby(["currency", "from"])["share"].sum(min_count=1).dropna()
    assert shares.to_numpy() == pytest.approx(1)
    # Credit notes and write-offs take no more than what left.
    gone = found[found["to"].isin(["credited", "written off"])]
    assert (gone["amount"] >= 0).all()


@given(st.data())
def test_with_corrections_it_is_the_ledger_as_it_is_known_now(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    date = data.draw(cut_offs(ledger))
    cut = as_of(ledger, date)
    plain = cut.with_tables({name: cut.table(name).assign(recorded_on=pd.NaT) for name in ("invoices", "payments")})
    # What was owed earlier is judged by the entries known now: corrections of the meantime are no moves.
    pd.testing.assert_frame_equal(roll_rates(ledger, date), roll_rates(plain, date))


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        pytest.param([], {"31-60": 1.0}, id="rolls"),
        pytest.param([("A1", "2024-03-10", 100.0, PAID)], {"paid": 1.0}, id="paid"),
        # What is dated on the first of the thirty days was not known at its start.
        pytest.param([("A1", "2024-03-02", 100.0, LOST)], {"written off": 1.0}, id="on-the-first-day"),
        pytest.param([("A1", "2024-03-10", 25.0, PAID)], {"31-60": 0.75, "paid": 0.25}, id="part-paid"),
        pytest.param([("A1", "2024-03-10", 100.0, LOST)], {"written off": 1.0}, id="written-off"),
        pytest.param(
            [("A1", "2024-03-10", 60.0, PAID), ("A1", "2024-03-20", 30.0, CREDITED), ("A1", "2024-03-20", 10.0, LOST)],
            {"paid": 0.6, "credited": 0.3, "written off": 0.1}, id="of-each",
        ),
        pytest.param([("A1", "2024-03-10", 150.0, PAID)], {"paid": 1.0}, id="more-than-owed"),
        pytest.param(
            [("A1", "2024-03-10", 60.0, LOST), ("A1", "2024-03-20", 60.0, CREDITED)],
            {"written off": 0.6, "credited": 0.4}, id="more-given-up-than-owed",
        ),
        pytest.param(
            [("A1", "2024-02-20", 50.0, PAID), ("A1", "2024-03-10", -50.0, PAID)], {"31-60": 2.0, "paid": -1.0},
            id="a-reversal-brings-back",
        ),
    ],
)  # fmt: skip
def test_where_one_invoice_went(moves: list[Move], expected: dict[str, float]) -> None:
    found = roll_rates(book([BILL], moves), AT)
    mine = found[found["from"] == "1-30"].set_index("to")["share"]
    assert mine[mine != 0].to_dict() == pytest.approx(expected)


def test_shares_are_the_usual_ratio_of_balances() -> None:
    ledger = simulate(60, 14, seed=5, start="2024-01-01").ledger
    ledger = ledger.with_tables({"payments": ledger.payments[ledger.payments["amount"] > 0].reset_index(drop=True)})
    before, after = (ageing(ledger, date).set_index("currency") for date in ("2024-12-02", "2025-01-01"))
    found = roll_rates(ledger, "2025-01-01").set_index(["currency", "from", "to"])["share"]
    # Where nothing was reversed, all that is in a class now was in the class before it one width ago.
    for currency in before.index:
        for old, new in (("1-30", "31-60"), ("31-60", "61-90")):
            ratio = formulas.roll_rate(after.loc[currency, new], before.loc[currency, old])
            assert found[currency, old, new] == pytest.approx(ratio, nan_ok=True)
    assert found["EUR", "1-30", "31-60"] > 0


@pytest.mark.parametrize("lag", [0, -30, 1.5])
def test_a_lag_is_whole_days(lag: int) -> None:
    with pytest.raises(PaybenchError, match="^lag is .*; give a whole number of days above zero.$"):
        roll_rates(Ledger(), AT, lag=lag)
