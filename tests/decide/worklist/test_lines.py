"""Lines: what a contact is about, in which order, and that its text says nothing but what its line says."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from paybench.decide.worklist import Line, Speaker, lines
from paybench.decide.worklist.line import DASH
from paybench.errors import PaybenchError
from paybench.pages import language
from tests.decide.worklist.lists import ACTIONS, AT, SPEAKER, invoices, small_worklist


def one(action: str = "email:reminder", **more: object) -> pd.DataFrame:
    """Three invoices of a customer in euros, of which one is not due, and one of it in dollars."""
    table = pd.DataFrame(
        {
            "invoice_id": ["A", "B", "C", "D"],
            "customer_id": "C1",
            "name": "Acme Ltd",
            "country": "GB",
            "currency": ["EUR", "EUR", "EUR", "USD"],
            "amount_open": [100.10, 200.20, 400.40, 800.80],
            "due_on": AT - pd.to_timedelta([5, 30, -3, 90], unit="D"),
            "action": [action, None, "", "nothing"],
        }
    )
    return table.assign(**more)


def test_a_contact_lists_all_overdue_invoices_of_its_account() -> None:
    (line,) = lines(one(), AT, SPEAKER)
    # The oldest first; not what is not due, and not what is owed in another currency.
    assert [item.invoice_id for item in line.items] == ["B", "A"]
    assert (line.amount, line.currency, line.days_overdue, line.invoice_id) == (300.30, "EUR", 30, "A")
    # What is disputed or paused is open, and is not asked for.
    (line,) = lines(one(claim=[100.10, 50.05, 400.40, 0.0]), AT, SPEAKER)
    assert (line.amount, line.amount_open) == (150.15, 300.30)
    assert "B: 50.05 EUR of 200.20 EUR open, due on 2 Feb 2026, 30 days overdue".replace(" EUR", "\xa0EUR") in (
        line.text.replace("2\xa0Feb\xa02026", "2 Feb 2026")
    )
    (line,) = lines(one(claim=[100.10, 0.0, 400.40, 0.0]), AT, SPEAKER)
    assert [item.invoice_id for item in line.items] == ["A"]


def test_nothing_harder_is_said_about_what_is_not_overdue() -> None:
    table = one().iloc[[2]].assign(action="email:final")
    (line,) = lines(table, AT, SPEAKER)
    assert line.subject == "Invoice C, due on 7\xa0Mar\xa02026"
    assert "ahead of time" in line.text
    assert "overdue" not in line.text + line.reason


def numbers(text: str, code: str) -> set[str]:
    """Every number of a text, with its separators."""
    return set(re.findall(r"\d[\d.,]*\d|\d", text))


def known(line: Line, code: str) -> set[str]:
    """Every number that a line has, as its language writes it."""
    t = language(code)
    dates = [line.pay_by, AT, *(item.due_on for item in line.items)]
    amounts = [line.amount, line.amount_open, *(a for item in line.items for a in (item.amount, item.amount_open))]
    texts = [t.date(date) for date in dates] + [t.number(amount, 2) for amount in amounts]
    texts += [str(item.days_overdue) for item in line.items] + [str(len(line.items))]
    texts += [item.invoice_id for item in line.items] + [SPEAKER.phone, line.name]
    return set().union(*(numbers(text, code) for text in texts))


@pytest.mark.parametrize("code", ["en", "de"])
@pytest.mark.parametrize("action", ACTIONS)
def test_every_number_in_a_text_is_one_of_its_line(action: str, code: str) -> None:
    table = invoices(24).assign(action="", country=code.upper(), language=code)
    table.loc[table["first_of"], "action"] = action
    found = lines(table, AT, SPEAKER, language=code)
    assert len(found) == 24
    for line in found:
        assert numbers(line.subject + line.text, code) <= known(line, code)
        # What is asked for is said.
        assert language(code).number(line.amount, 2) in line.text
        # Nothing is left to be filled in.
        assert not re.search(r"[{}]", line.subject + line.text)


def test_the_reason_says_who_why_and_what_it_is_worth() -> None:
    table = one(step=1, value=12.4, days_saved=6.04, reasons="Paid 7 of 9 invoices late.")
    (line,) = lines(table, AT)
    assert line.reason.replace("\xa0", " ") == (
        "300.30 EUR on 2 invoices is overdue, the oldest for 30 days; step 2 of its ladder is due today; a contact by "
        "email (reminder) is expected to bring the money 6.0 days sooner and to be worth 12.40 EUR more than silence. "
        "Paid 7 of 9 invoices late."
    )
    (line,) = lines(one(first=True, waited=41), AT, language="de")
    assert "seit 41 Tagen ohne Kontakt an der Reihe und darum zuerst" in line.reason


def test_order_is_by_value_and_mixes_currencies_in_proportion() -> None:
    n = 9
    table = pd.DataFrame(
        {
            "invoice_id": [f"I{i}" for i in range(n)],
            "customer_id": [f"C{i}" for i in range(n)],
            "currency": ["EUR"] * 6 + ["USD"] * 3,
            "amount_open": 50.0,
            "due_on": AT - pd.Timedelta(9, "D"),
            "action": "phone:firm",
            "collector": "Ada",
            "value": np.arange(n, dtype=float),
        }
    )
    found = lines(table, AT)
    assert [line.order for line in found] == list(range(1, n + 1))
    assert [line.customer_id for line in found if line.currency == "EUR"] == ["C5", "C4", "C3", "C2", "C1", "C0"]
    # Every third is of the currency that has a third.
    for end in (3, 6, 9):
        assert sum(line.currency == "USD" for line in found[:end]) == end // 3
    # With a common measure there is nothing to mix.
    found = lines(table.assign(worth=table["value"]), AT)
    assert [line.customer_id for line in found] == [f"C{i}" for i in range(n - 1, -1, -1)]
    # The order of the rows changes nothing.
    assert lines(table.sample(frac=1, random_state=3), AT) == lines(table, AT)


def test_hours_are_the_customers_and_told_on_the_collectors_clock() -> None:
    (line,) = lines(one("phone:firm", country="US"), AT, hours={"phone": (9 * 60, 17 * 60 + 30)})
    assert (line.start, line.end, line.zone) == ("09:00", "17:30", "America/New_York")
    # In March of 2026 there are six hours between New York and Berlin, and none between Berlin and Paris.
    assert line.elsewhere(AT, "Europe/Berlin") == f"15:00{DASH}23:30"
    (line,) = lines(one("phone:firm", country="FR"), AT)
    assert line.elsewhere(AT, "Europe/Berlin") == ""
    (line,) = lines(one("phone:firm", country=""), AT)
    assert (line.zone, line.elsewhere(AT, "Europe/Berlin")) == ("", "")


def test_the_day_that_a_text_names_is_no_weekend() -> None:
    days = [SPEAKER.pay_by(pd.Timestamp("2026-03-02") + pd.Timedelta(d, "D"), "firm") for d in range(7)]
    assert [day.day_name()[:3] for day in days] == ["Mon", "Mon", "Mon", "Tue", "Wed", "Thu", "Fri"]
    assert all((day - pd.Timestamp("2026-03-02")).days - d in (5, 6, 7) for d, day in enumerate(days))


def test_talking_points_are_in_the_collectors_language_and_the_rest_in_the_customers() -> None:
    (call,) = lines(one("phone:firm", country="DE"), AT, SPEAKER)
    (mail,) = lines(one("email:firm", country="DE"), AT, SPEAKER)
    assert (call.language, call.said_in, mail.said_in) == ("de", "en", "de")
    assert call.text.startswith("• About: 2 invoices")
    assert mail.subject == "Seit dem 2.\xa0Feb.\xa02026 überfällig: 2 Rechnungen"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (one().drop(columns="due_on"), "The open invoices have no column 'due_on'"),
        (one("email:angry"), "There is no action 'email:angry'; write one of email, letter, phone, sms"),
        (
            one().assign(action=["email:firm", "sms:firm", "", ""]),
            "Two contacts are chosen about the account of C1 in EUR",
        ),
        (one(claim=0.0), "There is nothing to ask for about A: its claim is 0"),
    ],
)
def test_what_is_wrong_is_said(table: pd.DataFrame, said: str) -> None:
    with pytest.raises(PaybenchError, match=said):
        lines(table, AT)


def test_a_small_worklist_has_a_line_for_each_contact() -> None:
    made = small_worklist()
    assert made.assigned is not None
    assert len(made.lines) == (made.assigned.action >= 0).sum()
    assert made.table()["value"].sum() == pytest.approx(made.assigned.value.sum(), abs=0.01 * len(made.lines))
    assert made.collectors == ("Ada Brandt", "Bob O'Hara", "")
    # Whoever speaks no German calls nobody who does.
    assert all(line.language != "de" for line in made.of("Bob O'Hara"))
    assert lines(invoices().assign(action=""), AT, Speaker()) == ()
