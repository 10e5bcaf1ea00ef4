"""A serving model watched: quiet while nothing changes, named when it does, and blind for what is not known yet."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from paybench.cli import main
from paybench.errors import PaybenchError
from paybench.features import labels
from paybench.features.proof import another_future
from paybench.ledger import TABLES, Ledger, day, write_ledger
from paybench.models.learn.bundle import Bundle, write_bundle
from paybench.models.learn.fit import fit_baseline, fit_timing
from paybench.models.learn.folds import Book
from paybench.models.learn.tune import Tuned
from paybench.monitor.alarms import NEW_LABELS, STALE_DAYS, Age, alarms
from paybench.monitor.cohorts import Issued, cohorts
from paybench.monitor.drift import COLUMNS
from paybench.monitor.page import monitor_page
from paybench.monitor.watch import Monitored, monitor
from paybench.simulate import simulate
from tests.trained import uneven_book

THEN, AT = "2025-02-01", "2025-04-01"


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return uneven_book()


@pytest.fixture(scope="module")
def bundle(ledger: Ledger) -> Bundle:
    return fit_timing(Book(ledger, THEN), Tuned(), 0)


@pytest.fixture(scope="module")
def found(ledger: Ledger, bundle: Bundle) -> Monitored:
    return monitor(ledger, AT, bundle)


def same(one: Monitored, other: Monitored) -> None:
    for name in ("alarms", "drift", "cohorts"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)
    assert one.as_dict == other.as_dict


def test_what_trained_is_computed_again(ledger: Ledger, bundle: Bundle, found: Monitored) -> None:
    # From the ledger two months later the very rows come back that trained.
    then = Book(ledger, THEN, int(bundle.about["horizon"])).known_at(THEN)
    again = Book(ledger, AT, int(bundle.about["horizon"])).known_at(THEN)
    pd.testing.assert_frame_equal(then.X, again.X, check_exact=True)
    assert len(again) == bundle.about["rows"] == found.about["trained"]
    assert found.about["same_past"]


def test_nothing_changed_nothing_alarms(found: Monitored) -> None:
    assert not found.due, found.reasons
    assert not found.alarms["raised"].any(), found.alarms[found.alarms["raised"]]
    assert found.reasons == []
    assert "retraining is not due" in str(found)


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_other_books_in_which_nothing_changed_are_quiet_too(seed: int) -> None:
    ledger = simulate(60, 18, seed=seed).ledger
    bundle = fit_timing(Book(ledger, THEN), Tuned(), 0)
    found = monitor(ledger, AT, bundle)
    assert not found.due, found.reasons
    assert not found.drift.loc[found.drift["important"], "drifted"].any()


def test_a_tripled_amount_is_found_and_named(ledger: Ledger, bundle: Bundle) -> None:
    found = monitor(tripled(ledger), AT, bundle)
    assert found.due
    assert "drift of amount" in set(found.alarms.loc[found.alarms["due"], "what"])
    assert any(reason.startswith("drift of amount") for reason in found.reasons)
    # The feature that changed is the one that is farthest beyond its limit.
    drifted = found.drift[found.drift["drifted"]].set_index("feature")
    assert "amount" in drifted.index
    # What trained is as it was.
    assert found.about["same_past"]


def tripled(ledger: Ledger) -> Ledger:
    """Every invoice from the model's day on is three times as large, and is paid as before."""
    invoices, payments = ledger.invoices, ledger.payments
    new = invoices["issued_on"] >= day(THEN)
    ids = set(invoices.loc[new, "invoice_id"])
    return ledger.with_tables(
        {
            "invoices": invoices.assign(amount=invoices["amount"].where(~new, 3 * invoices["amount"])),
            "payments": payments.assign(
                amount=payments["amount"].where(~payments["invoice_id"].isin(ids), 3 * payments["amount"])
            ),
        }
    )


def test_a_new_country_is_found_and_named(ledger: Ledger, bundle: Bundle) -> None:
    invoices, customers = ledger.invoices, ledger.customers
    moved = invoices["customer_id"].isin(sorted(invoices["customer_id"].unique())[:20])
    ids = set(invoices.loc[moved & (invoices["issued_on"] >= day(THEN)), "invoice_id"])
    tables = {name: ledger.table(name).iloc[:0] for name in TABLES if name not in ("invoices", "payments", "customers")}
    abroad = customers.drop_duplicates("customer_id").assign(country="BR")
    abroad["customer_id"] = abroad["customer_id"] + "-BR"
    for name in ("invoices", "payments"):
        table = ledger.table(name)
        renamed = table["customer_id"].where(~table["invoice_id"].isin(ids), table["customer_id"] + "-BR")
        tables[name] = table.assign(customer_id=renamed)
    tables["customers"] = pd.concat([customers, abroad], ignore_index=True)
    found = monitor(ledger.with_tables(tables), AT, bundle)
    alarm = found.alarms.set_index("what").loc["new values of country"]
    assert alarm["raised"]
    since = invoices[(invoices["issued_on"] >= day(THEN)) & (invoices["issued_on"] < day(AT))]
    assert alarm["value"] == pytest.approx(since["invoice_id"].isin(ids).mean())


@pytest.mark.parametrize("seed", range(3))
def test_the_future_changes_no_number(ledger: Ledger, bundle: Bundle, found: Monitored, seed: int) -> None:
    same(monitor(another_future(ledger, AT, seed), AT, bundle), found)


def test_only_what_came_after_training_and_has_matured_counts(ledger: Ledger, bundle: Bundle, found: Monitored) -> None:
    # The months begin with the model's own.
    months, whole = found.cohorts.iloc[:-1], found.cohorts.iloc[-1]
    assert months["cohort"].tolist() == ["2025-02", "2025-03"]
    # Counts by a second way: the ledger's own invoices, and labels as known at the date.
    issued = ledger.invoices["issued_on"]
    assert whole["issued"] == ((issued >= day(THEN)) & (issued < day(AT))).sum() == months["issued"].sum()
    book = Book(ledger, AT)
    facts = labels(ledger, book.X[book.issued >= day(THEN)], AT, int(bundle.about["horizon"]))
    assert whole["late_known"] == facts["late"].notna().sum() > 0
    assert whole["late"] == pytest.approx(facts["late"].mean())
    assert whole["days_known"] == facts["days_late_capped"].notna().sum() < whole["late_known"]
    # What is known of the days is known of lateness; nothing is judged on the day of training itself.
    nothing = monitor(ledger, THEN, bundle)
    assert nothing.about["issued_since"] == nothing.cohorts.iloc[-1]["late_known"] == 0
    assert not nothing.due


def judged(good: float, n: int = 400, customers: int = 40) -> pd.DataFrame:
    """Cohorts of a model whose losses in days are ``good`` of the customer's own past's."""
    rng = np.random.default_rng(7)
    p = rng.random(n)
    late, base = (rng.random(n) < p).astype(np.float64), rng.gamma(2, 3, n)
    owners = pd.Index([f"C{i % customers}" for i in range(n)])
    months = np.where(np.arange(n) < n // 2, "2025-01", "2025-02")
    losses = {name: base * good * rng.uniform(0.9, 1.1, n) for name in ("mae", "crps")}
    return cohorts(Issued(months, owners, p, p, late, losses, {"mae": base, "crps": base}))


QUIET = pd.DataFrame(columns=[*COLUMNS, "label", "importance", "important", "name"]).astype(
    {"important": bool, "drifted": bool, "name": bool}
)
"""No feature at all."""


def test_lost_skill_makes_retraining_due() -> None:
    age = Age(30, 1000, 10)
    worse, better = (alarms(age, QUIET, judged(good)).set_index("what") for good in (1.3, 0.8))
    assert worse.loc["skill by CRPS", "due"]
    assert "-" in worse.loc["skill by CRPS", "said"]
    assert not better["raised"].any()
    # What is wrong may be chance of few invoices: nobody is alarmed by them.
    few = alarms(age, QUIET, judged(1.3, 100)).set_index("what")
    assert "skill by CRPS" not in few.index


def test_each_limit_is_a_limit() -> None:
    cohort = judged(0.8)
    for before, after, what in (
        (Age(STALE_DAYS, 1000, 0), Age(STALE_DAYS + 1, 1000, 0), "age of the model, days"),
        (Age(1, 1000, int(1000 * NEW_LABELS) - 1), Age(1, 1000, int(1000 * NEW_LABELS)), "newly matured invoices"),
    ):
        assert not alarms(before, QUIET, cohort)["due"].any()
        due = alarms(after, QUIET, cohort)
        assert due.loc[due["due"], "what"].tolist() == [what]
        # What is due comes first, says so in a sentence, and what to do.
        assert due["due"].iloc[0]
        assert due["said"].iloc[0].endswith(".")
        assert "paybench train" in due["do"].iloc[0]


def test_what_matters_little_is_named_when_it_is_far_off_and_is_no_reason() -> None:
    row = {"feature": "x", "psi": 1.0, "chance": 0.1, "before": 0.1, "limit": 0.25, "drifted": True, "unseen": 0.0}
    row |= {"missing_then": 0.0, "missing_now": 0.0, "label": "", "importance": 0.1, "important": True, "name": False}
    said = {}
    for important, psi in ((True, 0.3), (True, 0.2), (False, 1.0), (False, 0.3)):
        table = pd.DataFrame([row | {"important": important, "psi": psi, "drifted": psi > 0.25}])
        found = alarms(Age(1, 1000, 0), table, judged(0.8))
        said[important, psi] = (bool(found["raised"].any()), bool(found["due"].any()))
    assert said == {
        (True, 0.3): (True, True),
        (True, 0.2): (False, False),
        (False, 1.0): (True, False),
        (False, 0.3): (False, False),
    }


def test_a_bad_calibration_is_worth_a_look() -> None:
    found = cohorts(
        Issued(
            np.full(400, "2025-01"),
            pd.Index([f"C{i % 40}" for i in range(400)]),
            np.full(400, 0.2),
            np.full(400, 0.2),
            (np.arange(400) % 2).astype(np.float64),
            {name: np.ones(400) for name in ("mae", "crps")},
            {name: np.ones(400) for name in ("mae", "crps")},
        )
    )
    table = alarms(Age(1, 1000, 0), QUIET, found).set_index("what")
    assert table.loc["calibration error", "value"] == pytest.approx(0.3)
    assert table.loc["calibration error", "raised"]
    assert not table.loc["calibration error", "due"]


def test_the_baseline_is_watched_too(ledger: Ledger) -> None:
    found = monitor(ledger, AT, fit_baseline(Book(ledger, THEN)))
    # It has neither features that matter nor a skill against itself; its age and labels are seen.
    assert not found.drift["important"].any()
    assert not found.alarms["what"].str.startswith("skill").any()
    assert found.cohorts["log_loss"].notna().any()
    assert "no skill to speak of" in monitor_page(found)


def test_the_command_ends_with_three_when_retraining_is_due(
    ledger: Ledger, bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_ledger(ledger, tmp_path / "ledger")
    write_ledger(tripled(ledger), tmp_path / "tripled")
    write_bundle(bundle, tmp_path / "store" / "champion")

    def run(name: str, date: str, *more: str) -> int:
        places = [str(tmp_path / name), "--out", str(tmp_path / "out"), "--store", str(tmp_path / "store")]
        return main(["monitor", *places, "--as-of", date, *more])

    # Too early a date is one sentence, and nothing is written.
    assert run("ledger", "2025-01-01") == 1
    assert "trained on what was known at" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert run("ledger", AT, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["due"] is False
    assert answer["reasons"] == []
    files = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    assert set(files) == {"alarms.csv", "drift.csv", "cohorts.csv", "monitor.html"}
    # Where retraining is due, the code is 3, and the reason is said.
    assert run("tripled", AT, "--json") == 3
    answer = json.loads(capsys.readouterr().out)
    assert answer["due"] is True
    assert any("amount" in reason for reason in answer["reasons"])
    assert b"Retraining is due." in (tmp_path / "out" / "monitor.html").read_bytes()
    # The same again writes the same bytes.
    assert run("ledger", AT, "--quiet") == 0
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == files
    # A folder with anything else in it is left alone.
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("mine")
    assert main(["monitor", str(tmp_path / "ledger"), "--as-of", AT, "--out", str(tmp_path / "other")]) == 1
    assert (tmp_path / "other" / "mine.txt").read_text() == "mine"


def test_the_page_is_escaped_and_needs_no_network(found: Monitored) -> None:
    hostile = "<script>alert(1)</script>"
    page = monitor_page(replace(found, about=found.about | {"book": hostile, "model": hostile}))
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page
    assert "default-src 'none'" in html.unescape(page)


def test_another_book_is_refused(ledger: Ledger, bundle: Bundle) -> None:
    with pytest.raises(PaybenchError, match="was trained on the book"):
        monitor(replace(ledger, name="another"), AT, bundle)
