"""Contacts, messages, promises and disputes, held against numbers worked out by hand. Days count as in ``golden``."""

from __future__ import annotations

import pytest

from paybench.ledger.book import Ledger
from tests.oracle.conftest import At
from tests.oracle.golden import contacts, disputes, invoices, payments, promises


def test_contacts(at: At, dealings: Ledger) -> None:
    names = ["contacts_invoice", "contacts_90", "days_since_contact"]
    assert at(dealings, "A1", 35, *names) == [0, 0, None]
    assert at(dealings, "A1", 36, *names) == [1, 1, 1]
    # c2 of 40 is about no invoice; c3 of 42 is not recorded yet; c4 went to B, about A1.
    assert at(dealings, "A1", 44, *names) == [2, 2, 4]
    assert at(dealings, "B2", 44, *names) == [0, 1, 1]
    # c5 of 50; then c3, eleven days after the latest.
    assert at(dealings, "A1", 51, *names) == [3, 3, 1]
    assert at(dealings, "A1", 61, *names) == [3, 4, 11]
    # From 71 on c5 was about A3.
    assert at(dealings, "A1", 71, *names) == [2, 4, 21]
    assert [at(dealings, "A3", t, "contacts_invoice") for t in (70, 71)] == [[0], [1]]
    # On 125 90 days reach back to c1 on 35.
    assert [at(dealings, "A1", t, "contacts_90") for t in (125, 126)] == [[4], [3]]


def test_messages(at: At, dealings: Ledger) -> None:
    names = ["messages_90", "days_since_message"]
    assert at(dealings, "A1", 38, *names) == [0, None]
    assert at(dealings, "A1", 39, *names) == [1, 1]
    # m2 of 39 is recorded on 55.
    assert at(dealings, "A1", 55, *names) == [1, 17]
    assert at(dealings, "A1", 56, *names) == [2, 17]
    # m1 leaves the 90 days after 128, m2 after 129.
    assert [at(dealings, "A1", t, *names) for t in (128, 129, 130)] == [[2, 89], [1, 90], [0, 91]]


def test_what_messages_say(at: At, dealings: Ledger) -> None:
    names = ["days_since_ask", "asks_90", "short_of_money_180", "contested_90", "said_paid_30", "at_odds_365"]
    # On 38 nothing of A is known. m1 asks for time and says that money is short; m2 of 39 is recorded on 55.
    assert at(dealings, "A1", 38, *names) == [None] * 6
    assert at(dealings, "A1", 39, *names) == [1, 1, 1, 0, 0, 0]
    assert [at(dealings, "A1", t, *names) for t in (55, 56)] == [[17, 1, 1, 0, 0, 0], [18, 1, 1, 1, 0, 0]]
    # m1 leaves 90 days after 128 and 180 days after 218, and is remembered; m2 leaves after 129.
    assert [at(dealings, "A1", t, *names) for t in (128, 129)] == [[90, 1, 1, 1, 0, 0], [91, 0, 1, 1, 0, 0]]
    assert [at(dealings, "A1", t, *names) for t in (130, 219)] == [[92, 0, 1, 0, 0, 0], [181, 0, 0, 0, 0, 0]]
    # B wrote and was not read, C never wrote.
    assert at(dealings, "B2", 60, *names) == at(dealings, "C1", 90, *names) == [None] * 6


def test_promises(at: At, dealings: Ledger) -> None:
    names = ["promises_kept", "promises_broken", "promise_kept_share"]
    assert at(dealings, "A1", 36, *names, "promise_open") == [0, 0, None, 0]
    # q1 and q2 until 45, q3 until 44 (broken on 45). q4 and q5 name nothing that is known.
    assert at(dealings, "A1", 44, *names, "promise_open") == [0, 0, None, 1]
    assert at(dealings, "A1", 45, *names, "promise_open") == [0, 1, 0, 1]
    # A2 was paid on 45, for which q2 is kept and q3 is not; q1 is broken.
    assert at(dealings, "A1", 46, *names, "promise_open") == [1, 2, pytest.approx(1 / 3), 0]
    # B promised to pay A1 until 60, which says something of A1 and of B.
    assert at(dealings, "A1", 48, *names, "promise_open") == [1, 2, pytest.approx(1 / 3), 1]
    # From 53 on q1 is a promise for 70.
    assert at(dealings, "A1", 53, *names, "promise_open") == [1, 1, 0.5, 1]
    assert at(dealings, "A1", 71, *names, "promise_open") == [1, 2, pytest.approx(1 / 3), 0]


def test_promises_of_another(at: At, dealings: Ledger) -> None:
    names = ["promises_kept", "promises_broken", "promise_kept_share"]
    # When B2 is issued, it is not known, and q7 names nothing; the next day q7 was broken on 18.
    assert at(dealings, "B2", 20, *names) == [0, 0, None]
    assert at(dealings, "B2", 21, *names) == [0, 1, 0]
    # B1 was paid on 30, before the 40 that q8 gives it.
    assert at(dealings, "B2", 30, *names) == [0, 1, 0]
    assert at(dealings, "B2", 31, *names) == [1, 1, 0.5]
    # What B promises for an invoice of A says nothing: no feature looks at another customer's invoices.
    assert at(dealings, "B2", 60, *names) == [1, 1, 0.5]
    assert at(dealings, "B2", 61, *names) == [1, 1, 0.5]


def test_what_a_write_off_makes_of_a_promise(at: At) -> None:
    book = Ledger.of(
        invoices=invoices(("A1", 0, 10, 10.0), ("A2", 0, 10, 10.0)),
        payments=payments(("p1", "A", "A1", 15, 10.0, "write_off"), ("p2", "A", "A1", 40, 10.0)),
        promises=promises(("q1", "A", "A1", 5, 20), ("q2", "A", "A1", 50, 60)),
    )
    # Written off is not paid. Paid on 40, which q2 of day 50 has in it.
    names = ["promises_kept", "promises_broken"]
    assert [at(book, "A2", t, *names) for t in (20, 21, 41, 51)] == [[0, 0], [0, 1], [0, 1], [1, 1]]


def test_disputes(at: At, dealings: Ledger) -> None:
    names = ["disputed", "disputes_open"]
    # d1 on A1 from 20 to 30; d3 and d2 on A2 from 22 and 24 on, d3 closed on 32 as was recorded on 33.
    assert [at(dealings, "A1", t, *names) for t in (20, 21, 22, 23, 25)] == [[0, 0], [1, 0], [1, 0], [1, 1], [1, 2]]
    # Closed on 30 is open on 30.
    assert [at(dealings, "A1", t, *names) for t in (30, 31, 33, 34)] == [[1, 2], [0, 2], [0, 2], [0, 1]]
    assert [at(dealings, "A2", t, *names) for t in (25, 31)] == [[1, 1], [1, 0]]
    assert at(dealings, "A3", 25, *names) == [0, 3]
    assert at(dealings, "B2", 25, *names) == [0, 1]
    # Two others of two; then one of two, whether open or not.
    assert at(dealings, "A3", 23, "disputed_share") == [1]
    assert at(dealings, "A1", 40, "disputed_share") == [0.5]


def test_what_names_an_invoice_that_is_not_known_yet(at: At, dealings: Ledger) -> None:
    names = ["contacts_invoice", "promise_open", "disputed", "paid_share"]
    # Spoken of on 70, issued on 80; the payment of 60 counts once there is something that it pays.
    assert at(dealings, "C1", 80, *names) == [1, 1, 1, 0]
    assert at(dealings, "C1", 81, *names) == [1, 1, 1, pytest.approx(0.4)]
    # A dispute of an other counts once that other is known.
    book = Ledger.of(invoices=invoices(("C1", 80, 110, 5.0), ("C2", 60, 90, 5.0)), disputes=disputes(("d1", "C1", 70)))
    assert [at(book, "C2", t, "disputes_open") for t in (80, 81)] == [[0], [1]]


def test_versions_of_dealings(at: At) -> None:
    book = Ledger.of(
        invoices=invoices(("A1", 0, 30, 10.0), ("A2", 0, 30, 10.0)),
        contacts=contacts(("c1", "A", "A1", 10), ("c1", "A", "A1", 12, 20), ("c1", "B", "A1", 13, 20)),
        disputes=disputes(("d1", "A1", 10, 15), ("d1", "A1", 10, None, 20), ("d1", "A2", 10, None, 25)),
        promises=promises(("q1", "A", "A1", 10, 60), ("q1", "A", "A1", 70, 80, 20)),
    )
    # Two versions of one day: the lower one counts, by which it was sent to B.
    assert at(book, "A1", 20, "contacts_90", "days_since_contact") == [1, 10]
    assert at(book, "A1", 21, "contacts_90", "days_since_contact", "contacts_invoice") == [0, None, 1]
    # Closed on 15, opened again by the version of 20, and it was A2 by that of 25.
    assert [at(book, "A1", t, "disputed", "disputes_open") for t in (15, 16, 21, 26)] == [
        [1, 0],
        [0, 0],
        [1, 0],
        [0, 1],
    ]
    # A version that is made later than it is recorded is known from the day on which it is made.
    assert [at(book, "A1", t, "promise_open", "promises_broken") for t in (60, 61, 70, 71, 81)] == [
        [1, 0],
        [0, 1],
        [0, 1],
        [1, 0],
        [0, 1],
    ]
