"""Signatures: the examples that the platforms publish, and that nothing else passes."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha1, sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench.converse.channels import (
    Unverified,
    meta_challenge,
    read_meta,
    read_slack,
    read_teams,
    read_twilio,
    slack_challenge,
    verify_meta,
    verify_slack,
    verify_teams,
    verify_twilio,
)
from paybench.errors import PaybenchError

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
KEY = base64.b64encode(b"a visibly fake key for tests").decode()
BODY = b'{"a": "\xc3\xbc"}'
URL = "https://pay.example.com/twilio?a=b"


def slack(body: bytes, secret: str = KEY, at: datetime = NOW) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def twilio(body: bytes, secret: str = KEY, url: str = URL) -> dict[str, str]:
    fields = "".join(name + value for name, value in sorted(parse_qsl(body.decode(), keep_blank_values=True)))
    digest = hmac.new(secret.encode(), (url + fields).encode(), sha1).digest()
    return {"X-Twilio-Signature": base64.b64encode(digest).decode()}


def meta(body: bytes, secret: str = KEY) -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, sha256).hexdigest()}


def teams(body: bytes, secret: str = KEY) -> dict[str, str]:
    digest = hmac.new(base64.b64decode(secret), body, sha256).digest()
    return {"Authorization": "HMAC " + base64.b64encode(digest).decode()}


def test_the_example_of_slack() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    headers = {
        "x-slack-request-timestamp": "1531420618",
        "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }
    then = datetime.fromtimestamp(1531420618, UTC)
    verify_slack(headers, body, "8f742231b10e8888abcd99yyyzzz85a5", then)
    # Five minutes later it still counts, a second more and it does not; nor does one from the future.
    verify_slack(headers, body, "8f742231b10e8888abcd99yyyzzz85a5", then + timedelta(minutes=5))
    for off in (timedelta(seconds=301), -timedelta(seconds=301)):
        with pytest.raises(Unverified):
            verify_slack(headers, body, "8f742231b10e8888abcd99yyyzzz85a5", then + off)


def test_the_example_of_twilio() -> None:
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    form = {
        "CallSid": "CA1234567890ABCDE", "Caller": "+12349013030", "Digits": "1234", "From": "+12349013030",
        "To": "+18005551212",
    }  # fmt: skip
    headers = {"X-Twilio-Signature": "0/KCTR6DLpKmkAf8muzZqo1nDgQ="}
    verify_twilio(url, form.items(), headers, "12345")
    with pytest.raises(Unverified):
        verify_twilio(url, {**form, "Digits": "1235"}.items(), headers, "12345")


@pytest.mark.parametrize("signed", ["https://e.com/a?b=c", "https://e.com:443/a?b=c"])
@pytest.mark.parametrize("asked", ["https://e.com/a?b=c", "https://e.com:443/a?b=c"])
def test_twilio_may_name_the_usual_port_or_not(signed: str, asked: str) -> None:
    body = urlencode({"Body": "hé llo ", "Blank": ""}).encode()
    form = parse_qsl(body.decode(), keep_blank_values=True)
    verify_twilio(asked, form, twilio(body, url=signed), KEY)
    with pytest.raises(Unverified):
        verify_twilio("https://e.com:8443/a?b=c", form, twilio(body, url=signed), KEY)


CHECKS: dict[str, tuple[Callable[..., dict[str, str]], Callable[..., Any]]] = {
    "slack": (slack, lambda headers, body, secret: verify_slack(headers, body, secret, NOW)),
    "twilio": (twilio, lambda headers, body, secret: verify_twilio(URL, parse_qsl(body.decode()), headers, secret)),
    "meta": (meta, verify_meta),
    "teams": (teams, verify_teams),
}


@pytest.mark.parametrize("name", CHECKS)
def test_what_is_signed_passes_and_nothing_else_does(name: str) -> None:
    sign, verify = CHECKS[name]
    body = b"Body=x&From=y"
    good, other = sign(body), base64.b64encode(b"another fake key").decode()
    verify(good, body, KEY)
    # Headers are found whatever their case.
    verify({key.upper(): value for key, value in good.items()}, body, KEY)
    # While keys change, either is enough.
    verify(good, body, (other, KEY))
    said = set()
    for headers, content, secret in (
        (good, b"Body=y&From=y", KEY),
        (good, body, other),
        ({}, body, KEY),
        (dict.fromkeys(good, ""), body, KEY),
        ({key: "ü" + value for key, value in good.items()}, body, KEY),
        ({key: value[:-1] for key, value in good.items()}, body, KEY),
        (good | {key.upper(): "other" for key in good}, body, KEY),
    ):
        with pytest.raises(Unverified) as error:
            verify(headers, content, secret)
        said.add(str(error.value))
    # Whatever is wrong, the same is said, and no secret or signature is in it.
    assert len(said) == 1
    assert not any(value in str(said) for value in (KEY, *good.values()))


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("secret", ["", (), ("",), (KEY, "")])
def test_without_a_secret_nobody_is_let_in(name: str, secret: Any) -> None:
    sign, verify = CHECKS[name]
    with pytest.raises(PaybenchError, match="There is no secret of"):
        verify(sign(BODY, secret=""), BODY, secret)


@given(st.binary(max_size=200), st.dictionaries(st.text(max_size=30), st.text(max_size=80), max_size=4))
def test_no_request_at_random_is_let_in(body: bytes, headers: dict[str, str]) -> None:
    headers = {**slack(b"other"), **twilio(b"a=b"), **meta(b"other"), **teams(b"other"), **headers}
    for read in (read_slack, slack_challenge, read_teams, read_meta):
        with pytest.raises(PaybenchError):
            read(headers, body, KEY, NOW)
    with pytest.raises(PaybenchError):
        read_twilio(URL, headers, body, KEY, NOW)


NAMES = (
    "type", "event", "object", "entry", "changes", "value", "messages", "id", "from", "text", "payload", "user",
    "actions", "statuses", "timestamp",
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
)


@given(JSON)
def test_whatever_a_signed_body_is_it_ends_in_messages_or_one_sentence(said: Any) -> None:
    body = json.dumps(said).encode()
    form = urlencode({"payload": body.decode()}).encode()
    as_form = {"Content-Type": "application/x-www-form-urlencoded"}
    for read, headers, content in (
        (read_slack, slack(body), body),
        (read_slack, slack(form) | as_form, form),
        (read_meta, meta(body), body),
        (read_teams, teams(body), body),
    ):
        try:
            assert isinstance(read(headers, content, KEY, NOW), tuple)
        except PaybenchError:
            continue


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b"{" * 9, b"\xff\xfe", b"", b"1", b'{"a":' * 50_000, b" " * 1_000_001]
)
def test_bodies_that_are_no_body(body: bytes) -> None:
    for read, headers in ((read_slack, slack(body)), (read_meta, meta(body)), (read_teams, teams(body))):
        with pytest.raises(PaybenchError, match="The request is not one that"):
            read(headers, body, KEY, NOW)


def test_who_asks_with_the_word_agreed_on_is_answered() -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "agreed", "hub.challenge": "1158201444"}
    assert meta_challenge(asked, "agreed") == "1158201444"
    for change in ({"hub.verify_token": "other"}, {"hub.mode": ""}, {"hub.challenge": "<script>"}):
        with pytest.raises(Unverified):
            meta_challenge(asked | change, "agreed")
    with pytest.raises(PaybenchError, match="There is no secret of"):
        meta_challenge(asked | {"hub.verify_token": ""}, "")


def test_the_time_now_has_a_zone() -> None:
    with pytest.raises(PaybenchError, match="has no zone"):
        verify_slack(slack(BODY), BODY, KEY, NOW.replace(tzinfo=None))
