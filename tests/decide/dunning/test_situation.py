"""What is known of open invoices on a day: equal to a slow computation, and blind to what comes later."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.dunning import CHANNELS, Situation, situation_of
from paybench.decide.messages import says_insolvent
from paybench.ledger import Ledger, as_of, settle
from paybench.ledger.schema import NO_DAY
from paybench.simulate.words import TEXTS
from tests.decide.dunning.small import number
from tests.drawn import Rows, number_of, rows_of
from tests.strategies import cut_offs, futures, ledgers

DUE = {"customer_id": "C1", "issued_on": "2025-01-02", "due_on": "2025-02-01", "currency": "EUR"}
CONTACT = {"customer_id": "C1", "channel": "email", "tone": "friendly"}


def same(found: Situation, wanted: Situation) -> None:
    for part in fields(Situation):
        np.testing.assert_array_equal(getattr(found, part.name), getattr(wanted, part.name), part.name)


@given(st.data())
def test_nothing_dated_later_has_an_influence(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    date = data.draw(cut_offs(ledger))
    same(situation_of(data.draw(futures(ledger, date)), date), situation_of(ledger, date))


@given(st.data())
def test_equals_a_slow_computation(data: st.DataObject) -> None:
    ledger = data.draw(ledgers())
    date = data.draw(cut_offs(ledger))
    found, cut, today = situation_of(ledger, date), as_of(ledger, date), number_of(date)
    tables = {name: rows_of(cut, name) for name in ("payments", "contacts", "messages", "promises", "disputes")}
    owners = {row["invoice_id"]: row["customer_id"] for row in rows_of(cut, "invoices")}
    state = settle(cut)
    open_ = state[state["settled_on"].isna() & state["written_off_on"].isna()]
    keys = sorted(zip(open_["customer_id"], open_["invoice_id"], strict=True))
    assert list(zip(found.customer_id.tolist(), found.invoice_id.tolist(), strict=True)) == keys
    amounts = dict(zip(open_["invoice_id"], open_["amount_open"], strict=True))
    for row, (customer, invoice) in enumerate(keys):
        assert found.amount_open[row] == amounts[invoice]
        contacts = [c for c in tables["contacts"] if c["customer_id"] == customer]
        about = [c["sent_on"] for c in tables["contacts"] if c["invoice_id"] == invoice]
        assert (found.contacts[row], found.step[row]) == (len(about), len(about))
        assert found.step_on[row] == max(about, default=NO_DAY)
        sent = [c["sent_on"] for c in contacts]
        assert found.contacted_on[row] == max(sent, default=NO_DAY)
        assert found.contacts_7[row] == sum(today - 6 <= day for day in sent)
        assert found.contacts_30[row] == sum(today - 29 <= day for day in sent)
        assert found.calls_7[row] == 0
        assert found.waiting_since[row] == _waits(tables, owners, customer, sent)
        disputes = [d for d in tables["disputes"] if d["invoice_id"] == invoice and d["closed_on"] is None]
        assert found.disputed[row] == (amounts[invoice] if disputes else 0.0)
        assert np.isclose(found.unapplied[row], _unapplied(cut, tables, found, row), atol=1e-6)
        assert found.promised_on[row] == _promised(cut, tables, found, row)
        broken = found.promised_on[row] < today
        assert found.promise_broken_on[row] == (found.promised_on[row] if broken else NO_DAY)


def _waits(tables: dict[str, Rows], owners: dict[str, str], customer: str, sent: list[int]) -> int:
    wrote = [m["received_on"] for m in tables["messages"] if m["customer_id"] == customer]
    noted = [p["made_on"] for p in tables["promises"] if p["customer_id"] == customer]
    noted += [d["opened_on"] for d in tables["disputes"] if owners.get(d["invoice_id"]) == customer]
    last = max(wrote, default=NO_DAY)
    return NO_DAY if any(day > last for day in sent) or any(day >= last for day in noted) else last


def _unapplied(cut: Ledger, tables: dict[str, Rows], s: Situation, row: int) -> float:
    bills = {i["invoice_id"]: i for i in rows_of(cut, "invoices")}
    of, money = (s.customer_id[row], s.currency[row]), 0.0
    paid: dict[str, float] = {}
    for payment in tables["payments"]:
        if payment["invoice_id"] in bills:
            paid[payment["invoice_id"]] = paid.get(payment["invoice_id"], 0.0) + payment["amount"]
        elif payment["kind"] != "write_off" and (payment["customer_id"], payment["currency"]) == of:
            money += payment["amount"]
    for invoice, amount in paid.items():
        bill = bills[invoice]
        if (bill["customer_id"], bill["currency"]) == of:
            money += max(round(amount - bill["amount"], 4), 0.0)
    return max(money, 0.0)


def _promised(cut: Ledger, tables: dict[str, Rows], s: Situation, row: int) -> int:
    """Of the promises made last about an invoice, the first that what came since does not reach."""
    customer, invoice, currency = s.customer_id[row], s.invoice_id[row], s.currency[row]
    mine = [k for k in range(len(s)) if s.customer_id[k] == customer]
    claims: list[dict[str, Any]] = []
    for promise in tables["promises"]:
        loose = promise["invoice_id"] is None and promise["customer_id"] == customer
        if promise["invoice_id"] == invoice:
            rows, of = [row], ("invoice_id", invoice)
        elif loose and s.issued[row] <= promise["made_on"]:
            rows, of = [k for k in mine if s.issued[k] <= promise["made_on"]], ("customer_id", customer)
            if promise["amount"] is not None and len({s.currency[k] for k in rows}) > 1:
                continue
        else:
            continue
        came = sum(
            round(p["amount"] * 10_000)
            for p in tables["payments"]
            if p[of[0]] == of[1] and p["kind"] != "write_off" and p["paid_on"] > promise["made_on"]
            and (not loose or p["currency"] == currency)
        )  # fmt: skip
        open_ = sum(round(s.amount_open[k] * 10_000) for k in rows)
        said = came + open_ if promise["amount"] is None else round(max(promise["amount"], 0) * 10_000)
        claims.append({**promise, "came": came, "open": open_, "said": min(said, came + open_)})
    claims = [c for c in claims if c["made_on"] == max(c["made_on"] for c in claims)]
    claims.sort(key=lambda c: (c["promised_on"], c["said"]))
    total, whole = 0, sum(c["said"] for c in claims)
    for claim in claims:
        total += claim["said"]
        enough = whole - claim["came"] >= 0.5 * claim["open"]
        if total - claim["came"] > round(cut.tolerance * 10_000) and enough:
            return int(claim["promised_on"])
    return NO_DAY


def book(**tables: list[dict[str, Any]]) -> Ledger:
    invoices = [{**DUE, "invoice_id": "1", "amount": 100.0}, {**DUE, "invoice_id": "2", "amount": 50.0}]
    made: dict[str, Any] = {"invoices": pd.DataFrame(invoices)}
    for name, rows in tables.items():
        made[name] = pd.DataFrame([{f"{name[:-1]}_id": str(k), **row} for k, row in enumerate(rows)])
    return Ledger.of(**made)


def test_steps_are_those_that_the_contacts_tell() -> None:
    told = {**CONTACT, "invoice_id": "1", "sent_on": "2025-02-05", "step": 2.0}
    untold = {**CONTACT, "invoice_id": "2", "sent_on": "2025-02-05", "step": None}
    found = situation_of(book(contacts=[told, untold, {**untold, "sent_on": "2025-02-12"}]), "2025-02-20")
    assert (found.step.tolist(), found.contacts.tolist()) == ([2, 2], [1, 2])


def test_contacts_are_counted_so_that_with_today_no_week_holds_more() -> None:
    calls = [{**CONTACT, "invoice_id": "2", "sent_on": day, "channel": "phone"} for day in ("2025-02-03", "2025-01-11")]
    ledger = book(contacts=calls)
    for date, week, month in (("2025-02-09", 1, 2), ("2025-02-10", 0, 1), ("2025-02-03", 0, 1)):
        found = situation_of(ledger, date)
        assert (found.contacts_7[0], found.calls_7[0], found.contacts_30[0]) == (week, week, month)


def test_a_message_waits_until_something_is_sent_on_a_later_day() -> None:
    wrote = {"customer_id": "C1", "received_on": "2025-02-05", "channel": "email", "text": "Which order is that?"}
    for sent_on, day in (("2025-02-05", number("2025-02-05")), ("2025-02-06", NO_DAY)):
        ledger = book(messages=[wrote], contacts=[{**CONTACT, "invoice_id": "1", "sent_on": sent_on}])
        assert situation_of(ledger, "2025-02-10").waiting_since[0] == day


def test_a_decision_to_send_nothing_takes_a_step_but_is_no_contact() -> None:
    withheld = pd.DataFrame({"invoice_id": ["1", "1"], "decided_on": pd.to_datetime(["2025-02-05", "2025-02-20"])})
    found = situation_of(book(), "2025-02-20", withheld=withheld.assign(step=[1.0, 2.0]))
    assert (found.step[0], found.step_on[0], found.contacts[0]) == (1, number("2025-02-05"), 0)
    assert found.contacted_on[0] == NO_DAY


def test_consents_count_by_channel_until_they_change() -> None:
    said = [("email", "2025-02-01", False), ("phone", "2025-02-01", False), ("phone", "2025-02-03", True)]
    consents = pd.DataFrame(said, columns=["channel", "changed_on", "allowed"]).assign(customer_id="C1")
    ledger = book().with_tables({"consents": Ledger.of(consents=consents).consents})
    for date, forbidden in (("2025-02-01", set()), ("2025-02-03", {"email", "phone"}), ("2025-02-04", {"email"})):
        allowed = situation_of(ledger, date).allowed[0]
        assert {c for c, yes in zip(CHANNELS, allowed, strict=True) if not yes} == forbidden


def test_a_promise_of_a_small_part_does_not_count() -> None:
    promise = {"customer_id": "C1", "invoice_id": "1", "made_on": "2025-02-03", "promised_on": "2025-02-20"}
    for amount, day in ((49.0, NO_DAY), (50.0, number("2025-02-20")), (None, number("2025-02-20"))):
        assert situation_of(book(promises=[{**promise, "amount": amount}]), "2025-02-10").promised_on[0] == day


def test_of_a_promise_in_parts_the_first_that_is_not_kept_counts() -> None:
    promise = {"customer_id": "C1", "invoice_id": "1", "made_on": "2025-02-03", "amount": 50.0}
    promises = [{**promise, "promised_on": "2025-02-10"}, {**promise, "promised_on": "2025-03-10"}]
    payment = {"customer_id": "C1", "invoice_id": "1", "currency": "EUR", "kind": "payment", "amount": 50.0}
    for paid_on, day in (("2025-02-09", "2025-03-10"), ("2025-02-15", "2025-02-10")):
        ledger = book(promises=promises, payments=[{**payment, "paid_on": paid_on}])
        found = situation_of(ledger, "2025-02-12")
        assert found.promised_on[0] == number(day)
        assert (found.promise_broken_on[0] == NO_DAY) == (day == "2025-03-10")


def test_a_notice_of_insolvency_is_read_in_the_languages_of_the_messages() -> None:
    # Of all that simulated customers write, it is just these.
    for texts in TEXTS.values():
        for intent, variants in texts.items():
            said = says_insolvent(pd.Series([v.format(n="INV-1", d="2025-01-01") for v in variants]))
            assert said.all() if intent == "insolvent" else not said.any()
    message = {"customer_id": "C1", "received_on": "2025-02-03", "channel": "email", "text": "We are bankrupt."}
    ledger = book(messages=[message])
    assert [situation_of(ledger, date).insolvent.all() for date in ("2025-02-03", "2025-02-04")] == [False, True]


def test_segments_and_instalments_are_told_by_row() -> None:
    ledger = book()
    parts = ledger.invoices.assign(parent_id=pd.Series([None, "9"], dtype="str"))
    found = situation_of(ledger.with_tables({"invoices": parts}), "2025-02-10", segments={"C1": "big"})
    assert (found.instalment.tolist(), found.segment.tolist()) == ([False, True], ["big", "big"])
    assert len(situation_of(ledger, "2025-01-01")) == 0
