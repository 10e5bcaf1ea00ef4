"""Links: made, paid, reported and recorded, each once."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.links import FakeProvider, Link, PaymentProvider, Webhook
from paybench.converse.links.signed import HEADER
from paybench.errors import PaybenchError

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECRET = "not-a-secret"
OWED = {"A-17": Decimal("100.00"), "A-18": Decimal("50.50")}


def provider(*secrets: str) -> FakeProvider:
    return FakeProvider(secrets or SECRET, "https://pay.example.com/")


def made(by: FakeProvider, amount: str = "150.50", **more: Any) -> Link:
    return by.create(OWED, Decimal(amount), "EUR", date(2026, 3, 16), now=NOW, **more)


def test_a_link_holds_nothing_about_anybody() -> None:
    by = provider()
    links = [made(by) for _ in range(50)]
    for link in links:
        # 128 bits at random, safe in an address, and nothing else.
        assert len(base64.urlsafe_b64decode(link.id + "==")) == 16
        assert link.url == f"https://pay.example.com/pay/{link.id}"
        assert not re.search("A-17|150|EUR", link.url.removesuffix(link.id))
        assert by.link(link.id) == link
    assert len({link.id for link in links}) == 50
    assert by.link("unknown") is None


def test_the_fake_is_a_provider() -> None:
    by: PaymentProvider = provider()
    assert by.create(OWED, Decimal(1), "EUR", NOW.date(), now=NOW, key="").amount == 1


def test_a_key_gives_one_link() -> None:
    by = provider()
    assert made(by, key="reply-1") == made(by, key="reply-1") != made(by, key="reply-2")
    with pytest.raises(PaybenchError, match="was used for another link"):
        made(by, "10", key="reply-1")


@pytest.mark.parametrize(
    "change",
    [
        {"invoices": {}}, {"invoices": {"A": Decimal(-1)}}, {"amount": Decimal("150.51")}, {"amount": Decimal(0)},
        {"amount": Decimal("0.00001")}, {"amount": Decimal("NaN")}, {"amount": Decimal("Infinity")}, {"amount": 1.5},
        {"currency": "eur"}, {"expires_on": date(2026, 3, 1)}, {"now": NOW.replace(tzinfo=None)},
    ],
)  # fmt: skip
def test_what_is_no_link(change: dict[str, Any]) -> None:
    said: dict[str, Any] = {
        "invoices": OWED, "amount": Decimal("150.50"), "currency": "EUR", "expires_on": date(2026, 3, 16), "now": NOW,
    }  # fmt: skip
    with pytest.raises(PaybenchError):
        provider().create(**said | change)


@pytest.mark.parametrize(
    ("secret", "url"),
    [("", "https://e.com"), ((), "https://e.com"), (("a", ""), "https://e.com"), ("a", "http://e.com"),
     ("a", "https://e.com/?x="), ("a", "https://u@e.com"), ("a", "http://localhost.evil.com")],
)  # fmt: skip
def test_what_is_no_provider(secret: Any, url: str) -> None:
    with pytest.raises(PaybenchError):
        FakeProvider(secret, url)


def test_a_payment_is_reported_as_often_as_one_likes_and_is_one() -> None:
    by = provider()
    link = made(by)
    hook = by.pay(link.id, NOW)
    paid = by.read_webhook(hook.headers, hook.body, now=NOW)
    assert (paid.link_id, paid.amount, paid.currency, paid.paid_on) == (link.id, link.amount, "EUR", NOW.date())
    # A report that was read and not recorded comes again, the same; one that was recorded is passed over.
    assert by.read_webhook(hook.headers, hook.body, now=NOW) == paid
    assert by.read_webhook(hook.headers, hook.body, now=NOW, seen={paid.event_id}) is None
    # Days later it is delivered anew, signed anew.
    later = NOW + timedelta(days=3)
    again = by.signed(hook.body, later)
    assert by.read_webhook(again.headers, again.body, now=later) == paid


def test_too_little_and_too_much() -> None:
    by = provider()
    link = made(by)
    first = by.pay(link.id, NOW, Decimal("20.25"))
    assert by.state(link.id, NOW) == "open"
    # What is left is asked for next, and more may be paid.
    rest = by.pay(link.id, NOW)
    amounts = [by.read_webhook(hook.headers, hook.body, now=NOW).amount for hook in (first, rest)]
    assert amounts == [Decimal("20.25"), Decimal("130.25")]
    assert by.state(link.id, NOW) == "paid"
    other = made(by)
    over = by.pay(other.id, NOW, Decimal("200"))
    assert by.read_webhook(over.headers, over.body, now=NOW).amount == 200
    with pytest.raises(PaybenchError, match="The link is paid"):
        by.pay(other.id, NOW)


def test_a_link_is_open_to_the_end_of_its_last_day() -> None:
    by = provider()
    link = made(by)
    last = datetime(2026, 3, 16, 23, 59, tzinfo=UTC)
    assert by.state(link.id, last) == "open"
    with pytest.raises(PaybenchError, match="The link is expired"):
        by.pay(link.id, last + timedelta(minutes=1))
    by.expire(link.id)
    with pytest.raises(PaybenchError, match="The link is expired"):
        by.pay(link.id, NOW)
    # What was paid in time and is reported after that was paid all the same.
    other = made(by)
    hook = by.pay(other.id, last)
    late = by.signed(hook.body, last + timedelta(days=2))
    assert by.read_webhook(late.headers, late.body, now=last + timedelta(days=2)).paid_on == last.date()


def test_a_page_takes_its_currency_and_amounts_that_can_be_paid() -> None:
    by = provider()
    link = made(by)
    with pytest.raises(PaybenchError, match="takes EUR and no USD"):
        by.pay(link.id, NOW, currency="USD")
    for amount in (Decimal(0), Decimal("-5"), Decimal("0.00001")):
        with pytest.raises(PaybenchError, match="A payment is no Decimal above zero"):
            by.pay(link.id, NOW, amount)
    with pytest.raises(PaybenchError, match="There is no such payment link"):
        by.pay("unknown", NOW)
    assert by.state(link.id, NOW) == "open"


def refused(by: FakeProvider, hook: Webhook, now: datetime = NOW) -> str:
    with pytest.raises(PaybenchError) as error:
        by.read_webhook(hook.headers, hook.body, now=now)
    return str(error.value)


def test_no_other_report_is_believed() -> None:
    by, other = provider(), provider("another")
    link = made(by)
    hook = by.pay(link.id, NOW)
    stamp, digest = hook.headers[HEADER].split(",")
    forged = {
        refused(other, hook),
        refused(by, Webhook(hook.headers, hook.body.replace(b"150.50", b"950.50"))),
        refused(by, Webhook({}, hook.body)),
        refused(by, Webhook({HEADER: stamp}, hook.body)),
        refused(by, Webhook({HEADER: digest}, hook.body)),
        refused(by, Webhook({HEADER: f"{stamp},v1="}, hook.body)),
        refused(by, Webhook({HEADER: f"{stamp},{stamp},{digest}"}, hook.body)),
        refused(by, Webhook({HEADER: f"t={int(NOW.timestamp()) + 1},{digest}"}, hook.body)),
        refused(by, Webhook(hook.headers | {HEADER.lower(): "t=1"}, hook.body)),
        refused(by, hook, NOW + timedelta(seconds=301)),
        refused(by, hook, NOW - timedelta(seconds=301)),
    }
    # The same is said of all of them, without the secret.
    assert len(forged) == 1
    assert SECRET not in str(forged)
    # Within five minutes, and whatever the header's case, it is.
    lower = {HEADER.lower(): hook.headers[HEADER]}
    assert by.read_webhook(lower, hook.body, now=NOW + timedelta(minutes=5))


def test_a_secret_can_be_changed_without_losing_a_report() -> None:
    # First both sign; then who reads knows the new one only, or still the old one only.
    hook = provider("old", "new").report("payment.succeeded", PAYMENT, NOW)
    for reader in (provider("old"), provider("new"), provider("new", "old")):
        assert reader.read_webhook(hook.headers, hook.body, now=NOW)
    refused(provider("other"), hook)


PAYMENT = {
    "link": "l" * 22,
    "payment": "pay_" + "p" * 22,
    "amount": "10.50",
    "currency": "EUR",
    "paid_on": "2026-03-02",
}


@pytest.mark.parametrize(
    "change",
    [
        *({"amount": amount} for amount in ("-10.50", "0", 10.5, "1e3", "10.12345", "٣", "")),
        {"currency": "euro"},
        {"paid_on": "2026-02-30"},
        {"paid_on": "20260302"},
        {"link": "a b"},
        {"payment": None},
    ],
)
def test_a_signed_report_that_makes_no_sense_is_not_taken(change: dict[str, Any]) -> None:
    by = provider()
    assert "is not one that the provider sends" in refused(by, by.report("payment.succeeded", PAYMENT | change, NOW))


def test_other_reports_are_passed_over() -> None:
    by = provider()
    hook = by.report("link.opened", {}, NOW)
    assert by.read_webhook(hook.headers, hook.body, now=NOW) is None


@given(
    st.binary(max_size=60) | st.sampled_from([b"[]", b"{}", b"[" * 99_999, b'{"type":"payment.succeeded"}', b"null"])
)
def test_whatever_is_signed_ends_in_one_sentence(body: bytes) -> None:
    by = provider()
    assert "is not one that the provider sends" in refused(by, by.signed(body, NOW))


@given(st.text(max_size=90))
def test_no_header_at_random_is_believed(header: str) -> None:
    by = provider()
    body = json.dumps({"type": "payment.succeeded", "id": "e" * 20, "data": PAYMENT}).encode()
    refused(by, Webhook({HEADER: header}, body))
