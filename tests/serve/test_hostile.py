"""Whatever is sent, the answer is scores or one sentence, and the server lives."""

from __future__ import annotations

import json
import re
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from paybench.cli import main
from paybench.errors import PaybenchError
from paybench.ledger import Ledger
from paybench.serve.wire import check_shape, read_request
from tests.serve.running import Answer, Server, as_body, running, some_customers
from tests.trained import AS_OF, Trained

TOKEN = "a token of sixteen".replace(" ", "-")
TIGHT = """
import json, sys
from pathlib import Path
from paybench.serve.limits import Limits
from paybench.serve.run import serve
limits = Limits(body=20_000, rows=12, reading=1.0, at_once=1, waiting=1)
say = lambda address: print(json.dumps({"address": address}, indent=1), flush=True)
serve(Path(sys.argv[1]), None, "0.0.0.0", 0, limits, say)
"""
"""A server that takes little, can be reached from elsewhere, and wants a token."""

SCRIPT = "<script>alert(1)</script>"
ODD: list[Any] = [
    *(
        None,
        True,
        "",
        " ",
        "x",
        -1,
        0,
        1e308,
        -1e308,
        10**400,
        [],
        {},
        [[]],
        {"a": 1},
        SCRIPT,
        "\x00",
        "\ud800",
        "=1+1",
    ),
    *(
        "2025-02-30",
        "1900-01-01",
        "2199-12-31",
        "2025-05-01T10:00:00Z",
        "31.12.2024",
        "1e5",
        "1,5",
        "\uff19",
        "x" * 300,
    ),
]


@pytest.fixture(scope="module")
def body(ledger: Ledger) -> dict[str, Any]:
    """All that is known of two customers."""
    return as_body(some_customers(ledger, 2), AS_OF)


@pytest.fixture(scope="module")
def tight(store: Path) -> Iterator[Server]:
    with running(store.parent / "tight", TIGHT, store, PAYBENCH_TOKEN=TOKEN) as found:
        yield Server(found.address.replace("0.0.0.0", "127.0.0.1"), found.process, found.log)


def check_answer(answer: Answer) -> None:
    """One sentence, or scores; and nothing that a browser would run."""
    assert answer.status in (200, 401, 408, 413, 415, 422)
    said = answer.said
    if answer.status == 200:
        assert said["total"] == len(said["scores"])
    else:
        assert list(said) == ["error"]
        assert 10 < len(said["error"]) < 2_000
        assert "\n" not in said["error"]
        assert "Traceback" not in said["error"]
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert b"<" not in answer.content


def mutated(rng: np.random.Generator, body: dict[str, Any]) -> bytes:
    """A body in which something is not as it should be."""
    copied: dict[str, Any] = json.loads(json.dumps(body))
    for _ in range(int(rng.integers(1, 4))):
        name = str(rng.choice(list(copied)))
        rows, odd = copied[name], ODD[rng.integers(len(ODD))]
        way = int(rng.integers(7))
        if way == 0 or not isinstance(rows, list) or not rows:
            copied[name] = odd
            continue
        row = int(rng.integers(len(rows)))
        if not isinstance(rows[row], dict) or not rows[row]:
            continue
        column = str(rng.choice(list(rows[row])))
        if way == 1:
            del rows[row][column]
        elif way == 2:
            rows[row][str(odd)] = odd
        elif way == 3:
            rows.append(rows[row] | {column: odd})
        elif way == 4:
            rows[row] = odd
        else:
            rows[row][column] = odd
    content = json.dumps(copied).encode()
    if rng.random() < 0.2:
        content = content[: rng.integers(len(content))]
    if rng.random() < 0.1:
        content = content.replace(b"null", bytes(rng.choice([b"NaN", b"Infinity", b"1e999", b"\xff", b"{}"])))
    return content


def test_no_body_ends_in_an_error_of_the_servers(server: Server, body: dict[str, Any]) -> None:
    rng = np.random.default_rng(8)
    statuses: Counter[int] = Counter()
    for number in range(300):
        content = mutated(rng, body) if number % 6 else rng.bytes(int(rng.integers(0, 400)))
        answer = server.ask("/score", content)
        check_answer(answer)
        statuses[answer.status] += 1
    # Some were right all the same, most were not.
    assert set(statuses) == {200, 422}
    assert statuses[422] > 150
    assert statuses[200] > 10
    assert server.process.poll() is None
    assert server.ask("/score", body).status == 200
    log = server.log.read_text()
    assert "Traceback" not in log
    assert " 500 " not in log


@pytest.mark.parametrize(
    "content",
    [
        b"", b"null", b"[]", b"0", b'"x"', b"{", b"[" * 90_000, b'{"a":' * 90_000, b"\xef\xbb\xbf{}", b"\x00",
        b"{}" * 5, b"1" * 9_000,
        b'{"as_of": "2025-05-01", "invoices": [' + b"[" * 500 + b"]" * 500 + b'], "payments": []}',
        b'"' + b"\\" * 99_999, b'{"as_of": "\\ud800", "invoices": [], "payments": []}',
    ],
)  # fmt: skip
def test_what_is_no_request_is_one_sentence(server: Server, content: bytes) -> None:
    answer = server.ask("/score", content)
    assert answer.status == 422
    check_answer(answer)


def test_a_name_never_becomes_html(server: Server, body: dict[str, Any]) -> None:
    renamed = json.loads(json.dumps(body).replace(body["invoices"][0]["customer_id"], SCRIPT))
    answer = server.ask("/score", renamed)
    check_answer(answer)
    # It is there, and it is text.
    assert SCRIPT in {row["customer_id"] for row in answer.said["scores"]}
    for path in (f"/score/{SCRIPT}?as_of={SCRIPT}", f"/{SCRIPT}", f"/open?as_of={SCRIPT}", f"/open?limit={SCRIPT}"):
        answer = server.ask(path.replace("<", "%3C").replace(">", "%3E"))
        assert answer.status in (404, 422)
        assert b"<" not in answer.content
        assert b"script" not in answer.content


def test_a_body_is_refused_before_it_is_read_whole(tight: Server, body: dict[str, Any]) -> None:
    token = f"Bearer {TOKEN}"
    few = {"as_of": AS_OF, "invoices": body["invoices"][:3], "payments": body["payments"][:3]}
    assert tight.ask("/score", few, Authorization=token).status == 200
    for content, status, said in (
        (b"{" + b" " * 20_000, 413, "longer than 20,000 bytes"),
        (b"{" + b" " * 60_000, 413, "longer than 20,000 bytes"),
        (few | {"payments": body["payments"][:10]}, 413, "The body has 13 rows and at most 12 are taken"),
        (b'{"a":[{"b":[1]}]}', 422, "deeper than an object of tables of rows"),
    ):
        answer = tight.ask("/score", content, Authorization=token)
        assert answer.status == status
        assert said in answer.said["error"]
    for header, value, said in (
        ("Content_Type", "text/plain", "not sent as application/json"),
        ("Content_Type", "application/x-www-form-urlencoded", "not sent as application/json"),
        ("Content_Encoding", "gzip", "The body is compressed"),
    ):
        answer = tight.ask("/score", few, Authorization=token, **{header: value})
        assert answer.status == 415
        assert said in answer.said["error"]


def exchanged(server: Server, *parts: bytes) -> bytes:
    """All that comes back for bytes that are sent as they are, until the server hangs up."""
    host, _, port = server.address.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        for part in parts:
            connection.sendall(part)
        found = b""
        while part := connection.recv(65_536):
            found += part
    return found


HEAD = (
    f"POST /score HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\n".encode()
)


def test_whoever_sends_slowly_or_without_end_is_left(tight: Server) -> None:
    # A head that does not end, a body that does not come, one of which nobody said how long it is.
    assert exchanged(tight, b"GET /health HTTP/1.1\r\nHost:") == b""
    late = exchanged(tight, HEAD + b"Content-Length: 50\r\n\r\n{")
    assert late.startswith(b"HTTP/1.1 408 ")
    assert b"did not come within 1 seconds" in late
    chunk = b"1000\r\n" + b" " * 4096 + b"\r\n"
    long = exchanged(tight, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 8, b"0\r\n\r\n")
    assert long.startswith(b"HTTP/1.1 413 ")
    # What is no HTTP at all is no reason to end either.
    assert exchanged(tight, b"\x16\x03\x01 nonsense\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert tight.ask("/health").status == 200


def test_the_token_is_asked_for_everywhere_and_health_is_brief_without(tight: Server) -> None:
    for path in ("/docs", "/openapi.json", f"/open?as_of={AS_OF}", "/score", "/nothing"):
        for headers in (
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": TOKEN},
            {"Authorization": "Bearer \xe9"},
        ):
            answer = tight.ask(path, **headers)
            assert answer.status == 401
            assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert tight.ask("/docs", Authorization=f"Bearer {TOKEN}").status == 200
    assert tight.ask("/health").said == {"ready": True}
    assert tight.ask("/health", Authorization=f"bearer {TOKEN}").said["model_version"] == "payment-timing v2"
    # It is not in the log; that the server can be reached from elsewhere is, in one sentence.
    log = tight.log.read_text()
    assert TOKEN not in log
    assert log.count("paybench listens on 0.0.0.0: whoever has the token and reaches this machine can ask, ") == 1


def test_only_its_own_name_is_answered_to(server: Server) -> None:
    port = server.address.rpartition(":")[2]
    for name in ("127.0.0.1", f"127.0.0.1:{port}", f"localhost:{port}", f"LOCALHOST:{port}", f"[::1]:{port}"):
        assert server.ask("/health", Host=name).status == 200
    # A page of somebody else's, whose name was made to point here, gets nothing.
    for name in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", ""):
        answer = server.ask("/health", Host=name)
        assert answer.status == 421
        assert "ready" not in answer.said


@pytest.mark.parametrize("token", ["", "xyzzy", "two words of some length", "größer-als-sechzehn"])
def test_a_token_that_keeps_nobody_out_is_refused(
    trained: Trained, token: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAYBENCH_TOKEN", token)
    assert main(["serve", "--store", str(trained.store), "--port", "0"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("paybench: The token in PAYBENCH_TOKEN is shorter than 16 characters")
    assert not token or token not in said


INVOICE = {
    "invoice_id": "I", "customer_id": "C", "issued_on": "2025-01-01", "due_on": "2025-01-31", "amount": 10,
    "currency": "EUR",
}  # fmt: skip


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("invoice_id", 4711, "'invoice_id' of table 'invoices' is not text of 1 to 200 characters in row 0"),
        ("invoice_id", " ", "is not text of 1 to 200 characters"),
        ("invoice_id", None, "'invoice_id' of table 'invoices' is empty in row 0"),
        ("customer_id", "\ud800", "is not text of 1 to 200 characters"),
        ("issued_on", "2025-02-30", "'issued_on' of table 'invoices' is not a date like 2026-01-31 in row 0"),
        ("due_on", "31.01.2025", "is not a date like"),
        ("due_on", 20250131, "is not a date like"),
        ("amount", "1,000.00", "is not an amount of at most 14 digits"),
        ("amount", 0, "every row needs amount billed, above zero"),
        ("amount", True, "is not an amount"),
        ("amount", 1e15, "is not an amount"),
        ("due_date", "2025-01-31", "Row 0 of invoices has 'due_date', which is none of invoice_id, customer_id"),
    ],
)
def test_a_wrong_value_is_named_by_its_place(column: str, value: Any, said: str) -> None:
    body = {"as_of": AS_OF, "invoices": [INVOICE | {column: value}], "payments": []}
    with pytest.raises(PaybenchError, match=re.escape(said)) as caught:
        read_request(json.dumps(body).encode(), "book", 0)
    assert "\n" not in str(caught.value)


def test_a_wrong_value_is_not_repeated() -> None:
    for column in ("issued_on", "amount"):
        body = {"as_of": AS_OF, "invoices": [INVOICE | {column: "Anna Muster"}], "payments": []}
        with pytest.raises(PaybenchError, match=f"Column '{column}'") as caught:
            read_request(json.dumps(body).encode(), "book", 0)
        assert "Muster" not in str(caught.value)


def test_brackets_within_text_are_no_depth() -> None:
    content = json.dumps({"as_of": "[[[[{{{{", "invoices": [{"a": '"]}{[\\"{{'}]}).encode()
    check_shape(content, 1)
    with pytest.raises(PaybenchError, match="The body has 1 rows and at most 0 are taken"):
        check_shape(content, 0)
