"""Conversations over HTTP without a browser: who may ask, what counts once, and what a webhook has to prove."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import pytest

from paybench.cli import main
from paybench.errors import PaybenchError
from paybench.ledger import write_ledger
from paybench.serve.chat import Chat, Setting, begin_chat
from paybench.serve.chat.pay import paid
from tests.serve.running import COMMAND, Answer, Server, running
from tests.serve.talking import SECRETS, act, book, rows, talking, thread

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    with talking(tmp_path_factory.mktemp("talk"), **SECRETS) as found:
        yield found


@pytest.fixture(scope="module")
def server(place: tuple[Server, Path]) -> Server:
    return place[0]


def signed(key: str, content: bytes, way: str = "sha256") -> bytes:
    return hmac.new(key.encode(), content, way).digest()


def check_refused(answer: Answer, status: int, words: str) -> None:
    assert answer.status == status
    assert list(answer.said) == ["error"]
    assert words in answer.said["error"]
    assert "\n" not in answer.said["error"]


def test_an_action_counts_once_however_often_it_is_sent(place: tuple[Server, Path]) -> None:
    server, folder = place
    said = {"id": "0123-4567-89ab", "text": "We will pay A-1 and A-2 on 6 March 2026."}
    first = server.ask("/chat/api/say/C-1", said)
    again = server.ask("/chat/api/say/C-1", said)
    assert first.status == again.status == 200
    assert first.said["done"] == again.said["done"]
    assert len(rows(folder, "messages")) == 1
    assert set(rows(folder, "promises")["invoice_id"]) == {"A-1", "A-2"}
    # So does a reminder, which has no text of its own.
    for _ in range(3):
        assert act(server, "remind", "C-3", id="remind-me-once").status == 200
    assert [m["from"] for m in thread(server, "C-3")["messages"]] == ["book"]


def test_what_is_no_action_is_one_sentence(server: Server) -> None:
    before = thread(server, "C-4")
    for content, words in (
        (b"", "no JSON object of texts"), (b"[]", "no JSON object of texts"), (b'{"id": 5}', "no JSON object of texts"),
        (b"[" * 50_000, "no JSON object of texts"), (b'{"id": "x"}', "no id of 8 to 64"),
        (json.dumps({"id": "a" * 8}).encode(), "needs 'text'"), (b'{"id": "aaaaaaaa", "text": " "}', "needs 'text'"),
        (json.dumps({"id": "a" * 8, "text": "x" * 20_001}).encode(), "needs 'text' of 1 to 20,000"),
        (b'{"id": "aaaaaaaa", "text": "\\ud800"}', "half a character"),
    ):  # fmt: skip
        check_refused(server.ask("/chat/api/say/C-4", content), 422, words)
    check_refused(server.ask("/chat/api/say/C-4", b'{"id": "' + b"a" * 100_000), 413, "longer than 100,000 bytes")
    check_refused(act(server, "dance", "C-4"), 422, "There is no action of that name")
    check_refused(act(server, "choose", "C-4", choice="accept"), 422, "No proposal waits for an answer")
    check_refused(act(server, "sign", "C-4", who="Ada"), 422, "No draft waits for a signature")
    check_refused(act(server, "take-over", "C-4"), 422, "needs 'who'")
    assert server.ask("/chat/api/thread/nobody").status == 422
    assert thread(server, "C-4") == before


def test_another_sites_page_is_refused(server: Server) -> None:
    body = {"id": "other-site-1", "text": "hello"}
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1", server.address + ".evil.example"):
        check_refused(server.ask("/chat/api/say/C-4", body, Origin=origin), 403, "another site's page")
        assert server.ask("/pay/whatever-link", b"", Origin=origin, Content_Type=FORM).status == 403
    # A form, which a browser sends across sites without asking, is none either.
    check_refused(server.ask("/chat/api/say/C-4", b"id=1", Content_Type=FORM), 415, "application/json")
    assert server.ask("/chat/api/say/C-4", body | {"id": "other-site-2"}, Origin=server.address).status == 200


def test_the_list_has_who_owes_and_the_export_what_was_said(server: Server) -> None:
    act(server, "take-over", "C-4", who="Ada")
    listed = server.ask("/chat/api/customers").said["customers"]
    assert {row["customer_id"] for row in listed} >= {"C-1", "C-2", "C-3", "C-4", "C/5 <b>"}
    # Who waits for a person comes first.
    waiting = [row["waits"] for row in listed]
    assert waiting == sorted(waiting, reverse=True)
    assert listed[0]["waits"]
    whole = server.ask("/chat/api/export/C-4").said
    assert whole["customer_id"] == "C-4"
    assert "taken" in [event["what"] for event in whole["events"]]


def test_a_link_is_paid_once_and_tells_nothing_in_its_address(place: tuple[Server, Path]) -> None:
    server, folder = place
    act(server, "remind", "C/5%20%3Cb%3E")
    link = thread(server, "C/5%20%3Cb%3E")["link"]
    assert link["url"] == f"{server.address}/pay/{link['id']}"
    page = server.ask(f"/pay/{link['id']}")
    assert page.status == 200
    assert b"75.00 EUR" in page.content
    assert b"<b>" not in page.content
    # To look at it changes nothing; to press twice pays once.
    assert rows(folder, "payments", "C/5 <b>").empty
    for _ in range(2):
        assert server.ask(f"/pay/{link['id']}", b"", Content_Type=FORM, Origin=server.address).status == 200
    assert rows(folder, "payments", "C/5 <b>")["amount"].tolist() == [75.0]
    assert thread(server, "C/5%20%3Cb%3E")["link"]["state"] == "paid"
    for unknown in ("nothing-of-ours", "%3Cscript%3E"):
        answer = server.ask(f"/pay/{unknown}")
        assert answer.status == 404
        assert b"<script" not in answer.content


def test_a_hook_takes_what_is_signed_and_nothing_else(place: tuple[Server, Path]) -> None:
    server, folder = place
    now = str(int(time.time()))
    event = {"type": "message", "user": "U0FAKE", "text": "We will pay D-1 on 5 March 2026", "ts": now}
    body = json.dumps({"type": "event_callback", "event_id": "Ev0FAKE", "event": event}).encode()
    good = "v0=" + signed(SECRETS["PAYBENCH_SLACK_SECRET"], f"v0:{now}:".encode() + body).hex()
    for signature, stamp in (("v0=" + "0" * 64, now), ("", now), (good, str(int(now) - 4000))):
        answer = server.ask("/hooks/slack", body, X_Slack_Signature=signature, X_Slack_Request_Timestamp=stamp)
        check_refused(answer, 403, "not signed by slack")
    assert rows(folder, "messages", "C-3").empty
    # What comes again counts once.
    for _ in range(2):
        answer = server.ask("/hooks/slack", body, X_Slack_Signature=good, X_Slack_Request_Timestamp=now)
        assert answer.status == 200
    assert rows(folder, "messages", "C-3")["channel"].tolist() == ["slack"]
    assert rows(folder, "promises", "C-3")["invoice_id"].tolist() == ["D-1"]
    ask = json.dumps({"type": "url_verification", "challenge": "fake-challenge"}).encode()
    proof = "v0=" + signed(SECRETS["PAYBENCH_SLACK_SECRET"], f"v0:{now}:".encode() + ask).hex()
    answer = server.ask("/hooks/slack", ask, X_Slack_Signature=proof, X_Slack_Request_Timestamp=now)
    assert answer.content == b"fake-challenge"


def test_twilio_is_answered_in_its_own_markup(place: tuple[Server, Path]) -> None:
    server, folder = place
    said = {
        "MessageSid": "SM" + "0" * 32,
        "From": "+447700900123",
        "To": "+441632960000",
        "Body": "Please send a copy of B-1",
    }
    text = f"{server.address}/hooks/twilio" + "".join(name + said[name] for name in sorted(said))
    proof = base64.b64encode(signed(SECRETS["PAYBENCH_TWILIO_TOKEN"], text.encode(), "sha1")).decode()
    body = urlencode(said).encode()
    check_refused(server.ask("/hooks/twilio", body, Content_Type=FORM, X_Twilio_Signature="x"), 403, "not signed by")
    answer = server.ask("/hooks/twilio", body, Content_Type=FORM, X_Twilio_Signature=proof)
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/xml")
    assert re.fullmatch(rb"<\?xml [^>]*\?><Response><Message>[^<]+</Message></Response>", answer.content)
    assert "sms" in rows(folder, "messages", "C-2")["channel"].tolist()


def test_meta_teams_and_mail_are_heard(place: tuple[Server, Path]) -> None:
    server, folder = place
    written = {
        "id": "wamid.fake",
        "from": "447700900456",
        "type": "text",
        "text": {"body": "Thank you"},
        "timestamp": "1",
    }
    body = json.dumps(
        {"object": "whatsapp_business_account", "entry": [{"changes": [{"value": {"messages": [written]}}]}]}
    ).encode()
    proof = "sha256=" + signed(SECRETS["PAYBENCH_META_SECRET"], body).hex()
    check_refused(server.ask("/hooks/meta", body, X_Hub_Signature_256="sha256=0"), 403, "not signed by meta")
    assert server.ask("/hooks/meta", body, X_Hub_Signature_256=proof).status == 200
    word = SECRETS["PAYBENCH_META_VERIFY"]
    asked = f"/hooks/meta?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={word}"
    assert server.ask(asked).content == b"1158201444"
    check_refused(server.ask(asked + "x"), 403, "not signed by meta")

    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    activity = {"type": "message", "id": "fake-1", "timestamp": stamp, "text": "Please send a copy of D-1",
                "from": {"id": "x", "aadObjectId": "fake-aad-id"}}  # fmt: skip
    body = json.dumps(activity).encode()
    key = base64.b64decode(SECRETS["PAYBENCH_TEAMS_SECRET"])
    proof = "HMAC " + base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()
    check_refused(server.ask("/hooks/teams", body, Authorization="HMAC AAAA"), 403, "not signed by teams")
    answer = server.ask("/hooks/teams", body, Authorization=proof)
    assert answer.said["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"

    head = b"From: Ada <ada@quarry.example>\r\nMessage-ID: <1@quarry.example>\r\nSubject: B-1\r\n\r\n"
    letter = head + b"We will pay on 5 March 2026.\r\n"
    kind = {"Content_Type": "message/rfc822"}
    check_refused(server.ask("/hooks/email", letter, **kind), 403, "secret of this webhook")
    bearer = {"Authorization": f"Bearer {SECRETS['PAYBENCH_EMAIL_SECRET']}"}
    for _ in range(2):
        assert server.ask("/hooks/email", letter, **kind, **bearer).status == 200
    assert rows(folder, "messages", "C-2")["channel"].tolist().count("email") == 1
    # A sender whom nobody knows enters nothing in the ledger.
    stranger = letter.replace(b"ada@", b"eve@").replace(b"<1@", b"<2@")
    before = [rows(folder, "messages", name) for name in ("C-1", "C-2", "C-3", "C-4")]
    assert server.ask("/hooks/email", stranger, **kind, **bearer).status == 200
    after = [rows(folder, "messages", name) for name in ("C-1", "C-2", "C-3", "C-4")]
    assert all(one.equals(two) for one, two in zip(before, after, strict=True))


def test_a_hook_without_its_secret_is_not_there(server: Server, tmp_path: Path) -> None:
    check_refused(server.ask("/hooks/payments", b"{}"), 404, "set PAYBENCH_PAYMENTS_SECRET in the server's environment")
    check_refused(server.ask("/hooks/other", b"{}"), 404, "There is no such webhook")


def test_letters_end_at_a_button_and_not_by_looking(server: Server) -> None:
    page = server.ask("/unsubscribe/nobodys-token")
    assert page.status == 200
    assert b'<form method="post">' in page.content
    answer = server.ask("/unsubscribe/nobodys-token", b"List-Unsubscribe=One-Click", Content_Type=FORM)
    assert answer.status == 404
    assert b"ends no letters" in answer.content


def test_the_page_needs_no_token_and_its_data_do(tmp_path: Path) -> None:
    with talking(tmp_path, PAYBENCH_TOKEN="fake-token-of-the-test") as (server, _):
        for path in ("/chat", "/pay/unknown-link", "/unsubscribe/unknown"):
            assert server.ask(path).status in (200, 404)
            assert server.ask(path).headers["Content-Security-Policy"].startswith("default-src 'none'")
        check_refused(server.ask("/hooks/slack", b"{}"), 404, "needs a secret")
        for path in ("/chat/api/customers", "/chat/api/thread/C-1", "/chat/api/export/C-1", "/chat/other"):
            check_refused(server.ask(path), 401, "The token is missing or wrong")
        assert act(server, "remind").status == 401
        assert server.ask("/chat/api/customers", Authorization="Bearer fake-token-of-the-test").status == 200


def test_without_a_ledger_it_is_said_what_to_do(tmp_path: Path) -> None:
    with running(tmp_path / "log", COMMAND, "serve", "--store", tmp_path / "store", "--port", "0", "--json") as server:
        for path in ("/chat", "/chat/api/customers", "/pay/x", "/hooks/slack", "/unsubscribe/x"):
            check_refused(server.ask(path), 404, "start it with one: paybench serve DIR")
        check_refused(act(server, "say", text="x"), 404, "start it with one: paybench serve DIR")


def test_a_wrong_option_is_said_before_anybody_asks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_ledger(book(), tmp_path / "ledger")
    bad = tmp_path / "bad.csv"
    bad.write_text("customer_id,address\n")
    for option, value, words in (
        ("--as-of", "2026-02-30", "2026-02-30"), ("--url", "http://elsewhere.example", "The --url is 'http://elsewhere"),
        ("--addresses", str(bad), "has no column 'channel'"), ("--policy", str(tmp_path / "none.yaml"), "none.yaml"),
    ):  # fmt: skip
        own = ["serve", str(tmp_path / "ledger"), "--store", str(tmp_path / "store"), "--port", "0"]
        assert main([*own, option, value]) == 1
        said = capsys.readouterr().err
        assert said.startswith("paybench: ")
        assert said.count("\n") == 1
        assert words in said


def test_a_payment_that_was_not_taken_is_delivered_again(tmp_path: Path) -> None:
    write_ledger(book(), tmp_path / "ledger")
    setting = Setting(tmp_path / "ledger", tmp_path / "store", date(2026, 3, 2))
    chat = begin_chat(setting, "http://127.0.0.1:1", True, {}, None)
    assert isinstance(chat, Chat)
    chat.desk.remind("C-1", chat.now())
    link = chat.desk.thread("C-1", chat.now())["link"]
    kept = tmp_path / "ledger" / "invoices.parquet"
    whole = kept.read_bytes()
    kept.write_bytes(b"damaged")
    with pytest.raises(PaybenchError):
        paid(chat, link["id"])
    kept.write_bytes(whole)
    paid(chat, link["id"])
    assert rows(tmp_path / "ledger", "payments")["amount"].sum() == float(link["amount"])


def test_where_others_reach_the_server_no_trial_pays(tmp_path: Path) -> None:
    write_ledger(book(), tmp_path / "ledger")
    for local, url in ((False, ""), (True, "https://pay.example")):
        setting = Setting(tmp_path / "ledger", tmp_path / "store", date(2026, 3, 2), url=url)
        chat = begin_chat(setting, "http://10.0.0.1:1", local, {}, None)
        assert isinstance(chat, Chat)
        assert chat.provider is None
        assert chat.desk.remind("C-1", chat.now())["link"] is None


def test_the_log_names_no_customer(server: Server) -> None:
    log = server.log.read_text()
    assert "POST /chat/api/{action}/{customer_id:path} 200" in log
    assert "GET /pay/{link_id} 200" in log
    for word in ("C-1", "C-4", "Iberia", "March", *SECRETS.values()):
        assert word not in log
    assert "Traceback" not in log
