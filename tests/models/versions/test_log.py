"""The promotion log says who served when, and nothing can be taken out of it unseen."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from paybench.cli import main
from paybench.errors import PaybenchError
from paybench.ledger import write_ledger
from paybench.models.store.log import FILE, TAG, instant, read_log, served_on
from paybench.models.store.store import CHAMPION, NAMES, PREVIOUS, Store
from paybench.models.training.candidate import Candidate
from paybench.models.training.train import baseline_candidate
from paybench.models.versions.promotion import ensure_champion, rollback
from paybench.models.versions.registry import register
from tests.models.books import book_of

# mlflow 3.17 uses what SQLAlchemy 2.1 gives up.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")

BOOK = book_of(np.arange(99) * 3, np.zeros(99, dtype=int), np.random.default_rng(0).integers(-3, 9, 99).astype(float))


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    return baseline_candidate(BOOK, "2026-01-01", tmp_path_factory.mktemp("baseline") / "candidate")


@pytest.fixture(scope="module")
def store(baseline: Candidate, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Version 1 on the 1st of February; 2 by hand; then to and fro on the 3rd, the 5th, and the 5th again."""
    made = Store.at(tmp_path_factory.mktemp("store"))
    use(made, baseline, on(1))
    point(made, PREVIOUS, register(made, baseline).number)
    rollback(made, when=on(3))
    rollback(made, "Grace Hopper", on(5, 9))
    rollback(made, when=on(5, 23))
    return made


@pytest.fixture
def lines(store: Store) -> Iterator[list[bytes]]:
    """The lines of the log, which is afterwards what it was."""
    file = store.folder / FILE
    before = file.read_bytes()
    yield before.split(b"\n")[:-1]
    file.write_bytes(before)


def on(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 2, day, hour, tzinfo=UTC)


def use(store: Store, baseline: Candidate, when: datetime) -> int:
    return ensure_champion(store, str(baseline.about["book"]), lambda: baseline, when).number


def point(store: Store, alias: str, number: int) -> None:
    for name in NAMES:
        store.client().set_registered_model_alias(name, alias, str(number))


def put(store: Store, lines: list[bytes]) -> None:
    (store.folder / FILE).write_bytes(b"".join(line + b"\n" for line in lines))


def test_each_act_is_one_line_with_its_reason(store: Store, baseline: Candidate) -> None:
    first, *others = read_log(store)
    assert first | {"run_id": "", "before": ""} == {
        "when": "2026-02-01T12:00:00Z",
        "action": "first",
        "version": 1,
        "previous": None,
        "as_of": "2026-01-01",
        "book": baseline.about["book"],
        "reason": "the first champion of a store is the Baseline",
        "signed_by": "",
        "run_id": "",
        "before": "",
    }
    said = [(e["when"][:10], e["action"], e["version"], e["previous"], e["signed_by"]) for e in others]
    assert said == [
        ("2026-02-03", "rollback", 2, 1, ""),
        ("2026-02-05", "rollback", 1, 2, "Grace Hopper"),
        ("2026-02-05", "rollback", 2, 1, ""),
    ]
    # The version bears the number of its latest line.
    tags = [store.client().get_model_version(name, "2").tags[TAG] for name in NAMES]
    assert {tag.split()[0] for tag in tags} == {"4"}


def test_an_instant_is_told_in_utc() -> None:
    berlin = timezone(timedelta(hours=1))
    assert instant(datetime(2026, 1, 1, 0, 30, 0, 999, tzinfo=berlin)) == "2025-12-31T23:30:00Z"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", instant())


@pytest.mark.parametrize(
    ("date", "version"), [("2026-02-01", 1), ("2026-02-02", 1), ("2026-02-03", 2), ("2026-02-05", 2), ("2030-01-01", 2)]
)
def test_who_served_at_the_end_of_a_day(store: Store, date: str, version: int) -> None:
    assert served_on(store, date)["version"] == version


def test_the_commands_answer_in_words_and_json(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    place = ["--store", str(store.folder)]
    assert main(["registry", "log", *place]) == 0
    said = capsys.readouterr().out.splitlines()
    # No line is longer than a terminal is wide; the newest is last.
    assert max(map(len, said)) <= 80
    assert said[0].split("  ")[0] == "when (UTC)"
    assert said[-2].startswith("2026-02-05 23:00:00  rollback        v2      v1  2026-01-01")
    assert said[-1] == "    back from payment-timing v1, by hand"
    assert main(["registry", "log", "--json", *place]) == 0
    assert json.loads(capsys.readouterr().out) == {"entries": read_log(store), "whole": True}
    assert main(["registry", "champion", "--on", "2026-02-04", *place]) == 0
    assert capsys.readouterr().out.startswith("payment-timing v2, since 2026-02-03T12:00:00Z (rollback: back from")
    assert main(["registry", "champion", "--on", "2026-02-04", "--json", *place]) == 0
    assert json.loads(capsys.readouterr().out)["champion"] == "payment-timing v2"


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("champion --on 2026-01-31 --store {store}", "no version served on 2026-01-31; it begins on 2026-02-01."),
        ("champion --on yesterday --store {store}", "'yesterday' is not a date; write it as YYYY-MM-DD"),
        ("champion --on 2026-01-31 --store {place}", "There is no store at"),
        ("log --store {place}", "There is no store at"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, sentence: str
) -> None:
    assert main(["registry", *command.format(store=store.folder, place=tmp_path / "none").split()]) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert sentence in said
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("keep", "edit", "where"),
    [
        ([1, 2, 3], None, "before line 1"),  # the first one removed
        ([0, 2, 3], None, "before line 2"),
        ([0, 1, 2], None, "after line 3: line 4, about payment-timing v2, was removed"),  # the last one removed
        ([], None, "after line 0: line 3"),
        ([0, 2, 1, 3], None, "before line 2"),  # two changed for each other
        ([0, 1, 1, 2, 3], None, "before line 3"),  # one put in
        ([0, 1, 2, 3], (0, b"first", b"found"), "before line 2: line 1 was changed"),
        ([0, 1, 2, 3], (2, b"Grace", b"Alice"), "before line 4: line 3 was changed"),
        ([0, 1, 2, 3], (3, b"by hand", b"by mail"), "at line 4"),  # in the last one
        ([0, 1, 2, 3], (1, b"{", b""), "at line 2, which is no entry"),
        ([0, 1, 2, 3], (1, b"rollback", b"deleted"), "at line 2, which is no entry"),
    ],
)  # fmt: skip
def test_what_was_changed_or_removed_is_found(
    store: Store,
    lines: list[bytes],
    capsys: pytest.CaptureFixture[str],
    keep: list[int],
    edit: tuple[int, bytes, bytes] | None,
    where: str,
) -> None:
    new = [lines[k] for k in keep]
    if edit:
        number, old, other = edit
        assert old in new[number]
        new[number] = new[number].replace(old, other, 1)
    put(store, new)
    for command in (["log"], ["champion", "--on", "2026-02-04"]):
        assert main(["registry", *command, "--store", str(store.folder)]) == 1
        (said,) = capsys.readouterr().err.splitlines()
        assert f"{FILE} is broken {where}" in said
    assert capsys.readouterr().out == ""


def test_what_was_removed_from_the_end_is_found_after_the_next_act_too(
    store: Store, baseline: Candidate, lines: list[bytes]
) -> None:
    tags = {n: store.client().get_model_version(NAMES[-1], n).tags[TAG] for n in ("1", "2")}
    try:
        put(store, lines[:2])
        rollback(store, when=on(6))
        with pytest.raises(PaybenchError, match="is broken before line 3"):
            read_log(store)
        # It does not keep anybody from going back.
        assert rollback(store, when=on(6)).number == 2
    finally:
        for number, tag in tags.items():
            for name in NAMES:
                store.client().set_model_version_tag(name, number, TAG, tag)


def test_the_beginning_of_a_line_that_was_never_finished_is_no_line(
    store: Store, baseline: Candidate, lines: list[bytes]
) -> None:
    file = store.folder / FILE
    whole = read_log(store)
    for torn in (b'{"when": "2026-', b'{"when": "2026-02-06T00:00:00Z"}'):
        with file.open("ab") as log:
            log.write(torn)
        # As a process leaves it that is killed, or a full disk.
        assert read_log(store) == whole
    assert rollback(store, when=on(7)).number == 1
    assert rollback(store, when=on(7)).number == 2
    assert [e["version"] for e in read_log(store)[len(whole) :]] == [1, 2]


def test_who_serves_although_the_log_did_not_say_so_is_written_down(baseline: Candidate, tmp_path: Path) -> None:
    store = Store.at(tmp_path / "store")
    assert use(store, baseline, on(1)) == 1
    number = register(store, baseline).number
    # By hand, as in MLflow's pages; and the bundle is still the old one's.
    point(store, CHAMPION, number)
    assert use(store, baseline, on(2)) == number
    said = [(e["action"], e["version"], e["previous"], e["reason"]) for e in read_log(store)[1:]]
    assert said == [
        ("found", 2, 1, "it served, and the log did not say since when"),
        ("re-export", 2, 2, "the exported bundle was of another version"),
    ]
    assert served_on(store, "2026-02-01")["version"] == 1
    assert served_on(store, "2026-02-02")["version"] == 2
    # A bundle that is gone is exported again; nothing more is said if all is well.
    shutil.rmtree(store.champion_folder)
    use(store, baseline, on(3))
    use(store, baseline, on(4))
    (again,) = read_log(store)[3:]
    assert (again["action"], again["reason"]) == ("re-export", "the exported bundle was missing or damaged")


@pytest.mark.parametrize("text", ["", "require_signature: yes please", "[true]", "a: b: c", "\x00"])
def test_settings_that_cannot_be_used_are_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    write_ledger(BOOK, tmp_path / "ledger")
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "settings.yaml").write_text(text)
    command = ["train", str(tmp_path / "ledger"), "--as-of", "2026-01-01", "--store", str(tmp_path / "store")]
    # Before the training, not after it.
    assert main(command) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert "cannot be used; write 'require_signature: true', or remove the file." in said
    assert [path.name for path in (tmp_path / "store").iterdir()] == ["settings.yaml"]
