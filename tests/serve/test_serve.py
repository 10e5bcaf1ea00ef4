"""The server says what the scoring script says, whoever asks how often, and follows the champion."""

from __future__ import annotations

import json
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from paybench.cli import main
from paybench.ledger import Ledger
from paybench.models.learn.bundle import Bundle, read_bundle, write_bundle
from paybench.score import score
from tests.serve.running import COMMAND, Answer, Server, as_body, as_table, running, some_customers
from tests.trained import AS_OF, Trained


@pytest.fixture(scope="module")
def forest(store: Path) -> Bundle:
    return read_bundle(store / "champion")


@pytest.fixture(scope="module")
def other(forest: Bundle) -> Bundle:
    """Another version: the same forest, recalibrated."""
    calibrator = replace(forest.late_calibrator, shift=forest.late_calibrator.shift + 0.5)
    return replace(forest, late_calibrator=calibrator, about=forest.about | {"version": "payment-timing v3"})


@pytest.fixture(scope="module")
def right(ledger: Ledger, forest: Bundle) -> pd.DataFrame:
    return score(ledger, AS_OF, forest)


def scores(answer: Answer, like: pd.DataFrame) -> pd.DataFrame:
    assert answer.status == 200, answer.content
    return as_table(answer.said["scores"], like)


def test_a_ledger_that_is_sent_gets_the_same_scores(server: Server, ledger: Ledger, right: pd.DataFrame) -> None:
    answer = server.ask("/score", as_body(ledger, AS_OF))
    # Every number to the last bit, every sentence, every date.
    pd.testing.assert_frame_equal(scores(answer, right), right, check_exact=True)
    assert answer.said["total"] == len(right)
    assert answer.said["model_version"] == "payment-timing v2"
    # Some customers alone get what they get among all; so does who writes amounts as text.
    few = some_customers(ledger, 4)
    some = right[right["customer_id"].isin(few.invoices["customer_id"])].reset_index(drop=True)
    assert 0 < len(some) < len(right)
    body = as_body(few, AS_OF)
    pd.testing.assert_frame_equal(scores(server.ask("/score", body), right), some, check_exact=True)
    for row in (*body["invoices"], *body["payments"]):
        row["amount"] = f"{row['amount']:.4f}"
    pd.testing.assert_frame_equal(scores(server.ask("/score", body), right), some, check_exact=True)


def test_invoices_and_payments_are_enough(server: Server, ledger: Ledger, right: pd.DataFrame) -> None:
    body = as_body(some_customers(ledger, 4), AS_OF)
    least = {name: body[name] for name in ("as_of", "invoices", "payments")}
    tables = {n: getattr(some_customers(ledger, 4), n) for n in ("invoices", "payments")}
    alone = Ledger.of(ledger.name, **tables)
    found = scores(server.ask("/score", least), right)
    pd.testing.assert_frame_equal(found, score(alone, AS_OF, read_bundle_of(server)), check_exact=True)


def read_bundle_of(server: Server) -> Bundle:
    return read_bundle(server.log.parent / "store" / "champion")


def test_the_ledger_is_read_by_the_page_and_by_the_invoice(server: Server, right: pd.DataFrame) -> None:
    pages, place = [], 0
    while place is not None:
        answer = server.ask(f"/open?as_of={AS_OF}&offset={place}&limit=60")
        pages.append(scores(answer, right))
        assert answer.said["offset"] == place
        place = answer.said["next"]
    # The pages together are the list, each row once.
    assert [len(page) for page in pages] == [60, 60, len(right) - 120]
    pd.testing.assert_frame_equal(pd.concat(pages, ignore_index=True), right, check_exact=True)
    # One invoice is its row.
    for number in (0, len(right) - 1):
        one = server.ask(f"/score/{right['invoice_id'][number]}?as_of={AS_OF}")
        assert as_table([one.said["score"]], right).iloc[0].equals(right.iloc[number])
    assert server.ask(f"/score/nobody/knows%20it?as_of={AS_OF}").status == 404
    # Beyond the end is nothing, and no error.
    beyond = server.ask(f"/open?as_of={AS_OF}&offset=1000")
    assert (beyond.said["scores"], beyond.said["next"]) == ([], None)


def test_many_at_once_get_what_each_gets_alone(server: Server, ledger: Ledger) -> None:
    bodies = [as_body(some_customers(ledger, count), AS_OF) for count in (1, 2, 3, 5)]
    alone = [server.ask("/score", body).content for body in bodies]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda k: server.ask("/score", bodies[k % 4]).content, range(12)))
    assert together == [alone[k % 4] for k in range(12)]


def test_a_promotion_is_followed_and_no_answer_mixes_two(
    server: Server, store: Path, ledger: Ledger, forest: Bundle, other: Bundle, right: pd.DataFrame
) -> None:
    few = some_customers(ledger, 2)
    body = as_body(few, AS_OF)
    expected = {bundle.version: score(few, AS_OF, bundle) for bundle in (forest, other)}
    assert not expected[forest.version]["p_late"].equals(expected[other.version]["p_late"])

    def look(_: int) -> str:
        answer = server.ask("/score", body)
        version = str(answer.said["model_version"])
        pd.testing.assert_frame_equal(scores(answer, right), expected[version], check_exact=True)
        return version

    with ThreadPoolExecutor(4) as pool:
        looking = pool.map(look, range(16))
        for bundle in (other, forest) * 3:  # while it answers, one takes the other's place
            write_bundle(bundle, store / "champion")
        versions = set(looking)
    assert versions <= set(expected)
    # Whoever asks after a promotion is answered by it.
    for bundle in (other, forest):
        write_bundle(bundle, store / "champion")
        assert server.ask("/health").said["model_version"] == bundle.version
        assert look(0) == bundle.version
        found = server.ask(f"/open?as_of={AS_OF}&limit=1")
        assert found.said["model_version"] == bundle.version


def test_health_says_what_serves_and_that_nothing_can(server: Server, store: Path, forest: Bundle) -> None:
    ready = server.ask("/health")
    assert ready.status == 200
    about = {"trained_as_of": AS_OF, "book": "simulated-3", "grace_days": 0, "ledger_book": "simulated-3"}
    assert ready.said == {"ready": True, "model_version": "payment-timing v2", "kind": "timing", **about}
    file = store / "champion" / "late.txt"
    whole = file.read_bytes()
    try:
        file.write_bytes(whole[:-10])
        # A champion that is damaged scores nothing here either.
        for answer in (
            server.ask("/health"),
            server.ask(f"/open?as_of={AS_OF}"),
            server.ask("/score", {"as_of": AS_OF}),
        ):
            assert answer.status == 503
            assert "late.txt differs from its sha256" in answer.said["error"]
        assert server.ask("/health").said["ready"] is False
        (store / "champion").rename(store / "away")
        assert server.ask("/health").status == 503
        assert "There is no model at" in server.ask("/health").said["error"]
        (store / "away").rename(store / "champion")
    finally:
        file.write_bytes(whole)
    assert server.ask("/health").said == ready.said


def test_a_model_does_not_score_what_it_should_not(server: Server, ledger: Ledger) -> None:
    body = as_body(some_customers(ledger, 1), AS_OF)
    for change, said in (
        ({"as_of": "2025-04-30"}, "was trained on what was known at 2025-05-01"),
        ({"book": "another"}, "trained on the book 'simulated-3', and this ledger is of 'another'"),
        ({"grace_days": 3}, "trained with 0 days of grace, and this ledger has 3"),
    ):
        answer = server.ask("/score", body | change)
        assert answer.status == 422
        assert said in answer.said["error"]


def test_the_description_loads_nothing_and_names_every_column(server: Server) -> None:
    page = server.ask("/docs")
    assert page.status == 200
    text = page.content.decode()
    assert "http:" not in text
    assert "https:" not in text
    assert "<script" not in text
    assert "src=" not in text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    api = server.ask("/openapi.json").said
    assert set(api["paths"]) == {"/health", "/score", "/open", "/score/{invoice_id}"}
    for name in ("recorded_on", "promised_on", "source_quote", "offset", "invoice_id"):
        assert f"<td>{name}</td>" in text
    # Its example is taken.
    example = api["paths"]["/score"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert server.ask("/score", example).said["total"] == 1


def test_it_ends_when_told_and_says_where_it_cannot_listen(
    trained: Trained, server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(tmp_path / "log", COMMAND, "serve", "--store", trained.store, "--port", "0", "--json") as second:
        # Without a ledger it scores what is sent.
        assert second.ask(f"/open?as_of={AS_OF}").status == 404
        assert second.ask("/health").status == 200
        second.process.send_signal(signal.SIGTERM)
        assert second.process.wait(20) == 0
    port = server.address.rpartition(":")[2]
    for arguments, said in (
        (["--port", port], f"Nothing can listen on 127.0.0.1, port {port} ("),
        ([str(tmp_path / "nowhere")], f"There is no ledger at {tmp_path / 'nowhere'}; "),
    ):
        assert main(["serve", "--store", str(trained.store), *arguments]) == 1
        captured = capsys.readouterr()
        assert captured.err.startswith(f"paybench: {said}")
        assert captured.err.count("\n") == 1
        assert captured.out == ""


def test_the_log_holds_no_customer(server: Server, ledger: Ledger) -> None:
    body = as_body(some_customers(ledger, 2), AS_OF)
    server.ask("/score", body)
    server.ask(f"/score/{body['invoices'][0]['invoice_id']}?as_of={AS_OF}")
    server.ask("/score", json.dumps(body).encode()[:-5])
    log = server.log.read_text()
    assert "POST /score 200" in log
    assert "GET /score/{invoice_id:path} " in log
    # Neither numbers nor names nor amounts.
    for row in (*body["invoices"], *body["customers"]):
        for value in row.values():
            if isinstance(value, str) and len(value) > 3 and not value.startswith("20"):
                assert value not in log
    assert "Traceback" not in log
