"""What came against what was said: nothing is lost or counted twice, and corrections count as they are known."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.cash.bands import COVERS, LEVELS, Bands
from paybench.decide.cash.forecast import BILLING, OPEN, TOTAL
from paybench.decide.cash.paths import Paths
from paybench.decide.saved.came import BEFORE, ELSEWHERE, SETTLED, UNAPPLIED
from paybench.decide.saved.compare import Comparison, compare, write_comparison
from paybench.decide.saved.saved import Saved, read_forecast, write_forecast
from paybench.errors import PaybenchError
from paybench.ledger import Ledger, as_of, data_hash, day, settle
from paybench.ledger.schema import units
from tests.decide.cash.small import AT, WEEKS, book, small_forecast
from tests.strategies import cut_offs, futures, ledgers

LATER = "2025-03-20"
DAY = pd.Timedelta(days=1)


@cache
def saved() -> Saved:
    return Saved.of(small_forecast())


@cache
def compared() -> Comparison:
    return compare(saved(), book(), LATER)


def any_saved(ledger: Ledger, at: pd.Timestamp, currencies: tuple[str, ...], weeks: int = 1) -> Saved:
    """A forecast of a drawn book that knows nothing; what came of it can be asked all the same."""
    cut = as_of(ledger, at)
    facts = settle(cut)
    facts = facts[(facts["amount_open"] > 0) & facts["currency"].isin(currencies)].reset_index(drop=True)
    invoices = facts[["invoice_id", "customer_id", "currency", "due_on"]].assign(amount=facts["amount_open"])
    drawn = np.random.default_rng(0).uniform(0, 9, (2, len(currencies), 10, 7 * weeks)).round(2)
    about = {
        "book": ledger.name,
        "as_of": f"{at:%Y-%m-%d}",
        "model": "none",
        "scenario": "",
        "data_hash": data_hash(cut),
    }
    own, billed = (Paths(at, currencies, futures) for futures in drawn)
    return Saved(about, own, billed, Bands(), invoices, np.ones((len(invoices), weeks)))


@given(st.data())
def test_every_payment_is_somewhere(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    at = data.draw(cut_offs(ledger))
    date = at + DAY * data.draw(st.integers(1, 30))
    currencies = data.draw(st.sampled_from([("EUR", "USD"), ("EUR",)]))
    said = any_saved(ledger, at, currencies, weeks=2)
    found = compare(said, ledger, date)
    then, now = as_of(ledger, at), as_of(ledger, date)
    own, known = set(said.invoices["invoice_id"]), set(then.invoices["invoice_id"])
    there, end = set(now.invoices["invoice_id"]), min(date, at + DAY * said.days)
    expected: dict[tuple[str, str], int] = {}
    # An independent way, payment by payment, as finance would tick them off.
    for sign, payments in ((1, now.payments), (-1, then.payments)):
        for row in payments[payments["kind"] == "payment"].to_dict("records"):
            if row["paid_on"] >= end:
                continue
            if row["paid_on"] < at:
                what = BEFORE
            elif row["currency"] not in currencies:
                what = ELSEWHERE
            elif row["invoice_id"] in own:
                what = OPEN
            elif row["invoice_id"] not in there:
                what = UNAPPLIED
            else:
                what = SETTLED if row["invoice_id"] in known else BILLING
            key = (row["currency"], what)
            expected[key] = expected.get(key, 0) + sign * int(units(np.array([row["amount"]]))[0])
    whole = found.table[found.table["period"] == "so far"].set_index(["currency", "line"])["came"]
    apart = found.apart.set_index(["currency", "what"])["came"]
    seen = {**whole.drop(TOTAL, level="line").to_dict(), **apart.to_dict()}
    # To the last unit, and nothing else.
    assert {key: round(10_000 * value) for key, value in seen.items() if value} == {
        k: v for k, v in expected.items() if v
    }
    # Lines add up to the total, and days to the whole.
    assert whole.groupby("currency").sum().to_numpy() == pytest.approx(2 * whole.xs(TOTAL, level="line").to_numpy())
    days = found.table[found.table["period"] == "day"].groupby(["currency", "line"])["came"].sum()
    assert days.to_dict() == pytest.approx(whole.to_dict())


@given(st.data())
def test_the_future_changes_nothing(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    at = data.draw(cut_offs(ledger))
    date = at + DAY * data.draw(st.integers(1, 20))
    said = any_saved(ledger, at, ("EUR", "USD"))
    one, other = (compare(said, some, date) for some in (ledger, data.draw(futures(ledger, date))))
    for name in ("table", "summary", "drivers", "apart"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)
    assert one.about == other.about


def test_what_is_compared_is_what_was_published(tmp_path: Path) -> None:
    write_forecast(small_forecast(), tmp_path / "f")
    found = compare(read_forecast(tmp_path / "f"), book(), LATER)
    cash = pd.read_csv(tmp_path / "f" / "cash.csv", encoding="utf-8-sig", parse_dates=["start", "end"])
    key = ["currency", "line", "period", "start", "end"]
    both = found.table[found.table["over"]].merge(cash, on=key, suffixes=("", "_csv"))
    # All that is over was in the table that people have, except the whole, which is no period of it.
    assert len(both) == (found.table["over"] & (found.table["period"] != "so far")).sum()
    for name in ("expected", *LEVELS):
        assert both[name].to_numpy() == pytest.approx(both[f"{name}_csv"].to_numpy(), abs=0.00501)


def test_only_what_is_over_is_judged() -> None:
    table = compared().table
    over, date = table["over"], day(LATER)
    # A period is over when its last day lies before the date; of one that runs, both sides end with the day before.
    assert (table["end"] < date).all()
    assert (table.loc[~over, "end"] == date - DAY).all()
    assert {(row["period"], row["start"].date().isoformat()) for row in table[~over].to_dict("records")} == {
        ("week", "2025-03-14"),
        ("month", "2025-03-01"),
        ("quarter", AT),
    }
    # 31 January to 19 March: 48 days, 6 weeks, and the rest of January and February.
    counts = compared().summary.query("line == @OPEN and currency == 'EUR'").set_index("period")["n"]
    assert counts.to_dict() == {"day": 48, "week": 6, "month": 2}


def test_summaries_are_those_of_their_rows() -> None:
    for row in compared().summary.to_dict("records"):
        rows = compared().table.query(f"over and line == '{row['line']}' and period == '{row['period']}'")
        rows = rows[rows["currency"] == row["currency"]]
        assert row["came"] == pytest.approx(rows["came"].sum())
        if row["came"]:
            off = rows["expected"] - rows["came"]
            assert row["wape"] == pytest.approx(off.abs().sum() / rows["came"].sum())
            assert row["bias"] == pytest.approx(off.sum() / rows["came"].sum())
        for k in COVERS:
            inside = (rows[f"low_{k}"] - 0.01 < rows["came"]) & (rows["came"] < rows[f"high_{k}"] + 0.01)
            assert row[f"covered_{k}"] == inside.sum()


def test_what_came_has_its_place() -> None:
    # What lies in a band has a place between its levels, and the other way round, but for the steps between futures
    # (of a currency that no two futures have the same of).
    table = compared().table.query("period == 'week' and line == @TOTAL and currency == 'EUR'")
    for k in COVERS:
        edge = (1 - k / 100) / 2
        inside = table[f"inside_{k}"] == 1
        assert table.loc[inside, "place"].between(edge - 0.011, 1 - edge + 0.011).all()
        assert not table.loc[~inside, "place"].between(edge + 0.011, 1 - edge - 0.011).any()


def test_drivers_explain_the_open_book() -> None:
    said = saved()
    table = compared().drivers
    whole = compared().table.query("period == 'so far' and line == @OPEN").set_index("currency")
    paid = book().payments.query("kind == 'payment' and paid_on >= @AT and paid_on < @LATER")
    for row in table[table["what"] == "customer"].to_dict("records"):
        own = said.invoices[
            (said.invoices["customer_id"] == row["id"]) & (said.invoices["currency"] == row["currency"])
        ]
        assert row["invoices"] == len(own)
        # What a driver brought is what the ledger says that it paid.
        assert row["came"] == pytest.approx(paid["amount"][paid["invoice_id"].isin(own["invoice_id"])].sum())
    assert (table["difference"] - (table["came"] - table["expected"])).abs().max() < 1e-9
    for _, rows in table.groupby(["currency", "what"]):
        assert rows["difference"].abs().round(2).is_monotonic_decreasing
    # All drivers together are the difference of the line: of a currency with few enough customers all are named.
    sums = table[table["what"] == "customer"].groupby("currency").agg({"difference": "sum", "id": "count"})
    customers = said.invoices.groupby("currency")["customer_id"].nunique()
    named = [c for c in said.currencies if customers[c] == sums.loc[c, "id"]]
    assert named
    for currency in named:
        assert sums.loc[currency, "difference"] == pytest.approx(whole.loc[currency, "difference"], abs=5.0)


def _payment(ledger: Ledger, **more: object) -> Ledger:
    row = {"payment_id": "X1", "customer_id": "C1", "currency": "EUR", "kind": "payment"} | more
    new = Ledger.of(payments=pd.DataFrame([row])).payments
    return ledger.with_tables({"payments": pd.concat([ledger.payments, new], ignore_index=True)})


def _so_far(found: Comparison, line: str, currency: str) -> float:
    table = found.table.query("period == 'so far'")
    return float(table["came"][(table["line"] == line) & (table["currency"] == currency)].iloc[0])


def test_corrections_count_from_the_day_on_which_they_are_known() -> None:
    first = saved().invoices.iloc[0]
    own = {"invoice_id": first["invoice_id"], "currency": first["currency"]}
    base = _so_far(compared(), OPEN, first["currency"])
    wrong = _payment(book(), **own, paid_on="2025-02-10", amount=100.0)
    assert _so_far(compare(saved(), wrong, LATER), OPEN, first["currency"]) == pytest.approx(base + 100)
    right = _payment(wrong, **own, paid_on="2025-02-10", amount=60.0, recorded_on="2025-03-01")
    # Before the correction was recorded the wrong amount counts, from then on the right one.
    early = compare(saved(), book(), "2025-03-01")
    assert _so_far(compare(saved(), right, "2025-03-01"), OPEN, first["currency"]) == pytest.approx(
        _so_far(early, OPEN, first["currency"]) + 100
    )
    assert _so_far(compare(saved(), right, LATER), OPEN, first["currency"]) == pytest.approx(base + 60)


def test_what_was_paid_before_and_recorded_since_is_told_apart() -> None:
    first = saved().invoices.iloc[0]
    late = {"paid_on": "2025-01-29", "recorded_on": "2025-02-03", "currency": first["currency"]}
    found = compare(saved(), _payment(book(), invoice_id=first["invoice_id"], amount=70.0, **late), LATER)
    assert _so_far(found, OPEN, first["currency"]) == _so_far(compared(), OPEN, first["currency"])
    assert found.apart.query("what == @BEFORE")["came"].tolist() == [70.0]


def test_a_past_that_has_changed_is_told() -> None:
    changed = _payment(book(), paid_on="2025-01-20", amount=5.0)
    assert any(
        "is not what the forecast was made of" in note for note in compare(saved(), changed, LATER).about["notes"]
    )
    assert compared().about["notes"] == []


def test_what_the_ledger_cannot_tell_is_told() -> None:
    found = compare(saved(), book(), "2026-01-31")
    assert "The forecast ends with 2025-04-10; what came later is not compared." in found.about["notes"]
    assert any("The ledger knows of no payment after 2025-03-" in note for note in found.about["notes"])
    assert found.about["days"] == 7 * WEEKS


def test_what_cannot_be_compared_is_refused() -> None:
    other = Ledger.of(name="other", invoices=book().invoices)
    with pytest.raises(PaybenchError, match=r"The forecast is of the book '.*', and this ledger is of 'other'\."):
        compare(saved(), other, LATER)
    for date in (AT, "2025-01-01"):
        with pytest.raises(PaybenchError, match=f"begins on {AT}, so at the start of {date} nothing has come of it"):
            compare(saved(), book(), date)
    gone = saved().invoices["invoice_id"].iloc[3]
    part = book().with_tables({"invoices": book().invoices.query("invoice_id != @gone").reset_index(drop=True)})
    with pytest.raises(PaybenchError, match=f"1 of the .* invoices of the forecast, '{gone}' for one, are not in"):
        compare(saved(), part, LATER)


def test_it_reads_well_on_a_terminal() -> None:
    told = str(compared()).splitlines()
    assert max(map(len, told)) <= 80
    assert all(text.isascii() for text in str(compare(saved(), book(), LATER, names=False)).splitlines())
    # Each figure is that of the table.
    row = compared().table.query("currency == 'EUR' and line == @OPEN and period == 'week'").iloc[0]
    line = next(text for text in told[told.index("EUR") :] if text.startswith("  31 Jan - 6 Feb"))
    assert [int(word.replace(",", "")) for word in line.split()[-5:]] == [
        round(row[name]) for name in ("expected", "low_80", "high_80", "came", "difference")
    ]


def test_names_are_told_if_they_may_be() -> None:
    name = compared().drivers["name"].iloc[0]
    assert name in str(compared())
    assert name not in str(compare(saved(), book(), LATER, names=False))


def test_a_comparison_is_written_whole(tmp_path: Path) -> None:
    write_comparison(compared(), tmp_path / "c")
    table = pd.read_csv(tmp_path / "c" / "comparison.csv", encoding="utf-8-sig")
    assert len(table) == len(compared().table)
    assert table["came"].to_numpy() == pytest.approx(compared().table["came"].to_numpy(), abs=0.00501)
    assert sorted(p.name for p in (tmp_path / "c").iterdir()) == [
        *("apart.csv", "comparison.csv", "comparison.json", "drivers.csv", "summary.csv"),
    ]
    with pytest.raises(PaybenchError, match="exists and is no folder of a comparison"):
        write_comparison(compared(), tmp_path)
