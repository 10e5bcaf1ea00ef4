"""The cash and the key figures of the portfolio report: one home for every number, and what is shown adds up."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from paybench.decide.cash.bands import Bands, Place
from paybench.decide.cash.forecast import BILLING, OPEN, TOTAL, Forecast
from paybench.decide.cash.items import OpenItems
from paybench.decide.cash.learned import Learned
from paybench.decide.kpi import KPIS, kpi_table
from paybench.explain.vector import PLANE
from paybench.ledger import Ledger, day, known
from paybench.models.learn.bundle import write_bundle
from paybench.models.training.train import baseline_candidate
from paybench.pages import language
from paybench.reports.portfolio import drawn, kpis
from paybench.reports.portfolio.came import FEW, came, resting
from paybench.reports.portfolio.cash import cash, table_of
from paybench.reports.portfolio.findings import Findings, findings
from paybench.reports.portfolio.page import context, render
from paybench.reports.portfolio.said import band
from paybench.reports.portfolio.weeks import WEEKS, shares
from tests.trained import AS_OF, uneven_book

EN, DE = language("en"), language("de")
AT = day(AS_OF)


@pytest.fixture(scope="module")
def book() -> Ledger:
    return uneven_book()


@pytest.fixture(scope="module")
def store(book: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose champion is the Baseline."""
    folder = tmp_path_factory.mktemp("baseline")
    baseline = baseline_candidate(book, AS_OF, folder / "first").bundle
    write_bundle(replace(baseline, about=baseline.about | {"version": "payment-timing v1"}), folder / "champion")
    return folder


@pytest.fixture(scope="module")
def found(book: Ledger, store: Path) -> Findings:
    return findings(book, AS_OF, store, paths=60)


@pytest.fixture(scope="module")
def table(found: Findings) -> pd.DataFrame:
    return table_of(said(found))


def said(found: Findings) -> Forecast:
    assert found.cash is not None
    return found.cash


def whole(text: str) -> int:
    return int(text.replace(",", "").replace("\N{EN DASH}", "0").replace("\N{MINUS SIGN}", "-"))


# ------------------------------------------------------------------- one home for cash


def test_weeks_of_the_page_are_those_of_the_forecast(found: Findings, table: pd.DataFrame) -> None:
    for currency, mine in found.table.groupby("currency"):
        rows = (found.table["currency"] == currency).to_numpy()
        expected = mine["amount_open"].to_numpy() @ found.by_week[rows]
        weeks = table[(table["currency"] == currency) & (table["line"] == OPEN) & (table["period"] == "week")]

        # Week by week the same amounts; the later weeks of the forecast are one line; the rest is not expected.
        np.testing.assert_allclose(expected[:WEEKS], weeks["expected"].to_numpy()[:WEEKS], atol=1e-6)
        np.testing.assert_allclose(expected[WEEKS], weeks["expected"].to_numpy()[WEEKS:].sum(), atol=1e-6)
        np.testing.assert_allclose(expected.sum(), mine["amount_open"].sum())


def test_what_is_recorded_later_changes_nothing(book: Ledger, store: Path, found: Findings) -> None:
    # From the day on every invoice is corrected to the double, every payment is taken back, and all is written off.
    later = {"recorded_on": AT}
    again = book.invoices.assign(amount=2 * book.invoices["amount"], **later)
    back = book.payments.assign(payment_id="B" + book.payments["payment_id"], amount=-book.payments["amount"], **later)
    changed = book.with_tables(
        {
            "invoices": pd.concat([book.invoices, again], ignore_index=True),
            "payments": pd.concat([book.payments, back, back.assign(kind="write_off")], ignore_index=True),
        }
    )
    assert render(findings(changed, AS_OF, store, paths=60)) == render(found)


def test_shares_of_a_known_case() -> None:
    # Invoice A is paid in week 0 in half of the futures and in week 20 in a quarter; a tenth of what is settled is
    # credited. B is never paid. The order is that of the question.
    paid = np.zeros((2, 26))
    paid[0, [0, 20]] = 0.5, 0.25
    names, none = np.array(["A", "B"]), np.zeros(2)
    items = OpenItems(AT, names, names, np.array(["EUR"] * 2), none + 1, none.astype(np.int64), np.zeros((2, 182)),
                      np.zeros((2, 7), np.float32), np.zeros((2, 31), np.float32))  # fmt: skip
    got = shares(Forecast("book", items, paid, {}, Learned(kept=0.9)), pd.Series(["B", "A"]))
    assert got.shape == (2, WEEKS + 2)
    np.testing.assert_allclose(got[0], [*[0.0] * (WEEKS + 1), 1.0])
    np.testing.assert_allclose(got[1, [0, WEEKS, WEEKS + 1]], [0.45, 0.225, 0.325])


def test_bands_of_the_page_are_those_of_the_forecast(found: Findings, table: pd.DataFrame) -> None:
    for one in context(found, EN)["books"]:
        mine = table[(table["currency"] == one["currency"]) & (table["line"] == OPEN) & (table["period"] == "week")]

        # Overdue, later and the rest have no week, so no band.
        assert [w["band"] for w in one["weeks"]][1:-2] == [
            band(EN, low, high) for low, high in mine[["low_80", "high_80"]].to_numpy()[:WEEKS]
        ]
        assert {one["weeks"][k]["band"] for k in (0, -2, -1)} == {""}

        # No bar and no bound reaches beyond the picture.
        for w in one["weeks"][1:]:
            assert 0 <= w["expected_width"] <= 100
            assert w["reach"] is None or 0 <= w["reach"][0] <= w["reach"][1] <= 100


def test_months_are_shown_as_the_sum_of_their_lines(found: Findings, table: pd.DataFrame) -> None:
    for one in context(found, EN)["books"]:
        groups = one["cash"]["periods"]
        assert [g["name"] for g in groups] == ["Months", "Quarters"]
        for by, group in zip(("month", "quarter"), groups, strict=True):
            own = table[(table["currency"] == one["currency"]) & (table["period"] == by)].set_index("line")
            for k, row in enumerate(group["rows"]):
                # What a reader adds up is what stands there, and each line is the forecast's.
                assert whole(row["open"]) + whole(row["billed"]) == whole(row["total"])
                for line, shown in ((OPEN, "open"), (BILLING, "billed"), (TOTAL, "total")):
                    assert abs(own.loc[[line], "expected"].iloc[k] - whole(row[shown])) <= 1


# ------------------------------------------------------------------- what drives it


def test_customers_are_those_who_bring_most(found: Findings, table: pd.DataFrame) -> None:
    currency = str(found.table["currency"].iloc[0])
    told = cash(found, table, currency, EN)["customers"]["rows"]
    mine = (found.table["currency"] == currency).to_numpy()
    near = found.table["amount_open"].to_numpy()[mine] * found.by_week[mine, :4].sum(axis=1)
    sums = pd.Series(near).groupby(found.table["customer_id"][mine].to_numpy()).sum().sort_values(ascending=False)
    assert [row["customer"] for row in told] == sums.index[: len(told)].tolist()
    assert [row["expected"] for row in told] == [EN.number(v) for v in sums.head(len(told))]


def test_a_coin_moves_the_sum_by_half_its_amount(found: Findings, table: pd.DataFrame) -> None:
    # One invoice is paid within four weeks or not, as by a coin; all others are sure, one way or the other.
    currency = str(found.table["currency"].iloc[0])
    by_week = np.zeros_like(found.by_week)
    by_week[:, 0], by_week[0, 0], by_week[0, -1] = 1.0, 0.5, 0.5
    by_week[1, 0], by_week[1, -1] = 0.0, 1.0
    told = cash(replace(found, by_week=by_week), table, currency, EN)["invoices"]
    assert [row["invoice"] for row in told] == [found.table["invoice_id"].iloc[0]]
    assert told[0]["spread"] == EN.number(found.table["amount_open"].iloc[0] / 2)


# ------------------------------------------------------------------- forecast against actual


def with_past(found: Findings, places: list[Place], scale: float = 1.0) -> Findings:
    learned = Learned(places=tuple(places), bands=Bands({}, {"week": scale, "month": 1.0, "quarter": 0.9}))
    return replace(found, cash=replace(said(found), learned=learned))


def place(weeks_ago: int, actual: float, step: str = "week 1") -> Place:
    origin = AT - pd.Timedelta(days=7 * weeks_ago)
    return Place(origin, "EUR", step, 0.5, 0.5, expected=100.0, low_80=80.0, high_80=120.0, came=actual)


def test_what_came_is_held_against_what_was_said(found: Findings) -> None:
    # Two of four lie in the band, its ends included; off by 0 + 20 + 50 + 70 of 400 that came, nothing in sum.
    past = with_past(found, [place(k, v) for k, v in zip((4, 3, 2, 1), (100.0, 120.0, 150.0, 30.0), strict=True)])
    (step,) = came(past, "EUR", EN)
    assert (
        step["summary"].replace("\N{NO-BREAK SPACE}", " ").startswith("2 of 4 lie in the band; off by 35 % on average")
    )
    assert [row["inside"] for row in step["rows"]] == ["yes", "yes", "no", "no"]

    # As many dots are drawn as weeks were held, those outside apart.
    assert step["drawn"]["inside"].count("M") == step["drawn"]["outside"].count("M") == 2

    # Other currencies and a single week have no picture.
    assert came(past, "USD", EN) == []
    assert came(with_past(found, [place(1, 100.0)]), "EUR", EN) == []


def test_too_much_and_too_little_are_told_apart(found: Findings) -> None:
    for actual, words in ((50.0, "100 % too much was expected"), (200.0, "50 % too little was expected")):
        (step,) = came(with_past(found, [place(2, actual), place(1, actual)]), "EUR", EN)
        assert step["summary"].replace("\N{NO-BREAK SPACE}", " ").endswith(words)


def test_the_bands_say_on_what_they_rest(found: Findings) -> None:
    # Few past weeks are said to be few.
    few = resting(with_past(found, [place(k + 1, 100.0) for k in range(FEW - 1)]), EN)
    assert f"rest on {FEW - 1}\N{NO-BREAK SPACE}weeks" in few
    assert few.endswith("with fewer than 8 they are rough.")

    # With enough of them it is said how many held, and what that did to the bands.
    places = [place(k + 1, 100.0 if k else 0.0) for k in range(10)]
    enough = resting(with_past(found, places, 1.25), EN).replace("\N{NO-BREAK SPACE}", " ")
    assert "90 % of their first weeks lay in the band of 80 %" in enough
    assert enough.endswith("weeks +25 %, months 0 %, quarters \N{MINUS SIGN}10 %.")


# ------------------------------------------------------------------- key figures


def test_tiles_are_the_kpis_of_the_day_and_of_three_months_ago(book: Ledger, found: Findings) -> None:
    assert found.kpis is not None
    now, before = (kpi_table(known(book, date), date) for date in (AT, AT - pd.DateOffset(months=3)))
    for currency in found.table["currency"].unique():
        for name, tile in zip(kpis.SHOWN, kpis.tiles(found.kpis, currency, AT, EN), strict=True):
            values = [t.loc[(t["currency"] == currency) & (t["kpi"] == name), "value"].item() for t in (now, before)]
            number, change = (re.search(r"[+\N{MINUS SIGN}]?[\d.]+", tile[k]) for k in ("value", "change"))
            assert number is not None
            assert change is not None
            assert float(number[0].replace("\N{MINUS SIGN}", "-")) == pytest.approx(values[0], abs=0.051)
            assert float(change[0].replace("\N{MINUS SIGN}", "-")) == pytest.approx(values[0] - values[1], abs=0.051)

            # Lower is better of days, higher of the share that was collected.
            better = (values[0] > values[1]) == (KPIS[name].good == "higher")
            assert tile["verdict"] == ("good" if better else "bad")
            assert tile["change"].endswith("better" if better else "worse")
            assert tile["sentence"] == KPIS[name].sentence


def test_a_young_book_has_a_figure_and_no_change(found: Findings) -> None:
    assert found.kpis is not None
    today = found.kpis[found.kpis["as_of"] == AT]
    tile = kpis.tiles(today, "EUR", AT, EN)[0]
    assert (tile["change"], tile["verdict"], tile["spark"]) == ("no figure 3 months ago", "even", {})

    # No figure at all is a dash.
    nothing = kpis.tiles(today.assign(value=np.nan), "EUR", AT, EN)[0]
    assert (nothing["value"], nothing["drawn"]) == ("\N{EN DASH}", "")


def test_ages_add_up_to_the_balance(found: Findings) -> None:
    assert found.ages is not None
    for row in found.ages.to_dict("records"):
        told = kpis.ages(found.ages, row["currency"], EN)
        assert sum(whole(part["amount"]) for part in told["parts"]) == whole(told["balance"]) == round(row["balance"])


def test_what_belongs_to_no_invoice_lies_below_zero() -> None:
    # 300 not due, 100 overdue by 10 days, 80 that belong to no invoice.
    columns = ["currency", "group", "not due", "1-30", "31-60", "61-90", "91+", "rest", "unallocated", "balance"]
    row = ["EUR", "all", 300.0, 100.0, 0.0, 0.0, 0.0, 0.0, -80.0, 320.0]
    told = kpis.ages(pd.DataFrame([row], columns=columns), "EUR", EN)
    loose = told["parts"][-1]
    assert (loose["amount"], told["balance"]) == ("\N{MINUS SIGN}80", "320")

    # On the bar it ends where zero is; the rest begins there, and ends at the end.
    assert loose["width"] == told["parts"][0]["start"] == pytest.approx(100 * 80 / 480, abs=0.01)
    assert told["parts"][1]["start"] + told["parts"][1]["width"] == pytest.approx(100, abs=0.02)
    assert [part["share"].replace("\N{NO-BREAK SPACE}", " ") for part in told["parts"][:2]] == ["75 %", "25 %"]


# ------------------------------------------------------------------- pictures


def numbers(path: str) -> list[int]:
    return [int(n) for n in re.findall(r"-?\d+", path)]


def test_pictures_lie_on_the_plane(found: Findings, table: pd.DataFrame) -> None:
    for one in context(found, EN)["books"]:
        fan = one["cash"]["fan"]
        for name in ("band95", "band80", "band50", "expected", "billing"):
            assert min(numbers(fan[name])) >= 0
            assert max(numbers(fan[name])) <= PLANE

        # A wider band reaches at least as high.
        tops = [min(numbers(fan[name])[1::2]) for name in ("band95", "band80", "band50")]
        assert tops == sorted(tops)


def test_a_small_line_ends_with_its_dot() -> None:
    path = drawn.spark(np.array([3.0, np.nan, 1.0, 2.0]))
    assert path["dot"] == "M{} {}h0".format(*numbers(path["line"])[-2:])
    assert path["line"].count("L") == 2

    # One value is no line.
    assert drawn.spark(np.array([np.nan, 2.0])) == {}


def test_every_picture_has_a_text_and_every_number_its_table(found: Findings) -> None:
    for spoken in (EN, DE):
        page = render(found, spoken)
        pictures = re.findall(r"<svg[^>]*>", page)
        assert all(re.search(r'aria-hidden="true"|role="img" aria-label="[^"]{20,}"', tag) for tag in pictures)
        section = page.split('id="cash"')[1].split('id="look"')[0]
        assert section.count('class="plane fan"') == section.count('class="weeks"') == section.count('class="spans"')
        assert section.count('class="plane then"') == section.count("<details>")
