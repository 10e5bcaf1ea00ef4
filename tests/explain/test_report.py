"""The report for finance: self-contained, nothing in it is alive, and its numbers add up."""

from __future__ import annotations

import html
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from paybench import PaybenchError
from paybench.explain.cash import cash_weeks, paid_by_week
from paybench.explain.numbers import percent
from paybench.explain.page import Findings, context, render
from paybench.features import open_on
from paybench.ledger import Ledger
from paybench.models.family.distribution import DaysLate
from paybench.models.learn.bundle import Bundle
from paybench.models.training.candidate import Candidate
from paybench.report import findings, report, write_report
from tests.explain.conftest import AS_OF

HOSTILE = "</script><script>alert(1)</script>"


@pytest.fixture(scope="module")
def found(book: Ledger, store: Path) -> Findings:
    return findings(book, AS_OF, store)


@pytest.fixture(scope="module")
def page(found: Findings) -> str:
    return render(found)


def text_of(page: str) -> str:
    """What a reader sees."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.split("</style>")[1])).split())


def test_page_is_one_file(page: str) -> None:
    # Nothing is loaded: no address, no script, no font, no frame; pictures are inside.
    bare = re.sub(r"data:image/png;base64,[\w+/=]+", "", page)
    assert not re.findall(r"https?:|//[a-z]|@import|url\(|<(?:script|link|iframe|object|embed|form)\b", bare)
    assert all(source.startswith("data:image/png;base64,") for source in re.findall(r'src="([^"]*)', page))

    # A policy that would let nothing in and nothing run.
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in page


def test_same_inputs_same_bytes(found: Findings, page: str) -> None:
    # Whatever the global generator has drawn before, and it goes on as if nothing had been drawn.
    np.random.seed(5)  # noqa: NPY002
    expected = np.random.RandomState(5).random()
    assert render(found) == page
    assert np.random.random() == expected  # noqa: NPY002


@pytest.mark.parametrize(
    "hostile", [HOSTILE, '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}{% raw %}", "a' onclick='b"]
)
def test_hostile_names_come_out_dead(found: Findings, hostile: str) -> None:
    table = found.table.assign(name=hostile, customer_id=hostile, reason_1=hostile, flags="")
    page = render(replace(found, book=hostile, table=table, X=None, attributions=None, why_baseline=hostile))

    # They are text: readable, and no tag or attribute of the page.
    assert hostile in html.unescape(page)
    assert hostile not in page or not set(hostile) & set("<>\"'")
    assert not re.search(r"<(?:script|img)|<[^>]*\son\w+=", page)


def test_weeks_add_up(found: Findings) -> None:
    table = found.table

    # Every invoice is paid in some week, later, or never.
    np.testing.assert_allclose(found.by_week.sum(axis=1), 1.0, atol=1e-9)
    assert (found.by_week >= 0).all()

    for currency, mine in table.groupby("currency"):
        rows = (table["currency"] == currency).to_numpy()
        weeks = cash_weeks(
            mine["amount_open"].to_numpy(), mine["days_overdue"].to_numpy(), found.by_week[rows], found.at
        )
        whole = mine["amount_open"].sum()

        # Both columns hold the open amount to the cent, and what is displayed holds it exactly.
        assert abs(weeks["due"].sum() - whole) < 0.01
        assert abs(weeks["expected"].sum() - whole) < 0.01
        assert weeks["due_shown"].sum() == weeks["expected_shown"].sum() == round(whole)

        # What is overdue is what the score table calls overdue.
        assert abs(weeks["due"].iloc[0] - mine.loc[mine["days_overdue"] > 0, "amount_open"].sum()) < 0.01


def test_tiles_are_sums_of_the_weeks(found: Findings) -> None:
    said = context(found)
    for tiles, book in zip(said["totals"], said["books"], strict=False):
        shown = [int(w["expected"].replace(",", "")) for w in book["weeks"][1:5]]

        # A reader who adds up the displayed weeks finds the displayed figure.
        assert [int(tiles[k].replace(",", "")) for k in ("week", "month")] == [shown[0], sum(shown)]


def test_weeks_of_a_known_case() -> None:
    # Due in 3 days; paid on time, 4 days late (the day that opens week 1) or never.
    mass = np.zeros((1, 30))
    mass[0, [0, 4]] = 0.5, 0.3
    weeks = paid_by_week(DaysLate(0, mass), np.array([-3]), weeks=3)
    np.testing.assert_allclose(weeks, [[0.5, 0.3, 0.0, 0.0, 0.2]])


def test_weeks_are_those_of_the_distribution(book: Ledger, forest: Bundle, found: Findings) -> None:
    X = open_on(book, AS_OF)
    order = pd.Index(X.index.get_level_values("invoice_id")).get_indexer(found.table["invoice_id"])
    overdue = found.table["days_overdue"].to_numpy()
    predicted = forest.predict(book, X.iloc[order]).given_unpaid(overdue)

    # The first four weeks together: paid before the 28th day from as_of on.
    np.testing.assert_allclose(found.by_week[:, :4].sum(axis=1), 1 - predicted.later_than(overdue + 27), atol=1e-9)

    # The last column is the score table's P(never).
    np.testing.assert_allclose(found.by_week[:, -1], found.table["p_never"], atol=1e-9)


def test_example_adds_up_as_displayed(found: Findings, page: str) -> None:
    assert found.example is not None
    at = 0
    for step in found.example.steps:
        # Each total is what the lines before it lead to, to the tenth that is displayed.
        assert not step.total or at in (0, step.value)
        at = step.value if step.total else at + step.value
    assert at == found.example.result

    # The end is the number in the score table, and the page says both.
    row = found.table[found.table["invoice_id"] == found.example.invoice_id].iloc[0]
    assert found.example.result == round(1000 * row["p_late"])
    assert row["days_overdue"] <= 0
    assert f"paid late is given as: {percent(row['p_late'])}.".replace("\N{NO-BREAK SPACE}", " ") in text_of(page)


def test_page_answers_in_order(found: Findings, page: str) -> None:
    headings = re.findall(r"<h2>(.*?)</h2>", page)
    assert headings == [
        "What is expected",
        "What to do: the invoices to look at",
        "Why: what drives late payment",
        "How far to trust it",
        "Known limits",
        "Where it comes from",
    ]

    # Every model and every baseline, the version, and the data are named.
    for name in (*found.about["evaluation"], "payment-timing v2", found.about["data_hash"]):
        assert html.escape(name, quote=False).replace("'", "&#39;") in page


def test_list_is_ordered_by_what_waiting_costs(found: Findings) -> None:
    cost = found.table["amount_open"] * found.table["expected_days_late"].clip(lower=0)
    costs = dict(zip(found.table["invoice_id"], cost, strict=True))
    for book in context(found)["books"]:
        # The first of each list is the costliest of its currency, and the order never rises.
        listed = [costs[row["invoice"]] for row in book["listed"]]
        assert listed == sorted(listed, reverse=True)
        assert listed[0] == cost[found.table["currency"] == book["currency"]].max()


def test_training_leaves_its_evaluation_in_the_bundle(candidate: Candidate, forest: Bundle) -> None:
    # The figures beside the baselines are those of the candidate; what a model does not speak of is left out.
    for name, values in candidate.metrics.drop(columns="n").iterrows():
        assert forest.about["evaluation"][name] == {k: round(v, 4) for k, v in values.dropna().items()}
    assert forest.about["skill"] == candidate.about["skill"]
    assert sum(b["n"] for b in forest.about["reliability"]) == forest.about["gate_rows"] == len(candidate.rows)


def test_baseline_has_a_report(book: Ledger, baseline_store: Path) -> None:
    seen = text_of(report(book, AS_OF, baseline_store))

    # It says that no trained model serves, and why; it has amounts and reasons, and no forest to explain.
    assert "No trained model serves." in seen
    assert "Why: no model has been trained in this store yet." in seen
    assert "settled invoices" in seen
    assert "what drives late payment" not in seen


def test_refused_candidate_is_named(book: Ledger, baseline_store: Path, candidate: Candidate, tmp_path: Path) -> None:
    # The Baseline beside a candidate that the gate did not take: the comparison is shown, the Baseline serves.
    (tmp_path / "champion").symlink_to(baseline_store / "champion")
    (tmp_path / "candidate").symlink_to(candidate.folder)
    seen = text_of(report(book, AS_OF, tmp_path))
    assert "the model trained on 1 Jun 2025 was refused: " in seen or "waits for 'paybench promote'" in seen
    assert "customer's own distribution ▸ serves now" in seen


def test_empty_book_has_a_report(book: Ledger, store: Path) -> None:
    due = book.invoices.assign(paid_on=book.invoices["issued_on"], kind="payment")
    due["payment_id"] = "all-" + due["invoice_id"]
    all_paid = Ledger.of(
        book.name, invoices=book.invoices, payments=due[[c for c in book.payments.columns if c in due.columns]]
    )
    seen = text_of(report(all_paid, AS_OF, store))

    # It says so, and still says how far the model can be trusted.
    assert "No invoice is open at the start of 1 Jun 2025" in seen
    assert "How far to trust it" in seen


def test_a_later_model_does_not_speak_of_an_earlier_day(book: Ledger, baseline_store: Path) -> None:
    # A model that was trained after the report's date knows how things ended.
    with pytest.raises(PaybenchError, match="trained on what was known at .* give that day or a later one"):
        report(book, "2025-04-01", baseline_store)


def test_report_is_written_whole_or_not_at_all(
    book: Ledger, baseline_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_report(book, AS_OF, tmp_path / "finance.html", baseline_store)
    assert (tmp_path / "finance.html").read_text(encoding="utf-8").endswith("</html>\n")

    # The ending says what it is.
    with pytest.raises(PaybenchError, match=r"written as .html, not as 'finance.pdf'; change the file's ending"):
        write_report(book, AS_OF, tmp_path / "finance.pdf", baseline_store)

    # Where the workbench is not installed, one sentence says what to do.
    with monkeypatch.context() as absent:
        absent.setitem(sys.modules, "jinja2", None)
        with pytest.raises(PaybenchError, match=r"needs jinja2, .* pip install 'paybench\[workbench\]'"):
            write_report(book, AS_OF, tmp_path / "finance.html", baseline_store)

    # Without a model there is no report, and nothing is left behind.
    with pytest.raises(PaybenchError, match="There is no model at"):
        write_report(book, AS_OF, tmp_path / "none.html", tmp_path / "nowhere")
    assert [file.name for file in tmp_path.iterdir()] == ["finance.html"]
