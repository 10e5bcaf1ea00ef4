"""The customer sheet says what was known of one customer on a day, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.features import all_features, open_on
from paybench.ledger import Ledger, as_of, read_ledger, settle
from paybench.models.learn.bundle import write_bundle
from paybench.models.training.train import baseline_candidate
from paybench.pages import LANGUAGES, language
from paybench.reports.customer import customer_sheet, dealings, write_customer
from paybench.reports.customer.expected import behind
from paybench.reports.customer.subject import Subject, subject
from paybench.score import score, score_folder
from tests.trained import Trained

AT = "2025-06-01"
TAGS = re.compile(r"<style>.*?</style>|<[^>]*>", re.DOTALL)


@pytest.fixture(scope="module")
def book(trained: Trained) -> Ledger:
    return read_ledger(trained.ledger)


@pytest.fixture(scope="module")
def busy(book: Ledger) -> str:
    """The customer with open invoices of whom most promises are known."""
    cut = as_of(book, AT)
    state = settle(cut)
    among = cut.promises["customer_id"].isin(state.loc[state["amount_open"] > 0, "customer_id"])
    return str(cut.promises.loc[among, "customer_id"].value_counts().index[0])


@pytest.fixture(scope="module")
def sheet(book: Ledger, trained: Trained) -> Callable[..., str]:
    def made(customer: str, ledger: Ledger | None = None, **more: object) -> str:
        return customer_sheet(ledger or book, AT, customer, trained.store, **more)  # type: ignore[arg-type]

    return made


@pytest.fixture(scope="module")
def known(book: Ledger, trained: Trained, busy: str) -> Subject:
    return subject(book, AT, busy, trained.store)


def words(page: str) -> str:
    return " ".join(TAGS.sub(" ", page).split())


def test_nothing_dated_later_is_in_it(book: Ledger, busy: str, sheet: Callable[..., str]) -> None:
    page = sheet(busy)
    # The whole book and the book as it was known that day make the same page, byte by byte.
    assert sheet(busy, as_of(book, AT)) == page
    # What happens from that day on is changed out of recognition, and the page is still the same.
    late = pd.Timestamp(AT)
    dated = {"payments": "paid_on", "contacts": "sent_on", "messages": "received_on", "promises": "made_on"}
    tables = {}
    for name, column in dated.items():
        table = book.table(name)
        tables[name] = table[table[column] < late].reset_index(drop=True)
    disputes = book.disputes.assign(closed_on=book.disputes["closed_on"].where(book.disputes["closed_on"] < late))
    tables["disputes"] = disputes[disputes["opened_on"] < late].reset_index(drop=True)
    assert any(len(tables[name]) < len(book.table(name)) for name in dated)
    assert sheet(busy, book.with_tables(tables)) == page


def test_scores_are_those_of_the_whole_book(book: Ledger, trained: Trained) -> None:
    whole = score(book, AT, store=trained.store).set_index("invoice_id")
    for customer in whole["customer_id"].unique()[:4]:
        own = subject(book, AT, customer, trained.store)
        pd.testing.assert_frame_equal(
            own.table.set_index("invoice_id"), whole[whole["customer_id"] == customer], check_dtype=False
        )
        # The reasons with their details are the score table's, and each has its sentence.
        columns = ["reason_1", "reason_2", "reason_3"]
        said = [[text for text in line if text] for line in own.table[columns].to_numpy()]
        assert [[r.text for r in some] for some in own.reasons] == said


def test_the_score_table_speaks_german_when_asked(book: Ledger, busy: str, trained: Trained, tmp_path: Path) -> None:
    columns = ["reason_1", "reason_2", "reason_3"]
    english, german = score(book, AT, store=trained.store), score(book, AT, store=trained.store, language="de")
    # Only the sentences differ, and every one of them does.
    pd.testing.assert_frame_equal(english.drop(columns=columns), german.drop(columns=columns))
    assert not (english["reason_1"] == german["reason_1"]).any()
    # From folder to file it says the same, and the sheet's reasons do, too.
    score_folder(trained.ledger, AT, tmp_path / "scores.parquet", store=trained.store, language="de")
    assert list(pd.read_parquet(tmp_path / "scores.parquet")["reason_1"]) == list(german["reason_1"])
    own = subject(book, AT, busy, trained.store, "de")
    said = german.loc[german["customer_id"] == busy, columns].to_numpy()
    assert [[r.text for r in some] for some in own.reasons] == [[text for text in line if text] for line in said]


def test_promises_are_counted_as_the_features_count_them(book: Ledger, trained: Trained) -> None:
    X = open_on(book, AT)
    counts = X.groupby("customer_id")[["promises_kept", "promises_broken"]].first()
    some = counts.sort_values(["promises_kept", "promises_broken"]).index[-3:]
    assert (counts.loc[some].sum() > 0).all()
    for customer in some:
        found = dealings.promises(subject(book, AT, customer, trained.store), language("en"))
        assert (found["kept"], found["broken"]) == tuple(counts.loc[customer])


def test_money_adds_up(known: Subject, sheet: Callable[..., str], busy: str) -> None:
    page = words(sheet(busy))
    for currency, amount in known.state.groupby("currency")["amount_open"].sum().items():
        assert f"{amount:,.2f}" in page
        assert str(currency) in page
    # The open invoices that are shown are those that are open.
    still = known.state.loc[known.state["amount_open"] > 0, "invoice_id"]
    assert set(still) == set(known.table["invoice_id"])
    assert all(invoice in page for invoice in still)


@pytest.mark.parametrize("code", LANGUAGES)
def test_everything_is_said_in_every_language(book: Ledger, trained: Trained, code: str) -> None:
    t = language(code)
    state = settle(as_of(book, AT))
    still = state[state["amount_open"] > 0]
    closed = state[~state["customer_id"].isin(still["customer_id"])]
    customers = [still["customer_id"].value_counts().index[0], closed["customer_id"].iloc[0]]
    for customer in customers:
        page = customer_sheet(book, AT, customer, trained.store, code)
        assert f'<html lang="{code}">' in page
        assert "<script" not in page
        assert not re.search(r"\bnan\b|\bNaT\b|None|\{|days_late|_mean", words(page).replace("None known", ""))
    # The events behind every feature can be shown, too: a sentence that German does not have would be an error.
    own = subject(book, AT, customers[0], trained.store, code)
    shown = [behind(own, own.table["invoice_id"].iloc[0], f.name, t) for f in all_features()]
    assert sum(map(bool, shown)) > 20


def test_what_is_told_says_nothing_of_others(known: Subject, sheet: Callable[..., str], busy: str) -> None:
    page = sheet(busy)
    begin = page.index("What you can tell this customer")
    told = words(page[begin : page.index("How it has paid", begin)])
    assert "points" not in told
    assert "book:" not in told
    # What is said there is what the reasons allow to be told.
    assert any(r.told in told for some in known.reasons for r in some if r.told)


def test_a_payment_that_names_no_invoice_is_shown(book: Ledger, busy: str, sheet: Callable[..., str]) -> None:
    paid = book.payments.iloc[[0]].assign(
        payment_id="FREE", customer_id=busy, invoice_id=pd.NA, paid_on=pd.Timestamp("2025-05-20"), amount=77.25
    )
    paid["invoice_id"] = paid["invoice_id"].astype("str")
    page = sheet(busy, book.with_tables({"payments": pd.concat([book.payments, paid], ignore_index=True)}))
    assert page.count("77.25") >= 2
    assert "Money without an invoice" in page


def test_names_and_free_text_can_be_left_out(book: Ledger, busy: str, sheet: Callable[..., str]) -> None:
    cut = as_of(book, AT)
    name = cut.customers.set_index("customer_id").loc[busy, "name"]
    texts = cut.messages.loc[cut.messages["customer_id"] == busy, "text"]
    assert len(texts)
    with_names, without = sheet(busy), sheet(busy, names=False)
    assert name in with_names
    assert any(text.split(".")[0] in with_names for text in texts)
    assert name not in without
    assert not any(text in without for text in texts)
    assert busy in without


def test_the_baseline_has_a_sheet_too(book: Ledger, busy: str, tmp_path: Path) -> None:
    baseline = baseline_candidate(book, "2025-05-01", tmp_path / "first").bundle
    write_bundle(baseline, tmp_path / "champion")
    page = words(customer_sheet(book, AT, busy, tmp_path))
    assert "settled invoices" in page
    assert "Known so far" in page


def test_a_customer_who_is_not_there(book: Ledger, busy: str, trained: Trained, tmp_path: Path) -> None:
    out = tmp_path / "sheet.html"
    almost = busy[:-1] + "X"
    with pytest.raises(PaybenchError, match=rf"customer '{almost}' was known at 2025-06-01; near it are .*C") as error:
        write_customer(book, AT, almost, out, trained.store)
    assert str(error.value).count(".") == 1
    # Who comes only later is not known, even if a ledger has its master data.
    first = book.invoices.groupby("customer_id")["issued_on"].min()
    coming = first[first >= pd.Timestamp(AT)].index
    for customer in coming[:1]:
        with pytest.raises(PaybenchError, match="No invoice of a customer"):
            write_customer(book, AT, customer, out, trained.store)
    with pytest.raises(PaybenchError, match=r"written as .html, not as 'sheet.pdf'"):
        write_customer(book, AT, busy, tmp_path / "sheet.pdf", trained.store)
    with pytest.raises(PaybenchError, match="not written in 'fr'"):
        write_customer(book, AT, busy, out, trained.store, language="fr")
    with pytest.raises(PaybenchError, match="There is no model at"):
        write_customer(book, AT, busy, out, tmp_path)
    assert not list(tmp_path.iterdir())


def test_it_is_written_whole(book: Ledger, busy: str, trained: Trained, tmp_path: Path) -> None:
    write_customer(book, AT, busy, tmp_path / "sheet.html", trained.store)
    assert (tmp_path / "sheet.html").read_text(encoding="utf-8") == customer_sheet(book, AT, busy, trained.store)
    assert [file.name for file in tmp_path.iterdir()] == ["sheet.html"]


def test_what_followed_came_after(known: Subject) -> None:
    t = language("en")
    lines = dealings.contacts(known, t)["lines"]
    assert lines
    for line in lines:
        days = [int(n) for n in re.findall(r"(\d+) days? later", line["after"])]
        # In their order, within the days that are looked at.
        assert days == sorted(days)
        assert all(0 < n <= dealings.AFTER for n in days)
    # A window that is not over yet is not called silent.
    recent = [x for x in lines if x["after"].startswith("nothing in")]
    limit = known.at - pd.Timedelta(dealings.AFTER, "D")
    assert all(pd.Timestamp(x["sent"].replace("\N{NO-BREAK SPACE}", " ")) < limit for x in recent)
    assert np.isfinite(known.gap).all()
