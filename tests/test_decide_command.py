"""``paybench decide`` and pipelines/decide.py, for real: what they write, say and refuse."""

from __future__ import annotations

import json
import runpy
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from paybench import read_ledger
from paybench.cli import main
from paybench.decide.dunning import situation_of
from paybench.erase import erase
from paybench.ledger import conform, known, write_ledger
from paybench.ledger.schema import units
from paybench.models.learn.bundle import write_bundle
from tests.decide.cash.small import book, bundle

PIPELINES = Path(__file__).parents[1] / "pipelines"
AT, LATER = "2025-02-04", "2025-02-11"
Run = Callable[..., tuple[int, str, str]]
POLICY = """
name: weekly
steps:
  - {after_due: 1, by: email, tone: friendly}
  - {after_last: 1, by: phone, tone: firm}
  - {after_last: 1, by: email, tone: firm}
  - {after_last: 1, by: email, tone: firm}
  - {after_last: 1, by: email, tone: firm}
  - {after_last: 1, by: email, tone: firm}
  - {after_last: 1, by: email, tone: firm}
  - {after_last: 1, by: email, tone: firm}
options: [sms:friendly]
caps: {in_7_days: none, in_30_days: none, per_invoice: none, gap: 1}
explore: 0.4
capacity: {phone: 2}
"""


@dataclass(frozen=True)
class Place:
    """A ledger, a store with the exported Baseline only, a policy, a log, decisions and what was printed."""

    ledger: Path
    store: Path
    policy: Path
    log: Path
    out: Path
    said: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def go(*arguments: object) -> tuple[int, str, str]:
        try:
            code = main([str(a) for a in arguments])
        except SystemExit as stop:
            code = int(str(stop.code))
        return (code, *capsys.readouterr())

    return go


def arguments(place: Place, **other: object) -> list[object]:
    given: dict[str, object] = {
        "as_of": AT,
        "store": place.store,
        "policy": place.policy,
        "out": place.out,
        "log": place.log,
    }
    given |= other
    return ["decide", place.ledger, *[x for k, v in given.items() for x in (f"--{k.replace('_', '-')}", v)]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    from contextlib import redirect_stdout
    from io import StringIO

    folder = tmp_path_factory.mktemp("decide")
    write_ledger(book(), folder / "ledger")
    write_bundle(bundle(), folder / "store" / "champion")
    (folder / "policy.yaml").write_text(POLICY)
    made = Place(
        folder / "ledger", folder / "store", folder / "policy.yaml", folder / "log.parquet", folder / "out", ""
    )
    said = StringIO()
    with redirect_stdout(said):
        assert main([str(a) for a in arguments(made)]) == 0
    return Place(made.ledger, made.store, made.policy, made.log, made.out, said.getvalue())


def table(place: Place, name: str) -> pd.DataFrame:
    return pd.read_csv(place.out / name, keep_default_na=False)


def test_what_it_says_fits_a_terminal(place: Place) -> None:
    assert max(map(len, place.said.splitlines())) <= 80
    assert "policy weekly" in place.said
    assert place.said.rstrip().endswith(f"written to {place.out}")


def test_every_open_invoice_has_one_state_and_one_sentence(place: Place) -> None:
    states = table(place, "states.csv")
    open_ = situation_of(read_ledger(place.ledger), AT)
    assert states["invoice_id"].tolist() == [str(i) for i in open_.invoice_id]
    assert units(states["amount_open"]).sum() == units(open_.amount_open).sum()
    assert (states["today"].str.len() > 10).all()
    assert states["today"].str.endswith(".").all()


def test_each_choice_is_a_contact_or_withheld(place: Place) -> None:
    log, sent, lines = (table(place, n) for n in ("decisions.csv", "contacts.csv", "worklist.csv"))
    withheld = pd.read_parquet(place.log)
    assert sorted([*sent["contact_id"], *withheld["decision_id"]]) == sorted(log["decision_id"])
    # The worklist is what is sent, to each customer one contact.
    assert sorted(lines["customer_id"]) == sorted(sent["customer_id"])
    assert sent["customer_id"].is_unique
    assert (lines["channel"] == "phone").sum() <= 2
    assert len(log) > 5
    # What is sent can be put into the ledger as it is.
    assert conform("contacts", sent)["propensity"].between(0, 1, inclusive="right").all()


def test_the_same_day_again_gives_the_same_and_logs_nothing_twice(place: Place, run: Run, tmp_path: Path) -> None:
    again = tmp_path / "again"
    log = tmp_path / "log.parquet"
    shutil.copy(place.log, log)
    assert run(*arguments(place, out=again, log=log))[0] == 0
    assert log.read_bytes() == place.log.read_bytes()
    for file in sorted(place.out.iterdir()):
        if file.suffix != ".xlsx":
            assert (again / file.name).read_bytes() == file.read_bytes(), file.name


def test_what_is_dated_later_changes_nothing(place: Place, run: Run, tmp_path: Path) -> None:
    write_ledger(known(read_ledger(place.ledger), AT), tmp_path / "ledger")
    cut = Place(tmp_path / "ledger", place.store, place.policy, tmp_path / "log.parquet", tmp_path / "out", "")
    assert run(*arguments(cut))[0] == 0
    for name in ("states.csv", "worklist.csv", "decisions.csv", "segments.csv", "queue.csv", "communications.csv"):
        assert (cut.out / name).read_bytes() == (place.out / name).read_bytes(), name


def test_the_queue_goes_on_with_what_people_wrote_into_it(place: Place, run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(place.out, out)
    rows = pd.read_csv(out / "queue.csv", keep_default_na=False)
    assert len(rows)
    rows.loc[0, ["state", "note"]] = ["in_progress", "called, waits for a copy"]
    rows.to_csv(out / "queue.csv", index=False)
    assert run(*arguments(place, as_of=LATER, out=out, log=tmp_path / "log.parquet"))[0] == 0
    later = pd.read_csv(out / "queue.csv", keep_default_na=False).set_index("exception_id")
    # Nothing that was in it is lost, and what was written stays.
    assert set(rows["exception_id"]) <= set(later.index)
    assert later.loc[rows.loc[0, "exception_id"], "note"] == "called, waits for a copy"


def test_a_past_day_is_not_logged_after_a_later_one(place: Place, run: Run, tmp_path: Path) -> None:
    log = tmp_path / "log.parquet"
    assert run(*arguments(place, as_of=LATER, out=tmp_path / "later", log=log))[0] == 0
    before = log.read_bytes()
    code, _, error = run(*arguments(place, out=tmp_path / "out", log=log))
    assert code == 1
    assert "leave --log out to look back" in error
    assert not (tmp_path / "out").exists()
    assert log.read_bytes() == before


def test_what_cannot_be_done_is_one_sentence(place: Place, run: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("steps:\n  - {after_due: 3, by: emial, tone: friendly}\n")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("mine")
    no_log = tmp_path / "no.parquet"
    no_log.write_text("no log")
    for other, said in (
        ({"policy": wrong}, "wrong.yaml, line 2"),
        ({"policy": tmp_path / "none.yaml"}, "none.yaml"),
        ({"out": tmp_path / "taken"}, "taken"),
        ({"log": no_log}, "log of decisions"),
        ({"store": tmp_path / "nowhere"}, "There is no model"),
        ({"as_of": "2000-01-01"}, "2000-01-01"),
    ):
        code, out, error = run(*arguments(place, **{"out": tmp_path / "out", "log": tmp_path / "log.parquet"} | other))
        assert code == 1, other
        assert said in error
        assert "Traceback" not in error + out
        assert not (tmp_path / "out").exists()
        assert not (tmp_path / "log.parquet").exists()
    assert (tmp_path / "taken" / "mine.txt").read_text() == "mine"


def test_names_can_be_left_out(place: Place, run: Run, tmp_path: Path) -> None:
    names = read_ledger(place.ledger).customers["name"].dropna().tolist()
    assert run(*arguments(place, out=tmp_path / "out", log=tmp_path / "log.parquet"), "--without-names")[0] == 0
    for file in (tmp_path / "out").glob("*.*"):
        if file.suffix in (".csv", ".html", ".json"):
            text = file.read_text(encoding="utf-8")
            assert not [name for name in names if name in text], file.name


def test_a_scheduler_gets_one_line_of_json(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(PIPELINES)
    main_ = runpy.run_path(str(PIPELINES / "decide.py"))["main"]
    given = ["--ledger", place.ledger, "--as-of", AT, "--store", place.store, "--out", tmp_path / "out"]
    given += ["--policy", place.policy, "--log", tmp_path / "log.parquet"]
    assert main_([str(g) for g in given]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["contacts"] == len(table(place, "contacts.csv"))
    assert said["withheld"] == len(pd.read_parquet(tmp_path / "log.parquet"))
    assert (tmp_path / "log.parquet").read_bytes() == place.log.read_bytes()


def test_a_person_can_be_erased_and_the_next_day_goes_on(place: Place, run: Run, tmp_path: Path) -> None:
    ledger, out = tmp_path / "ledger", tmp_path / "out"
    shutil.copytree(place.ledger, ledger)
    shutil.copytree(place.out, out)
    gone = table(place, "worklist.csv")["customer_id"].iloc[0]
    erase(ledger, [gone], tmp_path / "no store", [out])
    # Nothing about the person is left in what was decided.
    for file in out.iterdir():
        assert gone.encode() not in file.read_bytes(), file.name
    cut = Place(ledger, place.store, place.policy, tmp_path / "log.parquet", out, "")
    assert run(*arguments(cut, as_of=LATER))[0] == 0
