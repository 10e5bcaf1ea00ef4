"""Erasing persons: nothing of them is left in any byte, and nothing of others is lost."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from paybench import PaybenchError
from paybench.cli import main
from paybench.erase import erase
from paybench.erase.person import hashed
from paybench.erase.search import Words
from paybench.features import at_issue
from paybench.ledger import TABLES, Ledger, read_ledger, write_ledger
from paybench.models.gate.gate import judge
from paybench.models.learn.bundle import read_bundle
from paybench.models.store.log import read_log
from paybench.models.store.store import CHAMPION, Store
from paybench.models.training.candidate import Candidate
from paybench.score import score, write_scores
from tests.models.books import book_of
from tests.safety.bytes import everything
from tests.trained import AS_OF, Trained

# mlflow 3.17 uses what SQLAlchemy 2.1 gives up.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")


@dataclass(frozen=True)
class Place:
    """A ledger, its store and what was made of them, to be erased from."""

    folder: Path

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger"

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def outputs(self) -> Path:
        return self.folder / "outputs"


@pytest.fixture(scope="module")
def made(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A living copy of the store, with outputs of every kind that name customers."""
    place = Place(tmp_path_factory.mktemp("made"))
    shutil.copytree(trained.ledger, place.ledger)
    ledger = read_ledger(place.ledger)
    names = ledger.customers.set_index("customer_id")["name"]
    first = ledger.customers["customer_id"].iloc[0]

    messages = ledger.messages.copy()
    other = messages.index[~messages["customer_id"].isin(sorted(ledger.customers["customer_id"])[:20])][0]
    messages.loc[other, "text"] = f"as you agreed with {names[first]} ({first}), next week"
    rejected = pd.DataFrame({"file": ["a.csv"] * 2, "row": [2, 3], "content": [f"x,{first},1.00", "x,Z-1,2.00"]})
    report = {"reasons": {f"{names[first]} is not a day": 1}, "ledger": {"invoices": {"EUR": "1.0000"}}}
    extras = {"rejected.csv": rejected.to_csv(index=False).encode(), "import.json": json.dumps(report).encode()}
    write_ledger(ledger.with_tables({"messages": messages}), place.ledger, extras)

    _moved(trained.store, place.store)
    _fill_store(place, names)
    place.outputs.mkdir()
    scores = score(ledger, AS_OF, store=place.store)
    write_scores(scores, place.outputs / "scores.parquet")
    write_scores(scores, place.outputs / "scores.csv")
    at_issue(ledger).reset_index().to_parquet(place.outputs / "features.parquet", index=False)
    coded = scores[["customer_id", "invoice_id", "p_late"]].assign(name=scores["customer_id"].map(names))
    coded.astype({"customer_id": "category", "name": "category"}).to_parquet(place.outputs / "coded.parquet")
    (place.outputs / "report.html").write_text(f"<td>{names[first].replace('&', '&amp;')}</td>", encoding="utf-8")
    (place.outputs / "monitor.html").write_text("<p>nobody is named here</p>", encoding="utf-8")
    (place.outputs / f"{first}.txt").write_text("a letter", encoding="utf-8")
    (place.outputs / "answer.json.gz").write_bytes(gzip.compress(json.dumps({"customer": first}).encode()))
    return place


def _moved(source: Path, target: Path) -> None:
    """A copy of a store that knows where its artifacts are now."""
    shutil.copytree(source, target, symlinks=True)
    with closing(sqlite3.connect(target / "mlflow.db")) as base:
        for table, column in (("runs", "artifact_uri"), ("experiments", "artifact_location")):
            base.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", (str(source), str(target)))
        for column in ("source", "storage_location"):
            base.execute(f"UPDATE model_versions SET {column} = replace({column}, ?, ?)", (str(source), str(target)))
        base.commit()


def _fill_store(place: Place, names: pd.Series) -> None:
    """What people and programs leave in a store: reports, notebooks, tags, deleted runs, steps that were cut short."""
    store = Store.at(place.store)
    champion = store.version(CHAMPION)
    assert champion is not None
    client, artifacts = store.client(), store.artifacts(champion.run_id)
    first, name = names.index[0], names.iloc[0]
    page = {"cells": [{"outputs": [{"text": f"largest: {name}"}]}]}
    for where, text in (("report/report.html", f"<b>{first}</b>"), ("notebooks/05.ipynb", json.dumps(page))):
        (artifacts / where).parent.mkdir(exist_ok=True)
        (artifacts / where).write_text(text, encoding="utf-8")
    client.set_tag(champion.run_id, "note", f"looked at {first} with the sales team")
    deleted = client.create_run(client.get_run(champion.run_id).info.experiment_id, run_name=f"only {name}")
    client.set_tag(deleted.info.run_id, "note", str(first))
    client.delete_tag(deleted.info.run_id, "note")  # the page of the database keeps it
    client.delete_run(deleted.info.run_id)
    (place.store / "work" / "step").mkdir(parents=True, exist_ok=True)
    shutil.copy(place.ledger / "invoices.parquet", place.store / "work" / "step")


@pytest.fixture
def place(made: Place, tmp_path: Path) -> Place:
    copy = Place(tmp_path / "copy")
    for part in ("ledger", "outputs"):
        shutil.copytree(made.folder / part, copy.folder / part)
    _moved(made.store, copy.store)
    return copy


def _twenty(ledger: Ledger) -> list[str]:
    return sorted(ledger.customers["customer_id"])[:20]


def _words(ledger: Ledger, customers: list[str]) -> set[str]:
    """By what they are known: numbers of customers and invoices, names, and the hashes that runs hold."""
    mine = ledger.invoices["customer_id"].isin(customers)
    numbers = {*customers, *ledger.invoices.loc[mine, "invoice_id"]}
    kept = set(ledger.customers.loc[~ledger.customers["customer_id"].isin(customers), "name"])
    names = set(ledger.customers.loc[ledger.customers["customer_id"].isin(customers), "name"].dropna()) - kept
    return numbers | names | {hashlib.sha256(n.encode()).hexdigest()[:12] for n in numbers}


def _left(folder: Path, words: set[str]) -> list[str]:
    wanted = [word.encode() for word in words]
    different = {content: name for name, content in everything(folder)}
    return [f"{name}: {word!r}" for content, name in different.items() for word in wanted if word in content]


def test_twenty_erased_leave_no_byte_and_nothing_of_others_is_lost(place: Place) -> None:
    before = read_ledger(place.ledger)
    gone, scores = _twenty(before), pd.read_parquet(place.outputs / "scores.parquet")
    words = _words(before, gone)
    assert _left(place.folder, words)  # or the search finds nothing at all
    assert len(words) > 500
    found = erase(place.ledger, gone, place.store, [place.outputs])

    # In no byte of the ledger, the store and the outputs is anything by which they are known.
    assert _left(place.folder, words) == []
    assert found.left == []

    # Rows of others are as they were, in their order; who named one of the erased in words names nobody now.
    after = read_ledger(place.ledger)
    for name in TABLES:
        was = before.table(name)
        others = was[~was["customer_id"].isin(gone)] if "customer_id" in was else was
        if name == "disputes":
            others = others[others["invoice_id"].isin(after.invoices["invoice_id"])]
        assert len(was) - len(others) == found.rows[name]
        if name == "messages":
            texts = others["text"].str.contains("as you agreed with", na=False)
            told = after.messages.loc[texts.to_numpy(), "text"].item()
            assert told == "as you agreed with [erased] ([erased]), next week"
            others = others.assign(text=others["text"].where(~texts, told))
        pd.testing.assert_frame_equal(after.table(name), others.reset_index(drop=True))
    account = json.loads((place.ledger / "import.json").read_text(encoding="utf-8"))
    assert account == {"reasons": {"[erased] is not a day": 1}, "ledger": {"invoices": {"EUR": "1.0000"}}}
    assert "x,Z-1,2.00" in (place.ledger / "rejected.csv").read_text(encoding="utf-8")

    # The champion serves others exactly as before, by the tables and computed anew.
    kept = scores[~scores["customer_id"].isin(gone)].reset_index(drop=True)
    write_scores(score(after, AS_OF, store=place.store), place.folder / "again.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(place.folder / "again.parquet"), kept, check_exact=True)
    pd.testing.assert_frame_equal(pd.read_parquet(place.outputs / "scores.parquet"), kept, check_exact=True)
    lines = (place.outputs / "scores.csv").read_bytes().splitlines()
    assert len(lines) == len(kept) + 1
    assert all(row.encode() in lines[1 + i] for i, row in enumerate(kept["invoice_id"]))

    # What names nobody stays; what does and has no rows is gone.
    assert {file.name for file in place.outputs.iterdir()} == {
        "coded.parquet", "features.parquet", "monitor.html", "scores.csv", "scores.parquet",
    }  # fmt: skip
    assert not (place.store / "work").exists()


def test_the_store_is_whole_afterwards(place: Place) -> None:
    store, gone = Store.at(place.store), _twenty(read_ledger(place.ledger))
    champion = store.version(CHAMPION)
    assert champion is not None
    candidate = Candidate(store.artifacts(champion.run_id) / "candidate")
    rows, past = candidate.rows, candidate.past.days_late
    found = erase(place.ledger, gone, place.store, [place.outputs])

    # The promotion log verifies, the bundle is undamaged, and the gate can be asked about the rows that are left.
    assert [e["action"] for e in read_log(store)][:2] == ["first", "promoted"]
    assert read_bundle(store.champion_folder).about["run_id"] == champion.run_id
    cleaned = Candidate(candidate.folder)
    mine = rows["customer"].isin([hashed(number) for number in gone])
    assert 0 < mine.sum() < len(rows)
    pd.testing.assert_frame_equal(cleaned.rows, rows[~mine].reset_index(drop=True), check_exact=True)
    np.testing.assert_array_equal(cleaned.past.days_late, past[~mine.to_numpy()])
    assert judge(cleaned, None).checks

    # Which versions learned from the erased is told, and written down without a word of whom.
    assert [v["version"] for v in found.versions] == ["payment-timing v1", "payment-timing v2"]
    assert [v["champion"] for v in found.versions] == [False, True]
    line = json.loads((place.store / "erasures.jsonl").read_text(encoding="utf-8"))
    assert set(line) == {"when", "customers", "rows", "versions"}
    assert line["customers"] == 20
    assert line["versions"] == [v["version"] for v in found.versions]


def test_a_dry_run_changes_no_byte_and_tells_the_same(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    before = {str(file): file.read_bytes() for file in place.folder.rglob("*") if file.is_file()}
    gone = _twenty(read_ledger(place.ledger))
    chosen = [part for number in gone for part in ("--customer", number)]
    arguments = ["erase", str(place.ledger), *chosen, "--store", str(place.store), "--also", str(place.outputs)]
    assert main([*arguments, "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {str(file): file.read_bytes() for file in place.folder.rglob("*") if file.is_file()} == before
    assert main([*arguments, "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert done["files"] == told["files"]
    assert done == told | {"dry_run": False}

    # Done again there is nothing left to do, and the log gets no second line.
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert said.startswith("0 customers erased\n")
    assert said.count("the ledger has no row of it") == 20
    assert "removed" not in said
    assert "deleted" not in said
    assert len((place.store / "erasures.jsonl").read_text(encoding="utf-8").splitlines()) == 1


_KILLED = """
import os, signal, sys
from paybench.erase import erase
at, ledger, store, also, *customers = sys.argv[1:]
seen = 0
def hook(event, arguments):
    global seen
    seen += event == "os.rename"
    if seen > int(at) and event == "os.rename":
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
erase(ledger, customers, store, [also])
"""


@pytest.mark.parametrize("renames", [5, 12], ids=["between a gate's two files", "in the ledger"])
def test_killed_at_any_moment_it_is_finished_by_doing_it_again(place: Place, renames: int) -> None:
    before = read_ledger(place.ledger)
    gone = _twenty(before)[:4]
    words = _words(before, gone)
    arguments = [str(renames), str(place.ledger), str(place.store), str(place.outputs), *gone]
    killed = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _KILLED, *arguments], check=False, capture_output=True
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert read_ledger(place.ledger).customers["customer_id"].isin(gone).any()
    erase(place.ledger, gone, place.store, [place.outputs])
    assert _left(place.folder, words) == []
    for folder in place.store.rglob("candidate"):
        if (folder / "gate.parquet").exists():
            assert len(Candidate(folder).rows) == len(Candidate(folder).past.days_late)
            assert not (folder / ".gate.npz.new").exists()


def test_a_word_is_found_however_it_is_written_and_only_where_it_stands_for_itself() -> None:
    words = Words(["C-17", "Müller & Söhne", "A.1"])
    written = [
        *(b"for C-17, please", b"<td>C-17</td>", b'{"a": "x\\nC-17"}', "C-17".encode("utf-16")),
        *("M\u00fcller\u00a0&amp; S\u00f6hne".encode(), b'"M\\u00fcller & S\\u00f6hne"', "MÜLLER & SÖHNE".encode()),
        *("Mu\u0308ller  &\nSo\u0308hne".encode(), b"?q=M%C3%BCller%20%26%20S%C3%B6hne"),
        "\u202aC-\u200b17\u202c".encode(),
    ]
    for text in written:
        assert words.in_file("page.html", text), text
    for text in (b"C-170", b"AC-17", b"A21", b"Mueller und Soehne"):
        assert not words.in_file("page.html", text), text
    assert words.replaced("Said C-17 of c-17x, MÜLLER & Söhne.") == "Said [erased] of c-17x, [erased]."
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("inside.txt", gzip.compress(b"C-17"))
    assert words.in_file("a.zip", packed.getvalue())


def test_short_numbers_cost_others_nothing(tmp_path: Path) -> None:
    ledger = book_of(np.arange(40) * 3, np.arange(40) % 4, np.zeros(40))
    numbers = {c: str(i + 1) for i, c in enumerate(sorted(ledger.invoices["customer_id"].unique()))}
    tables = {
        name: table.assign(customer_id=table["customer_id"].map(numbers).astype("str"))
        for name in TABLES
        if "customer_id" in (table := ledger.table(name)) and len(table)
    }
    write_ledger(ledger.with_tables(tables), tmp_path / "ledger")
    frame = pd.DataFrame({"customer_id": ["1", "2"], "count": [2, 1], "said": ["1 of 2", "2 of 1"]})
    frame.to_csv(tmp_path / "scores.csv", index=False)
    erase(tmp_path / "ledger", ["1"], tmp_path / "none", [tmp_path / "scores.csv"])
    assert (tmp_path / "scores.csv").read_text(encoding="utf-8") == "customer_id,count,said\n2,1,2 of 1\n"
    assert not (tmp_path / "none").exists()
    assert set(read_ledger(tmp_path / "ledger").invoices["customer_id"]) == {"2", "3", "4"}


def test_what_is_not_there_is_said_before_anything_is_touched(place: Place) -> None:
    before = read_ledger(place.ledger)
    with pytest.raises(PaybenchError, match="There is nothing at .*nowhere to erase from"):
        erase(place.ledger, _twenty(before), place.store, [place.folder / "nowhere"])
    assert len(read_ledger(place.ledger).invoices) == len(before.invoices)
