"""A queue on disk comes back as it was, with what people wrote into it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from paybench.decide.exceptions import Queue, queue, queue_files, read_queue, write_queue
from paybench.errors import PaybenchError
from paybench.simulate import simulate
from tests.decide.exceptions.known import scores


@pytest.fixture(scope="module")
def now() -> Queue:
    ledger = simulate(60, 9, seed=3, truth="none").ledger
    first = queue(ledger, "2024-06-03", scores(ledger, "2024-06-03"))
    return queue(ledger, "2024-08-05", scores(ledger, "2024-08-05"), previous=first)


def test_it_comes_back_as_it_was(now: Queue, tmp_path: Path) -> None:
    write_queue(now, tmp_path / "queue")
    back = read_queue(tmp_path / "queue")
    pd.testing.assert_frame_equal(back.table, now.table)
    pd.testing.assert_frame_equal(back.messages, now.messages, check_dtype=False)
    assert (back.at, back.since, back.book, back.unlooked) == (now.at, now.since, now.book, now.unlooked)
    assert queue_files(back) == queue_files(now)
    assert str(back) == str(now)
    # A second one takes the place of the first; nothing else is replaced.
    write_queue(back, tmp_path / "queue")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Dear", encoding="utf-8")
    with pytest.raises(PaybenchError, match="is no folder of a queue"):
        write_queue(now, tmp_path / "mine")


def test_it_is_one_json_document(now: Queue) -> None:
    told = json.loads(queue_files(now)["queue.json"])
    assert told["to_do"] == len(now.to_do)
    assert sum(told["messages"].values()) == len(now.messages)
    assert len(told["exceptions"]) == len(now.table)


def edited(folder: Path, change: dict[str, str], separator: str = ",") -> None:
    file = folder / "queue.csv"
    table = pd.read_csv(file, dtype="str", keep_default_na=False)
    for name, value in change.items():
        table.loc[0, name] = value
    file.write_text(table.to_csv(index=False, sep=separator), encoding="utf-8-sig" if separator == "," else "cp1252")


@pytest.mark.parametrize("separator", [",", ";"])
def test_people_may_write_into_the_table(now: Queue, tmp_path: Path, separator: str) -> None:
    write_queue(now, tmp_path / "queue")
    # Other columns are for reading: what becomes of them in a spreadsheet does not matter.
    edited(
        tmp_path / "queue",
        {"state": "In progress", "owner": "Jürgen", "note": "'=called", "amount": "1", "since": "3.4."},
        separator,
    )
    row = read_queue(tmp_path / "queue").table.set_index("exception_id").loc[now.table["exception_id"].iloc[0]]
    assert row[["state", "owner", "note"]].tolist() == ["in_progress", "Jürgen", "=called"]
    assert (row["amount"], row["since"]) == tuple(now.table.loc[0, ["amount", "since"]])
    write_queue(now, tmp_path / "queue")
    edited(tmp_path / "queue", {"state": "finished"}, separator)
    with pytest.raises(
        PaybenchError, match="Line 2 of .*queue.csv gives EX-.* the state 'finished'; write one of open"
    ):
        read_queue(tmp_path / "queue")


def test_what_is_broken_is_said(now: Queue, tmp_path: Path) -> None:
    with pytest.raises(PaybenchError, match="There is no queue of exceptions at"):
        read_queue(tmp_path)
    write_queue(now, tmp_path / "queue")
    file = tmp_path / "queue" / "queue.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    for broken, said in (
        ({"format": 9}, "has format 9; this paybench reads 1"),
        ({"exceptions": told["exceptions"][:1] * 2}, "an exception stands in it twice"),
        ({"as_of": "soon"}, "is damaged"),
    ):
        file.write_text(json.dumps(told | broken), encoding="utf-8")
        with pytest.raises(PaybenchError, match=said):
            read_queue(tmp_path / "queue")
    file.write_text("{", encoding="utf-8")
    with pytest.raises(PaybenchError, match="is damaged"):
        read_queue(tmp_path / "queue")
