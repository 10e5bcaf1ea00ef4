"""The portfolio report: self-contained, nothing in it is alive but its own script, and its numbers add up."""

from __future__ import annotations

import ast
import base64
import hashlib
import html
import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from paybench import PaybenchError
from paybench.decide.exceptions import KINDS, REPORTED, exceptions
from paybench.decide.kpi import KPIS
from paybench.erase.search import Words
from paybench.ledger import Ledger, as_of, day, read_ledger
from paybench.models.learn.bundle import write_bundle
from paybench.models.training.candidate import Candidate
from paybench.models.training.train import baseline_candidate
from paybench.pages import language
from paybench.reports.portfolio import came, cash, kpis, look, portfolio, rows, said, write_portfolio
from paybench.reports.portfolio.changed import adjusted, changed
from paybench.reports.portfolio.findings import Findings, findings
from paybench.reports.portfolio.page import context, render
from paybench.reports.portfolio.rows import rows_of
from paybench.reports.portfolio.weeks import cash_weeks
from tests.trained import AS_OF, Trained

HOSTILE = "</script><script>alert(1)</script>"
EN, DE = language("en"), language("de")
SOURCE = Path(rows.__file__).parent
PATHS = 60
"""Futures that are drawn here: enough to have bands."""


@pytest.fixture(scope="module")
def book(trained: Trained) -> Ledger:
    return read_ledger(trained.ledger)


@pytest.fixture(scope="module")
def found(book: Ledger, trained: Trained) -> Findings:
    return findings(book, AS_OF, trained.store, paths=PATHS)


@pytest.fixture(scope="module")
def page(found: Findings) -> str:
    return render(found)


@pytest.fixture(scope="module")
def baseline_store(book: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose champion is the Baseline; nothing was trained in it."""
    folder = tmp_path_factory.mktemp("baseline")
    baseline = baseline_candidate(book, AS_OF, folder / "first").bundle
    write_bundle(replace(baseline, about=baseline.about | {"version": "payment-timing v1"}), folder / "champion")
    return folder


def text_of(page: str) -> str:
    """What a reader sees without the script."""
    body = re.sub(r"<script.*?</script>", " ", page.split("</style>")[1], flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def scripts_of(page: str) -> list[tuple[str, str]]:
    return re.findall(r"<script([^>]*)>(.*?)</script>", page, flags=re.S)


def test_page_is_one_file(page: str) -> None:
    # Nothing is loaded: no address, no font, no frame, no picture from elsewhere, and nothing is sent anywhere.
    bare = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    assert not re.findall(r"https?:|//[a-z]|@import|url\(|<(?:link|iframe|object|embed|form|img)\b", bare)

    # One script, and data that are none; the policy knows the script by its hash, and lets no other one run.
    (kind, data), (plain, script) = scripts_of(page)
    assert (kind, plain) == (' type="application/json" id="data"', "")
    assert not set(data) & set("<>&")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'; base-uri"
    assert policy in html.unescape(page)
    assert script == (SOURCE / "portfolio.js").read_text(encoding="utf-8")


def test_same_inputs_same_bytes(found: Findings, page: str) -> None:
    assert render(found) == page


def test_nothing_dated_later_has_an_influence(book: Ledger, trained: Trained, page: str) -> None:
    # The page of a ledger that ends on the day before is the same, byte for byte.
    assert book.payments["paid_on"].max() > pd.Timestamp(AS_OF)
    assert portfolio(as_of(book, AS_OF), AS_OF, trained.store, paths=PATHS) == page


@pytest.mark.parametrize(
    "hostile", [HOSTILE, '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}{% raw %}", "a' onclick='b", "<!--<script>"]
)
def test_hostile_names_come_out_dead(found: Findings, hostile: str) -> None:
    table = found.table.assign(name=hostile, customer_id=hostile, reason_1=hostile, flags="")
    page = render(replace(found, book=hostile, table=table, attributions=None))

    # They are text: readable, and no tag or attribute of the page.
    assert hostile in html.unescape(page)
    assert len(scripts_of(page)) == 2
    assert not re.search(r"<img|<[^>]*\son\w+=", re.sub(r"<script>.*?</script>", "", page, flags=re.S))
    assert json.loads(scripts_of(page)[0][1])["customers"] == [hostile]


def test_weeks_add_up(found: Findings) -> None:
    table = found.table

    # Every invoice is paid in some week, later, or never.
    np.testing.assert_allclose(found.by_week.sum(axis=1), 1.0, atol=1e-9)
    assert (found.by_week >= 0).all()

    for currency, mine in table.groupby("currency"):
        own = (table["currency"] == currency).to_numpy()
        weeks = cash_weeks(mine["amount_open"].to_numpy(), mine["days_overdue"].to_numpy(), found.by_week[own])
        whole = mine["amount_open"].sum()

        # Both columns hold the open amount to the cent, and what is displayed holds it exactly.
        assert abs(weeks["due"].sum() - whole) < 0.01
        assert abs(weeks["expected"].sum() - whole) < 0.01
        assert weeks["due_shown"].sum() == weeks["expected_shown"].sum() == round(whole)


def test_tiles_are_sums_of_the_weeks(found: Findings) -> None:
    told = context(found, EN)
    for tiles, book in zip(told["totals"], told["books"], strict=False):
        expected = [int(w["expected"].replace(",", "").replace("\N{EN DASH}", "0")) for w in book["weeks"]]
        due = [int(w["due"].replace(",", "").replace("\N{EN DASH}", "0")) for w in book["weeks"]]

        # A reader who adds up the displayed weeks finds the displayed figures: expected, open and overdue.
        figures = [int(tiles[k].replace(",", "")) for k in ("week", "month", "open", "overdue")]
        assert figures == [expected[1], sum(expected[1:5]), sum(due), due[0]]


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
    assert f"paid late is given as: {EN.percent(row['p_late'])}.".replace("\N{NO-BREAK SPACE}", " ") in text_of(page)


def test_page_answers_in_order(found: Findings, page: str) -> None:
    assert re.findall(r"<h2>(.*?)</h2>", page) == [
        "What is expected",
        "When the money will come",
        "Key figures",
        "Decisions: what is done today",
        "What to do: the invoices to look at",
        "Customers whose behaviour changed",
        "Exceptions: what a person has to see",
        "All open invoices",
        "Why: what drives late payment",
        "How far to trust it",
        "Known limits",
        "Where it comes from",
    ]

    # Every model and every baseline, the version, and the data are named.
    for name in (*found.about["evaluation"], found.about["version"], found.about["data_hash"]):
        assert html.escape(name, quote=False).replace("'", "&#39;") in page


def test_list_is_ordered_by_what_waiting_costs(found: Findings) -> None:
    cost = found.table["amount_open"] * found.table["expected_days_late"].clip(lower=0)
    costs = dict(zip(found.table["invoice_id"], cost, strict=True))
    for book in context(found, EN)["books"]:
        # The first of each list is the costliest of its currency, and the order never rises.
        listed = [costs[row["invoice"]] for row in book["listed"]]
        assert listed == sorted(listed, reverse=True)
        assert listed[0] == cost[found.table["currency"] == book["currency"]].max()


def test_all_open_invoices_are_in_the_table(found: Findings) -> None:
    data: dict[str, Any] = json.loads(json.dumps(rows_of(found, EN)))
    columns, table = data["rows"], found.table.set_index("invoice_id").loc[data["rows"]["invoice"]]

    # Each open invoice once; what the columns name by place is what the score table says.
    assert len(columns["invoice"]) == len(set(columns["invoice"])) == len(found.table)
    assert [data["customers"][k] for k in columns["customer"]] == table["customer_id"].tolist()
    assert [data["currencies"][k] for k in columns["currency"]] == table["currency"].tolist()
    for name, column in (("due", "due_on"), ("low", "pay_on_p10"), ("mid", "pay_on_p50"), ("high", "pay_on_p90")):
        days = [None if k < 0 else data["days"][k] for k in columns[name]]
        assert days == [None if pd.isna(d) else (d - found.at).days for d in table[column]]
    assert data["dates"] == [EN.date(found.at + pd.Timedelta(days=d)) for d in data["days"]]

    # Amounts are whole numbers of the smallest unit, so that the script's sums are exact.
    scale = np.array([10.0 ** data["places"][k] for k in columns["currency"]])
    np.testing.assert_allclose(np.array(columns["amount"]) / scale, table["amount_open"], atol=0.005)

    # Reasons come back word for word.
    for k, name in enumerate(("reason_1", "reason_2", "reason_3")):
        points = [data["points"][p] if p >= 0 else "" for p in columns["moved"][k]]
        sentences = [data["sentences"][p] if p >= 0 else "" for p in columns["reasons"][k]]
        told = [f"{s}: {p}." if p else s for s, p in zip(sentences, points, strict=True)]
        assert told == table[name].tolist()

    # The later something is in the list of percentages, the likelier it is to be late.
    late = pd.Series(columns["late"]).groupby([data["percents"][k] for k in columns["late"]]).first().sort_values()
    shares = table["p_late"].groupby([data["percents"][k] for k in columns["late"]]).min()
    assert shares[late.index].is_monotonic_increasing


def test_names_can_be_left_out(book: Ledger, trained: Trained, found: Findings) -> None:
    page = render(findings(book, AS_OF, trained.store, names=False, cash=found.cash))
    names = book.customers["name"].dropna().unique()

    # No customer's name and no word that somebody wrote; the numbers of customers stay.
    assert len(names) > 30
    assert not [name for name in names if name in html.unescape(page)]
    assert not [r for r in book.disputes["reason"].dropna().unique() if f"<bdi>{r}</bdi>" in page]
    assert found.table["customer_id"].iloc[0] in page


def test_an_erasure_finds_everybody_in_it(found: Findings, page: str) -> None:
    # What the script's data are written in does not hide a customer's number or name from a search.
    table = found.table.drop_duplicates("customer_id").head(20)
    for word in [*table["customer_id"], *table["name"]]:
        assert Words([word]).in_file("portfolio.html", page.encode())


def test_german_is_whole_and_says_the_same_numbers(book: Ledger, trained: Trained, found: Findings) -> None:
    page = render(findings(book, AS_OF, trained.store, "de", cash=found.cash), DE)
    english, german = (re.findall(r"<td[^>]*>(.*?)</td>", p, flags=re.S) for p in (render(found), page))
    assert '<html lang="de">' in page

    # As many cells, and the same digits in every one that holds an amount.
    assert len(german) == len(english)
    for one, other in zip(english, german, strict=True):
        if re.fullmatch(r"[\d,.]+", one):
            assert re.sub(r"\D", "", one) == re.sub(r"\D", "", other)
    text = text_of(page)
    assert "Was zu tun ist" in text
    assert not re.search(r"\b(?:the|invoices?|customers?|overdue|late|due)\b", text.partition("Woher es kommt")[0])


def test_every_sentence_has_its_german() -> None:
    known = DE.sentences
    template = "".join(file.read_text(encoding="utf-8") for file in SOURCE.glob("*.html"))
    asked = {text for pair in re.findall(r"""\bt\((?:"([^"]*)"|'([^']*)')""", template) for text in pair if text}
    for file in SOURCE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t":
                said_first = [] if isinstance(node.args[0], ast.Subscript | ast.Call) else list(ast.walk(node.args[0]))
                asked |= {c.value for c in said_first if isinstance(c, ast.Constant) and isinstance(c.value, str)}
    asked |= {text for pair in said.ONE_AND_MANY.values() for text in pair}
    asked |= {*rows.WORDS.values(), *rows.REMARKS.values(), *rows.RISKS, *(words for words, _, _ in rows.BUCKETS)}
    asked |= {text for k in KINDS.values() for text in (k.title, k.what, k.next_step, k.unknown) if text}
    asked |= {*came.SHOWN.values(), *came.SIDES.values(), *came.SURE.values(), *cash.BY.values()}
    asked |= {kpis.LIKE, *kpis.CHANGES.values(), *kpis.NAMES.values(), *sum(kpis.UNITS.values(), ())}
    asked |= {text for name in kpis.SHOWN for text in (KPIS[name].title, KPIS[name].sentence)}
    asked |= {KPIS["unallocated"].sentence}
    assert len(asked) > 200
    assert not asked - known.keys()

    # A sentence's places are those of its translation.
    for english in asked:
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", known[english])), english


def test_baseline_has_a_report_in_both_languages(book: Ledger, baseline_store: Path, found: Findings) -> None:
    seen = text_of(render(findings(book, AS_OF, baseline_store, cash=found.cash)))

    # It says that no trained model serves, and why; it has amounts and reasons, and no forest to explain.
    assert "No trained model serves." in seen
    assert "Why: no model has been trained in this store yet." in seen
    assert "what drives late payment" not in seen
    assert "Kein gelerntes Modell ist im Dienst." in text_of(portfolio(book, AS_OF, baseline_store, "de", paths=PATHS))


def test_refused_candidate_is_named(
    book: Ledger, baseline_store: Path, trained: Trained, tmp_path: Path, found: Findings
) -> None:
    # The Baseline beside a candidate that the gate did not take: the comparison is shown, the Baseline serves.
    (tmp_path / "champion").symlink_to(baseline_store / "champion")
    (tmp_path / "candidate").symlink_to(Candidate(trained.store / "candidate").folder)
    seen = text_of(render(findings(book, AS_OF, tmp_path, cash=found.cash)))
    assert "the model trained on 1 May 2025 was refused: " in seen or "waits for 'paybench promote'" in seen
    assert "customer's own distribution ▸ serves now" in seen


def test_empty_book_has_a_report(book: Ledger, trained: Trained) -> None:
    due = book.invoices.assign(paid_on=book.invoices["issued_on"], kind="payment")
    due["payment_id"] = "all-" + due["invoice_id"]
    all_paid = Ledger.of(
        book.name, invoices=book.invoices, payments=due[[c for c in book.payments.columns if c in due.columns]]
    )
    page = portfolio(all_paid, AS_OF, trained.store, paths=PATHS)

    # It says so, and still says how far the model can be trusted; there is nothing to run.
    assert "No invoice is open at the start of 1 May 2025" in text_of(page)
    assert "How far to trust it" in text_of(page)
    assert "<script" not in page


def test_a_later_model_does_not_speak_of_an_earlier_day(book: Ledger, baseline_store: Path) -> None:
    # A model that was trained after the report's date knows how things ended.
    with pytest.raises(PaybenchError, match="trained on what was known at .* give that day or a later one"):
        portfolio(book, "2025-04-01", baseline_store, paths=PATHS)


def test_report_is_written_whole_or_not_at_all(
    book: Ledger, baseline_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_portfolio(book, AS_OF, tmp_path / "finance.html", baseline_store, paths=PATHS)
    assert (tmp_path / "finance.html").read_text(encoding="utf-8").endswith("</html>\n")

    # The ending says what it is, and a language that is not there is named.
    with pytest.raises(PaybenchError, match=r"written as .html, not as 'finance.pdf'; change the file's ending"):
        write_portfolio(book, AS_OF, tmp_path / "finance.pdf", baseline_store)
    with pytest.raises(PaybenchError, match="not written in 'fr'; give one of en, de"):
        write_portfolio(book, AS_OF, tmp_path / "none.html", baseline_store, "fr")

    # Where the workbench is not installed, one sentence says what to do.
    with monkeypatch.context() as absent:
        absent.setitem(sys.modules, "jinja2", None)
        with pytest.raises(PaybenchError, match=r"needs jinja2, .* pip install 'paybench\[workbench\]'"):
            write_portfolio(book, AS_OF, tmp_path / "finance.html", baseline_store)

    # Without a model there is no report, and nothing is left behind.
    with pytest.raises(PaybenchError, match="There is no model at"):
        write_portfolio(book, AS_OF, tmp_path / "none.html", tmp_path / "nowhere")
    assert [file.name for file in tmp_path.iterdir()] == ["finance.html"]


# ------------------------------------------------------------------- customers who have changed


def paid(late: dict[str, np.ndarray], at: str = "2025-07-01", each: int = 1) -> Ledger:
    """A ledger in which each customer settles ``each`` invoices every so many days, so many days late."""
    invoices, payments = [], []
    for customer, days in late.items():
        for k, d in enumerate(days):
            on = pd.Timestamp(at) - pd.Timedelta(days=1 + round(454 * k / max(len(days) - 1, 1)))
            for j in range(each):
                number = f"{customer}-{k}-{j}"
                due = on - pd.Timedelta(days=int(d))
                invoices.append((number, customer, due - pd.Timedelta(days=30), due, 100.0, "EUR"))
                payments.append((f"P{number}", customer, number, on, 100.0, "EUR", "payment"))
    return Ledger.of(
        invoices=pd.DataFrame(
            invoices, columns=["invoice_id", "customer_id", "issued_on", "due_on", "amount", "currency"]
        ),
        payments=pd.DataFrame(
            payments, columns=["payment_id", "customer_id", "invoice_id", "paid_on", "amount", "currency", "kind"]
        ),
    )


def test_whoever_changed_is_named_in_both_directions() -> None:
    random = np.random.default_rng(0)
    usual = {f"S{k}": random.integers(-3, 12, 60) for k in range(30)}
    # The first of a customer's settlements are the last 90 days: 12 of 60.
    moved = {name: random.integers(-3, 12, 60) for name in ("later", "earlier")}
    moved["later"][:12] += 15
    moved["earlier"][:12] -= 15
    found = changed(paid(usual | moved), "2025-07-01")
    told = found.set_index("customer_id")
    assert {"later", "earlier"} <= set(told.index)
    assert found.attrs["asked"] == 32
    assert told.loc["later", "days_now"] - told.loc["later", "days_before"] > 10
    assert told.loc["earlier", "days_now"] - told.loc["earlier", "days_before"] < -10

    # What is said is what was counted.
    days = moved["later"]
    recent = [454 * k / 59 + 1 <= 90 for k in range(60)]
    assert told.loc["later", "days_now"] == np.median(days[recent])
    assert told.loc["later", "invoices_now"] == sum(recent)
    assert told.loc["later", "late_now"] == np.mean(days[recent] > 0)


def test_chance_alone_names_hardly_anybody() -> None:
    # 20 books of 30 customers who never change: about one of them may name somebody.
    random = np.random.default_rng(1)
    named = 0
    for _ in range(20):
        late = {f"C{k}": np.rint(random.exponential(5, 45) - random.integers(0, 4)) for k in range(30)}
        named += len(changed(paid(late), "2025-07-01")) > 0
    assert named <= 3


def test_a_pay_run_counts_once() -> None:
    # Five invoices on each of three days are three decisions to pay, not fifteen: too few to be sure of.
    late = np.r_[np.full(3, 20), np.tile([0, 1, 2, 3], 3)]
    others = {f"S{k}": np.tile([0, 1, 2, 3], 4)[:15] for k in range(20)}
    assert "A" not in set(changed(paid({"A": late} | others, each=5), "2025-07-01")["customer_id"])


def test_an_empty_ledger_has_nobody_who_changed() -> None:
    assert changed(Ledger(), AS_OF).empty


def test_adjusted_p_values_are_those_of_the_procedure() -> None:
    p = np.array([0.01, 0.04, 0.03, 0.5])
    np.testing.assert_allclose(adjusted(p), [0.04, 0.04 * 4 / 3, 0.04 * 4 / 3, 0.5])


# ------------------------------------------------------------------- exceptions

AT = day("2025-07-01")


def open_book() -> tuple[Ledger, pd.DataFrame]:
    """Three open invoices of A, B and C over 100 each, and whatever can be exceptional about them."""
    ledger = Ledger.of(
        invoices=pd.DataFrame(
            [(n, n[0], "2025-05-01", "2025-06-01", 100.0, "EUR") for n in ("A1", "B1", "C1")],
            columns=["invoice_id", "customer_id", "issued_on", "due_on", "amount", "currency"],
        ),
        payments=pd.DataFrame(
            [
                ("1", "A", None, "2025-06-10", 70.0, "EUR", "payment"),
                ("2", "A", None, "2025-06-12", -20.0, "EUR", "payment"),
                ("3", "B", None, "2025-06-11", 30.0, "USD", "credit_note"),
                ("4", "C", None, "2025-06-11", 30.0, "EUR", "payment"),
                ("5", "C", None, "2025-06-13", -30.0, "EUR", "payment"),
                ("6", "C", "C1", "2025-06-20", 40.0, "EUR", "payment"),
            ],
            columns=["payment_id", "customer_id", "invoice_id", "paid_on", "amount", "currency", "kind"],
        ),
        disputes=pd.DataFrame(
            [("1", "A1", "2025-06-02", None, "price", None), ("2", "B1", "2025-06-03", "2025-06-09", "quality", None)],
            columns=["dispute_id", "invoice_id", "opened_on", "closed_on", "reason", "amount"],
        ),
        promises=pd.DataFrame(
            [
                ("1", "A", "A1", "2025-06-05", "2025-06-15", None),
                ("2", "B", "B1", "2025-06-05", "2025-06-15", None),
                ("3", "B", "B1", "2025-06-16", "2025-07-05", None),
                ("4", "C", "C1", "2025-06-16", "2025-06-25", 40.0),
            ],
            columns=["promise_id", "customer_id", "invoice_id", "made_on", "promised_on", "amount"],
        ),
    )
    table = ledger.invoices[["invoice_id", "customer_id", "currency", "due_on"]].assign(
        amount_open=[100.0, 100.0, 60.0], flags=["", "cold_start thin_tail", "unseen_value"]
    )
    return ledger, table


def test_exceptions_are_what_is_left_open() -> None:
    ledger, table = open_book()
    found = {one.kind: one.rows for one in exceptions(ledger, AT, table, kinds=REPORTED)}

    # Unapplied money less what was taken back; credit apart from it, in its own currency.
    assert found["unapplied"][["customer_id", "amount"]].to_numpy().tolist() == [["A", 50.0]]
    assert found["credit"][["customer_id", "currency", "amount"]].to_numpy().tolist() == [["B", "USD", 30.0]]

    # A dispute that is closed is none; one without an amount is about all that is open.
    assert found["disputed"][["invoice_id", "amount", "detail"]].to_numpy().tolist() == [["A1", 100.0, "price"]]

    # A promise is broken when its day has passed: not B's, who promised anew, not C's, whose money came.
    assert found["broken"]["invoice_id"].tolist() == ["A1"]
    assert found["cold_start"]["invoice_id"].tolist() == ["B1"]
    assert found["unseen_value"]["invoice_id"].tolist() == ["C1"]


def test_what_a_ledger_does_not_record_is_said_to_be_unknown(found: Findings) -> None:
    ledger, table = open_book()
    bare = exceptions(Ledger.of(invoices=ledger.invoices), AT, table, kinds=REPORTED)
    told = {e["kind"]: e["none"] for e in look.exceptional(replace(found, exceptions=bare), EN)}
    assert told["broken"] == "The ledger records no promises."
    assert told["cold_start"] == "None."


def test_every_kind_says_what_to_do(found: Findings, page: str) -> None:
    told = look.exceptional(found, EN)
    assert {kind["kind"] for kind in told} >= set(REPORTED)
    for kind in told:
        assert kind["do"]
        assert (html.escape(kind["do"]) in page) == bool(kind["count"])

        # The filter that its button sets shows the invoices it speaks of; what else is in the queue has none.
        if kind["kind"] not in REPORTED:
            assert not kind["remark"]
            continue
        shown = [i for i, bits in zip(*(rows_of(found, EN)["rows"][k] for k in ("invoice", "remarks")), strict=True)
                 if bits >> int(kind["remark"]) & 1]  # fmt: skip
        rows_ = next(one.rows for one in found.exceptions if one.kind == kind["kind"])
        assert kind["kind"] in ("unapplied", "credit") or set(shown) == set(rows_["invoice_id"])
