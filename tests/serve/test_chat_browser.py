"""Conversations in a real browser, against the real desk: from the reminder to the payment in the ledger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import PHONE, browser, needs_browser, serious
from tests.serve.running import Server
from tests.serve.talking import rows, talking, thread

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = needs_browser
LAPTOP = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def running() -> Iterator[Browser]:
    with browser() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    with talking(tmp_path_factory.mktemp("chat")) as found:
        yield found


@contextmanager
def visiting(
    running: Browser, server: Server, customer: str, size: dict[str, int] = LAPTOP, **more: Any
) -> Iterator[Page]:
    """The page of a customer; at the end nothing was logged as an error, and nothing was asked of another server."""
    context = running.new_context(viewport=size, locale=more.pop("locale", "en-GB"), **more)  # type: ignore[arg-type]
    faults: list[str] = []

    def told(fault: str) -> None:
        faults.append(fault)

    context.on("console", lambda m: told(m.text) if m.type in ("error", "warning") else None)
    context.on("weberror", lambda error: told(str(error.error)))
    context.on("request", lambda asked: None if asked.url.startswith(server.address) else told(asked.url))
    context.on("dialog", lambda dialog: told(f"dialog: {dialog.message}"))
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{server.address}/chat?customer={customer}")
    page.wait_for_selector("#steps li", state="attached")
    try:
        yield page
        assert faults == []
    finally:
        context.close()


def write(page: Page, text: str) -> None:
    """A message of the customer's, once it is there and what follows of it."""
    before = page.locator(".bubble.customer").count()
    page.fill("#text", text)
    page.press("#text", "Enter")
    page.wait_for_function("n => document.querySelectorAll('.bubble.customer').length > n", arg=before)


def test_from_the_reminder_to_the_payment(running: Browser, place: tuple[Server, Path]) -> None:
    server, folder = place
    with visiting(running, server, "C-1") as page:
        page.click("#remind")
        page.wait_for_selector(".bubble.book .pay a")
        assert page.locator("#steps [aria-current=step]").inner_text() == "Reminded"
        # A day that policy does not allow is answered by another one, which waits below the chat.
        write(page, "I need more time to pay A-1, can we have until 30 June 2026?")
        page.wait_for_selector("#proposal button")
        assert "Needs more time" in page.locator(".intents").first.inner_text()
        assert page.locator("blockquote mark.named").count() >= 1
        assert page.locator(".verdict").first.inner_text() == "Counter-proposal: more than the policy allows"
        proposed = thread(server)["proposal"]
        assert proposed["invoices"] == ["A-1"]
        assert rows(folder, "promises").empty
        assert serious(page) == []
        page.get_by_role("button", name="Accept").click()
        page.wait_for_function("() => document.querySelector('#steps .here').textContent === 'Promised'")
        # The payment opens beside the page, asks for no card, and comes back as paid.
        with page.context.expect_page() as opened:
            page.locator(".bubble .pay a").last.click()
        paying = opened.value
        paying.wait_for_load_state()
        assert paying.locator("input, textarea, select").count() == 0
        assert "1,200.00 EUR" in paying.inner_text("main")
        assert "A-1" not in paying.url
        assert "C-1" not in paying.url
        assert serious(paying) == []
        paying.get_by_role("button", name="Pay").click()
        paying.wait_for_selector(".good")
        paying.close()
        page.wait_for_function("() => document.querySelector('#steps .here').textContent === 'Paid'")
    # All of it is in the ledger's folder.
    (message,) = rows(folder, "messages").to_dict("records")
    assert message["channel"] == "chat"
    assert "need_more_time" in message["meaning"]
    (promise,) = rows(folder, "promises").to_dict("records")
    assert (promise["invoice_id"], promise["amount"]) == ("A-1", 1200.0)
    assert f"{promise['promised_on']:%Y-%m-%d}" == proposed["date"]
    (payment,) = rows(folder, "payments").to_dict("records")
    assert (payment["invoice_id"], payment["amount"], payment["kind"]) == ("A-1", 1200.0, "payment")
    assert thread(server)["state"] == "kept"


def test_while_a_person_has_it_the_machine_is_silent(running: Browser, place: tuple[Server, Path]) -> None:
    server, _ = place
    with visiting(running, server, "C-2") as page:
        # Who acts is asked for first.
        page.click("#take-over")
        assert "Give your name first" in page.inner_text("#told")
        page.fill("#who", "Ada Collector")
        page.click("#take-over")
        page.wait_for_selector("#whose:not([hidden])")
        assert page.inner_text("#whose") == "Ada Collector answers; the machine is silent."
        write(page, "We will pay on 6 March 2026.")
        page.wait_for_selector(".verdict")
        assert page.locator(".bubble.book").count() == 0
        page.click("#answer-open")
        page.fill("#answer-text", "Hello, I am looking into it and call you today.")
        page.get_by_role("button", name="Send the answer").click()
        page.wait_for_selector(".bubble.person")
        assert "Ada Collector" in page.inner_text(".bubble.person .when")
        # Given back, the machine answers again.
        page.click("#give-back")
        page.wait_for_selector("#take-over:not([hidden])")
        write(page, "Please send us a copy of the invoice.")
        page.wait_for_selector(".bubble.book")


def test_whatever_is_written_is_text(running: Browser, place: tuple[Server, Path]) -> None:
    server, _ = place
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script> ${alert(3)} {{7*7}} we will pay on 6 March"
    with visiting(running, server, "C%2F5%20%3Cb%3E") as page:
        assert page.inner_text("#name") == "<img src=x> & Co"
        write(page, hostile)
        page.wait_for_selector("blockquote")
        assert page.locator(".bubble.customer .text").inner_text() == hostile
        assert page.locator("blockquote").first.inner_text() == hostile
        assert page.locator("main img, main script").count() == 0


def test_who_wants_no_contact_gets_none(running: Browser, place: tuple[Server, Path]) -> None:
    server, folder = place
    with visiting(running, server, "C-4") as page:
        page.click("#remind")
        page.wait_for_selector(".bubble.book")
        write(page, "Stop writing to me, take me off your list.")
        page.wait_for_selector("#steps .stopped")
        assert page.locator("blockquote mark.meant").count() >= 1
        write(page, "And how much is it?")
        page.wait_for_function("() => document.querySelectorAll('.bubble.customer').length === 2")
        assert page.locator(".bubble.book").count() == 1
        assert page.locator("#remind").is_disabled()
    assert not rows(folder, "consents", "C-4")["allowed"].any()
    assert len(rows(folder, "messages", "C-4")) == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_tabs_and_nothing_serious_is_wrong(
    running: Browser, place: tuple[Server, Path], scheme: str
) -> None:
    server, _ = place
    with visiting(running, server, "C-2", PHONE, color_scheme=scheme, locale="de-DE") as page:
        assert page.get_attribute("html", "lang") == "de"
        for tab in ("#tab-customer", "#tab-list", "#tab-collector"):
            page.click(tab)
            assert page.locator("main > section:visible").count() == 1
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
            assert serious(page) == []
        page.keyboard.press("ArrowRight")
        assert page.locator("#tab-list").get_attribute("aria-selected") == "true"
        assert page.locator("#customers button").count() == 5
        page.fill("#search", "quarry")
        assert re.findall("Quarry", page.inner_text("#customers")) == ["Quarry"]


def test_a_token_is_asked_for_once(running: Browser, tmp_path: Path) -> None:
    token = "fake-token-of-the-test"
    with talking(tmp_path, PAYBENCH_TOKEN=token) as (server, _):
        context = running.new_context(locale="en-GB")
        page = context.new_page()
        page.goto(f"{server.address}/chat?customer=C-1")
        page.fill("#token-text", token)
        page.get_by_role("button", name="Go on").click()
        page.wait_for_selector("#steps li", state="attached")
        page.reload()
        page.wait_for_selector("#steps li", state="attached")
        assert page.inner_text("#name") == "Iberia Machines Ltd"
        context.close()
