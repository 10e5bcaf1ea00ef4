"""The score table: what its columns promise each other, and what must not change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.features import open_rows
from paybench.ledger import TABLES, Ledger, as_of, conform, day, read_ledger, settle
from paybench.ledger.schema import DATE
from paybench.models.learn.bundle import Bundle, read_bundle
from paybench.score import COLUMNS, rows, score, write_scores
from tests.trained import AS_OF, Trained

AT = day(AS_OF)
GRACE = 5
DATES = ["as_of", "due_on", "pay_on_p10", "pay_on_p50", "pay_on_p90"]

# mlflow 3.17 uses what SQLAlchemy 2.1 gives up.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")


@pytest.fixture(scope="module")
def ledger(trained: Trained) -> Ledger:
    return read_ledger(trained.ledger)


ON_BASELINE = {"kind": "baseline", "encoder": None, "late_encoder": None, "hazard_text": "", "late_text": ""}
"""A trained bundle without what was trained."""


@pytest.fixture(scope="module")
def forest(trained: Trained) -> Bundle:
    found = read_bundle(trained.store / "champion")
    assert found.kind == "timing"
    return found


@pytest.fixture(scope="module", params=["forest", "forest with grace", "forest on Baseline alone"])
def table(request: pytest.FixtureRequest, ledger: Ledger, forest: Bundle) -> pd.DataFrame:
    """Scores by each kind of bundle; ``attrs`` has the grace days."""
    grace = GRACE if request.param == "forest with grace" else 0
    bundle = replace(forest, about=forest.about | {"grace_days": grace})
    if request.param == "forest on Baseline alone":
        bundle = replace(bundle, **ON_BASELINE)
    found = score(replace(ledger, grace_days=grace), AS_OF, bundle)
    found.attrs["grace_days"] = grace
    return found


def test_one_row_per_open_invoice(table: pd.DataFrame, ledger: Ledger) -> None:
    open_then = open_rows(ledger, AS_OF)
    assert sorted(table["invoice_id"]) == sorted(open_then["invoice_id"])
    assert table["invoice_id"].is_unique
    assert list(table.columns) == list(COLUMNS)
    assert table[["customer_id", "invoice_id"]].to_records(index=False).tolist() == sorted(
        table[["customer_id", "invoice_id"]].to_records(index=False).tolist()
    )


def test_the_facts_are_those_of_the_ledger_at_the_day(table: pd.DataFrame, ledger: Ledger) -> None:
    facts = settle(as_of(ledger, AS_OF)).set_index("invoice_id").loc[table["invoice_id"]].reset_index()
    for name in ("customer_id", "currency", "amount_open", "due_on"):
        assert table[name].tolist() == facts[name].tolist()
    assert (table["amount_open"] > 0).all()
    assert (table["as_of"] == AT).all()
    assert (table["days_overdue"] == (AT - table["due_on"]).dt.days).all()


def test_probabilities_fall_as_the_threshold_grows(table: pd.DataFrame) -> None:
    falling = table[["p_late", "p_late_30", "p_late_60", "p_late_90", "p_never"]].to_numpy()
    assert (np.diff(falling, axis=1) <= 1e-12).all()
    assert ((falling >= 0) & (falling <= 1)).all()


def test_late_is_certain_exactly_once_its_day_has_passed(table: pd.DataFrame) -> None:
    passed = table["days_overdue"] > table.attrs["grace_days"]
    assert passed.any()
    assert (~passed).any()
    assert (table.loc[passed, "p_late"] == 1).all()
    assert (table.loc[~passed, "p_late"] < 1).all()
    # So it is for every threshold: unpaid at the start of a day means not paid before it.
    for k in (30, 60, 90):
        assert (table.loc[table["days_overdue"] > k, f"p_late_{k}"] > 1 - 1e-12).all()


def test_predicted_days_rise_and_none_lies_before_the_day(table: pd.DataFrame) -> None:
    days = [table[f"pay_on_p{q}"] for q in (10, 50, 90)]
    for dates in days:
        assert (dates.dropna() >= AT).all()
    for earlier, later in pairwise(days):
        assert (earlier <= later)[later.notna()].all()
        # A quantile is empty where it falls into "never", and then so are the higher ones.
        assert later[earlier.isna()].isna().all()
    for q, dates in zip((0.1, 0.5, 0.9), days, strict=True):
        assert dates.isna().equals(table["p_never"] > 1 - q) or (table["p_never"] - (1 - q)).abs().min() < 1e-9


def test_expected_days_late_are_not_below_what_has_passed(table: pd.DataFrame) -> None:
    assert (table["expected_days_late"] >= table["days_overdue"].clip(upper=180) - 1e-9).all()
    assert (table["expected_days_late"] <= 180).all()


def test_words_are_there_for_people(table: pd.DataFrame) -> None:
    assert set(table["risk"]) <= {"low", "medium", "high"}
    assert table["reason_1"].str.endswith(".").all()
    assert set(" ".join(table["flags"]).split()) <= {"cold_start", "unseen_value", "thin_tail", "drift"}
    assert table["model_version"].eq("payment-timing v2").all()


def _shuffled(ledger: Ledger) -> Ledger:
    tables = {name: ledger.table(name).sample(frac=1, random_state=7) for name in ("invoices", "payments", "customers")}
    return ledger.with_tables(tables)


def _turned(ledger: Ledger) -> Ledger:
    """Every table's columns the other way round."""
    return ledger.with_tables({name: ledger.table(name).iloc[:, ::-1] for name in TABLES})


def _with_a_stranger(ledger: Ledger) -> Ledger:
    """Another customer, with a past and open invoices of its own."""
    mine = ledger.invoices["customer_id"] == ledger.invoices["customer_id"].mode()[0]
    invoices = ledger.invoices[mine].assign(customer_id="0 stranger", invoice_id="0-" + ledger.invoices["invoice_id"])
    payments = ledger.payments[ledger.payments["invoice_id"].isin(ledger.invoices["invoice_id"][mine])]
    payments = payments.assign(
        customer_id="0 stranger", invoice_id="0-" + payments["invoice_id"], payment_id="0-" + payments["payment_id"]
    )
    return ledger.with_tables(
        {
            "invoices": pd.concat([invoices, ledger.invoices], ignore_index=True),
            "payments": pd.concat([ledger.payments, payments], ignore_index=True),
        }
    )


def _with_a_future(ledger: Ledger) -> Ledger:
    """Everything is paid, and more is billed, from the day on."""
    known = ledger.payments["paid_on"] < AT
    paid = ledger.payments[~known].assign(paid_on=AT, amount=1e6)
    billed = ledger.invoices.assign(invoice_id="9-" + ledger.invoices["invoice_id"], issued_on=AT, due_on=AT)
    return ledger.with_tables(
        {
            "invoices": pd.concat([ledger.invoices, billed], ignore_index=True),
            "payments": pd.concat([ledger.payments[known], paid], ignore_index=True),
        }
    )


@pytest.mark.parametrize("change", [_shuffled, _turned, _with_a_stranger, _with_a_future])
@pytest.mark.parametrize("kind", ["forest", "Baseline"])
def test_what_does_not_concern_an_invoice_leaves_its_scores_as_they_are(
    ledger: Ledger, forest: Bundle, change: Callable[[Ledger], Ledger], kind: str
) -> None:
    bundle = forest if kind == "forest" else replace(forest, **ON_BASELINE)
    before, after = score(ledger, AS_OF, bundle), score(change(ledger), AS_OF, bundle)
    after = after[after["customer_id"] != "0 stranger"].reset_index(drop=True)
    same(after, before)


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Equal to the last bit."""
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_the_size_of_chunks_does_not_matter(ledger: Ledger, forest: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = score(ledger, AS_OF, forest)
    assert len(whole) > 7
    for size in (7, len(whole)):
        monkeypatch.setattr(rows, "CHUNK", size)
        same(score(ledger, AS_OF, forest), whole)


@pytest.mark.parametrize("part", ["encoder", "late_encoder"])
def test_a_code_that_a_model_did_not_know_is_flagged(ledger: Ledger, forest: Bundle, part: str) -> None:
    encoder = getattr(forest, part)
    currency = ledger.invoices["currency"].iloc[0]
    fewer = {name: tuple(v for v in known if v != currency) for name, known in encoder.categories.items()}
    assert fewer != encoder.categories
    table = score(ledger, AS_OF, replace(forest, **{part: replace(encoder, categories=fewer)}))
    # By either of the models that serve; and elsewhere nothing is flagged that was not.
    unseen = table["flags"].str.contains("unseen_value")
    before = score(ledger, AS_OF, forest)["flags"].str.contains("unseen_value")
    assert (unseen == (before | (table["currency"] == currency))).all()
    assert unseen.any()


def test_a_day_on_which_nothing_is_open_gives_no_row(ledger: Ledger, forest: Bundle, tmp_path: Path) -> None:
    first = ledger.invoices.head(1).assign(invoice_id="1")
    paid = conform("payments", ledger.payments.head(1)).assign(
        invoice_id="1", amount=first["amount"].iloc[0], kind="payment", currency=first["currency"].iloc[0]
    )
    closed = ledger.with_tables({"invoices": first, "payments": paid})
    table = score(closed, "2030-01-01", forest)
    assert table.empty
    assert list(table.columns) == list(COLUMNS)
    for name in ("s.csv", "s.parquet"):
        write_scores(table, tmp_path / name)
    assert pd.read_parquet(tmp_path / "s.parquet").empty


def test_parquet_comes_back_as_it_was(table: pd.DataFrame, tmp_path: Path) -> None:
    write_scores(table, tmp_path / "s.parquet")
    back = pd.read_parquet(tmp_path / "s.parquet").astype(dict.fromkeys(DATES, DATE))
    pd.testing.assert_frame_equal(back, table, check_exact=True)


def test_the_same_ledger_gives_the_same_bytes(ledger: Ledger, forest: Bundle, tmp_path: Path) -> None:
    for name in ("a", "b"):
        for ending in ("csv", "parquet"):
            write_scores(score(ledger, AS_OF, forest), tmp_path / f"{name}.{ending}")
    for ending in ("csv", "parquet"):
        assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()


def test_a_spreadsheet_runs_nothing_that_a_customer_is_called(ledger: Ledger, forest: Bundle, tmp_path: Path) -> None:
    names = dict(
        zip(ledger.customers["customer_id"], ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "a,b", 'a"b'], strict=False)
    )
    renamed = {
        name: ledger.table(name).assign(customer_id=ledger.table(name)["customer_id"].replace(names))
        for name in ("invoices", "payments", "customers")
    }
    table = score(ledger.with_tables(renamed), AS_OF, forest)
    write_scores(table, tmp_path / "s.csv")
    cells = pd.read_csv(tmp_path / "s.csv", dtype=str, keep_default_na=False)
    text = cells[["invoice_id", "customer_id", "currency", "risk", "reason_1", "flags"]]
    assert not text.apply(lambda column: column.str.match(r"[=+\-@\t\r]")).any().any()
    # Numbers stay numbers, negative ones too.
    assert pd.to_numeric(cells["days_overdue"]).tolist() == table["days_overdue"].tolist()
    np.testing.assert_allclose(pd.to_numeric(cells["p_late"]), table["p_late"], rtol=0, atol=0)


@pytest.mark.parametrize("name", ["s", "s.xlsx", "s.csv.gz", ".csv", "s.json"])
def test_another_ending_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PaybenchError, match="Scores are written as .parquet or .csv, not as"):
        write_scores(pd.DataFrame(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_only_the_champion_is_exported(ledger: Ledger, trained: Trained) -> None:
    with pytest.raises(PaybenchError, match="'challenger' is not exported; 'champion' is, and NAME@ALIAS reads"):
        score(ledger, AS_OF, "challenger", trained.store)


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"name": "other"}, "trained on the book"), ({"grace_days": 7}, "days of grace")],
)
def test_a_model_serves_its_own_book_only(trained: Trained, changed: dict[str, Any], said: str) -> None:
    other = replace(read_ledger(trained.ledger), **changed)
    # Another book, or the same with another grace, is not what the model learned.
    with pytest.raises(PaybenchError, match=said):
        score(other, AT, "champion", trained.store)
