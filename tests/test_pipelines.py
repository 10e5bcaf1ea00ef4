"""What a scheduler runs: the scripts in pipelines/, for real, as processes of their own, from some other folder."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from paybench import PaybenchError, read_ledger
from paybench.models.judge.compare import MODEL
from paybench.models.store.store import NAMES, Store
from paybench.models.training.candidate import Candidate
from paybench.score import score, write_scores
from paybench.simulate import simulate, write_world

PIPELINES = Path(__file__).parents[1] / "pipelines"
AS_OF = "2025-07-01"
TRIALS = 2

# mlflow 3.17 uses what SQLAlchemy 2.1 gives up.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")


@dataclass(frozen=True)
class Retrained:
    """One run of retrain.py on a small simulated ledger."""

    ledger: Path
    store: Store
    run: subprocess.CompletedProcess[str]

    @property
    def answer(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run.stdout.splitlines()[-1])
        return found

    @property
    def candidate(self) -> Candidate:
        return Candidate(self.store.folder / "candidate")

    def artifacts(self, alias: str = "challenger") -> Path:
        version = self.store.version(alias)
        assert version is not None
        return self.store.artifacts(version.run_id)


@pytest.fixture(scope="module")
def retrained(tmp_path_factory: pytest.TempPathFactory) -> Retrained:
    import matplotlib.font_manager  # noqa: F401  (makes its list of fonts once; a notebook would say so in red)

    place = tmp_path_factory.mktemp("retrained")
    write_world(simulate(60, 18, seed=3), place / "ledger")
    store = place / "store"
    run = _run("retrain.py", *_arguments(place / "ledger", AS_OF, store))
    assert run.returncode == 0, run.stderr
    return Retrained(place / "ledger", Store.at(store), run)


def test_the_answer_is_one_line_of_json(retrained: Retrained) -> None:
    assert len(retrained.run.stdout.splitlines()) == 1
    names = [
        "promoted",
        "outcome",
        "reason",
        "needed",
        "champion",
        "challenger",
        "store",
        "as_of",
        "data_hash",
        "notebooks",
        "because",
        "ran",
        "skipped",
    ]
    assert list(retrained.answer) == names
    assert retrained.answer["as_of"] == AS_OF
    assert retrained.answer["data_hash"] == retrained.candidate.about["data_hash"]
    assert retrained.answer["notebooks"] == ["03_late.ipynb", "04_days.ipynb", "05_explain.ipynb"]

    # Progress is plain lines; nothing else is said, no warning either.
    assert "arn" not in retrained.run.stderr
    assert "running 04_days.ipynb" in retrained.run.stderr.splitlines()


def test_the_run_records_what_was_trained_on_what_and_how_good_it_is(retrained: Retrained) -> None:
    version = retrained.store.version("challenger")
    assert version is not None
    run = retrained.store.client().get_run(version.run_id)
    about = retrained.candidate.about
    assert run.data.tags["data_hash"] == about["data_hash"]
    assert run.data.params["as_of"] == AS_OF
    assert run.data.params["trials"] == str(TRIALS)
    for name in ("auc", "log_loss", "mae", "crps", "coverage_80"):
        assert run.data.metrics[name] == pytest.approx(retrained.candidate.metrics.loc[MODEL, name], abs=1e-12)


def test_the_three_models_move_together(retrained: Retrained) -> None:
    client = retrained.store.client()
    aliases = [client.get_registered_model(name).aliases for name in NAMES]
    assert aliases[0] == aliases[1] == aliases[2]
    assert {"champion", "challenger"} <= set(aliases[0])

    # What serves is exported, and it is what the answer names.
    manifest = json.loads((retrained.store.champion_folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["about"]["version"] == retrained.answer["champion"] == f"payment-timing v{aliases[0]['champion']}"
    assert retrained.answer["promoted"] == (aliases[0]["champion"] == aliases[0]["challenger"])


def test_executed_notebooks_lie_with_the_run(retrained: Retrained) -> None:
    folder = retrained.artifacts() / "notebooks"
    assert (folder.parent / "tuning" / "history.png").is_file()
    for name in retrained.answer["notebooks"]:
        notebook = json.loads((folder / name).read_text(encoding="utf-8"))
        outputs = [o for cell in notebook["cells"] for o in cell.get("outputs", [])]
        assert outputs

        # No cell failed, and none wrote in red.
        assert {o["output_type"] for o in outputs} <= {"execute_result", "display_data", "stream"}
        assert "stderr" not in {o.get("name") for o in outputs}


def test_a_page_loads_nothing_from_anywhere(retrained: Retrained) -> None:
    away = r"""(?:(?:src|href)\s*=\s*|url\(|import\s*\(?)\s*["']?(?:https?:)?//"""
    pages = sorted((retrained.artifacts() / "notebooks").glob("*.html"))
    assert len(pages) == 3
    for page in pages:
        assert re.findall(away, page.read_text(encoding="utf-8")) == []


def test_the_reports_are_there_and_the_one_that_names_people_is_in_no_run(retrained: Retrained) -> None:
    assert [p.name for p in (retrained.artifacts() / "report").iterdir()] == ["model.html"]
    (book,) = (retrained.store.folder / "reports").iterdir()
    customers = set(read_ledger(retrained.ledger).invoices["customer_id"])
    assert any(customer in book.read_text(encoding="utf-8") for customer in customers)
    model = (retrained.artifacts() / "report" / "model.html").read_text(encoding="utf-8")
    assert not any(customer in model for customer in customers)


def test_no_number_of_a_customer_or_an_invoice_goes_into_a_run(retrained: Retrained) -> None:
    invoices = read_ledger(retrained.ledger).invoices
    secret = set(invoices["customer_id"]) | set(invoices["invoice_id"])
    for path in (retrained.artifacts() / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        shown = [_text(o) for cell in cells for o in cell.get("outputs", [])]
        assert secret.isdisjoint(re.findall(r"[\w#-]+", " ".join(shown)))


@pytest.mark.parametrize(
    ("notebook", "losses"), [("03_late", ["log_loss"]), ("04_days", ["mae", "crps"])], ids=["03_late", "04_days"]
)
def test_the_numbers_that_a_notebook_states_are_those_of_the_candidate(
    retrained: Retrained, notebook: str, losses: list[str]
) -> None:
    shown = _outputs(retrained.artifacts() / "notebooks" / f"{notebook}.ipynb")
    sentence = r"model (beats|does not beat) .*:\n.* ([\d.]+) against ([\d.]+), skill (\S+)% \(95 % interval (\S+)%"
    said = re.findall(sentence, shown)
    assert len(said) == len(losses)
    metrics = retrained.candidate.metrics
    for loss, (verdict, ours, theirs, skill, low) in zip(losses, said, strict=True):
        assert float(ours) == pytest.approx(metrics.loc[MODEL, loss], abs=5e-5)
        assert float(theirs) == pytest.approx(metrics.loc["customer's own distribution", loss], abs=5e-5)
        assert float(skill) == pytest.approx(100 * (1 - float(ours) / float(theirs)), abs=0.1)
        assert (verdict == "beats") == (retrained.candidate.about["skill"][loss][1] > 0)
        assert float(low) <= float(skill)


def test_a_change_is_tried_in_a_notebook_and_the_runs_are_listed(
    retrained: Retrained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(PIPELINES)
    run_notebook = import_module("run_notebooks").run_notebook
    store = retrained.store.folder
    given = {
        "ledger": str(retrained.ledger),
        "as_of": AS_OF,
        "trials": TRIALS,
        "candidate": str(store / "candidate"),
        "store": str(store),
        "change": "late__leaves: 3",
    }
    shown = _outputs(run_notebook(PIPELINES.parent / "notebooks" / "03_late.ipynb", tmp_path, given))
    # What it did stands beside the champion with its interval; the candidate itself is no earlier run.
    assert re.search(r"With late__leaves = 3, against the .*:\n  log_loss  [+-][\d.]+%  \(", shown)
    assert retrained.candidate.about["key"] not in shown
    # Unlike in the run of the scheduler, which tries nothing out.
    assert "No change was asked for." in _outputs(retrained.artifacts() / "notebooks" / "03_late.ipynb")
    # Nothing is written in red.
    cells = json.loads((tmp_path / "03_late.ipynb").read_text(encoding="utf-8"))["cells"]
    assert "stderr" not in {o.get("name") for cell in cells for o in cell.get("outputs", [])}


def test_the_nightly_scores_are_those_of_the_package(retrained: Retrained, tmp_path: Path) -> None:
    out = tmp_path / "scores.parquet"
    store = str(retrained.store.folder)
    run = _run("score.py", "--ledger", str(retrained.ledger), "--as-of", AS_OF, "--store", store, "--out", str(out))
    assert run.returncode == 0, run.stderr
    expected = score(read_ledger(retrained.ledger), AS_OF, store=store)
    write_scores(expected, tmp_path / "expected.parquet")
    assert out.read_bytes() == (tmp_path / "expected.parquet").read_bytes()
    assert json.loads(run.stdout) == {
        "rows": len(expected),
        "model_version": retrained.answer["champion"],
        "out": str(out),
    }


def test_run_again_it_trains_nothing_and_shows_the_same(
    retrained: Retrained, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    finished = (retrained.candidate.folder / "candidate.json").stat()
    before = retrained.artifacts()
    monkeypatch.syspath_prepend(PIPELINES)
    arguments = _arguments(retrained.ledger, AS_OF, retrained.store.folder)
    assert import_module("retrain").main([*arguments, "--no-promote"]) == 0
    said = capsys.readouterr()
    assert "tuning" not in said.err
    now = (retrained.candidate.folder / "candidate.json").stat()
    assert (now.st_ino, now.st_mtime_ns) == (finished.st_ino, finished.st_mtime_ns)

    # The same data, settings and code are one version, however often they are trained.
    answer = json.loads(said.out)
    assert answer["promoted"] is False
    assert answer["champion"] == retrained.answer["champion"]
    assert answer["challenger"] == retrained.answer["challenger"]

    # The notebooks are the same to the last pixel.
    for name in answer["notebooks"]:
        copies = [
            json.loads((a / "notebooks" / name).read_text(encoding="utf-8")) for a in (before, retrained.artifacts())
        ]
        assert _shown(copies[0]) == _shown(copies[1])


def test_too_few_labels_are_declined_and_the_champion_stays(
    retrained: Retrained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "store"
    shutil.copytree(retrained.store.folder, store)
    monkeypatch.syspath_prepend(PIPELINES)
    assert import_module("retrain").main(_arguments(retrained.ledger, "2024-02-15", store)) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["promoted"] is False
    assert answer["reason"].startswith("too few labels")
    assert answer["outcome"] == "declined"
    assert answer["needed"] == 400
    assert answer["notebooks"] == []
    assert answer["champion"] == retrained.answer["champion"]


def test_an_export_is_read_first(
    retrained: Retrained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book = read_ledger(retrained.ledger)
    (tmp_path / "export").mkdir()
    for name in ("invoices", "payments", "customers"):
        book.table(name).to_csv(tmp_path / "export" / f"{name}.csv", index=False)
    monkeypatch.syspath_prepend(PIPELINES)
    where = ["--ledger", str(tmp_path / "ledger"), "--store", str(tmp_path / "store"), "--as-of", "2024-02-15"]
    source = ["--source", str(tmp_path / "export"), "--format", "canonical", "--because", "the first night"]
    assert import_module("retrain").main([*where, *source]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["outcome"], answer["because"]) == ("declined", "the first night")
    assert answer["ran"] == ["import", "check", "features", "evaluate"]
    assert len(read_ledger(tmp_path / "ledger").invoices) == len(book.invoices)
    # What is declined is not tried again, and said to be done.
    assert import_module("retrain").main([*where, "--dry-run"]) == 0
    assert not any(step["runs"] for step in json.loads(capsys.readouterr().out)["steps"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--as-of", "tomorrow"], "'tomorrow' is not a date; write it as YYYY-MM-DD, for example 2026-01-31."),
        (["--as-of", AS_OF, "--trials", "0"], "The setting 'trials' is 0; give a whole number, at least 1."),
        (["--as-of", AS_OF, "--params", "none.yaml"], "The settings at none.yaml cannot be read"),
    ],
)
def test_what_a_user_gets_wrong_is_one_sentence(
    arguments: list[str],
    sentence: str,
    retrained: Retrained,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.syspath_prepend(PIPELINES)
    known = ["--ledger", str(retrained.ledger), "--store", str(tmp_path / "store")]
    assert import_module("retrain").main([*known, *arguments]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-1].startswith(f"retrain: {sentence}")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "trials: 12\nminutes: 0\nworkers: 1\nseed: 0\n",
            "lacks the setting 'cell_timeout'; needed are trials, minutes, workers, seed, cell_timeout.",
        ),
        (
            "trials: 12\nseed: 0\ncell_timeout: 9\ntrails: 3\n",
            "has the unknown setting 'trails'; allowed are trials, minutes",
        ),
        (
            "trials: many\nminutes: 0\nworkers: 1\nseed: 0\ncell_timeout: 9\n",
            "The setting 'trials' is 'many'; give a whole number, at least 1.",
        ),
        (
            "trials: true\nminutes: 0\nworkers: 1\nseed: 0\ncell_timeout: 9\n",
            "The setting 'trials' is True; give a whole number, at least 1.",
        ),
        (
            "trials: 1\nminutes: 0\nworkers: 1\nseed: -1\ncell_timeout: 9\n",
            "The setting 'seed' is -1; give a whole number, at least 0.",
        ),
        (
            "trials: 1\nminutes: -5\nworkers: 1\nseed: 0\ncell_timeout: 9\n",
            "The setting 'minutes' is -5; give a whole number, at least 0.",
        ),
        ("- trials\n", "holds no settings; write one line each for trials, minutes, workers, seed, cell_timeout."),
        ("trials: [", "is not YAML; write one line per setting, like 'trials: 12'."),
    ],
)
def test_a_wrong_setting_is_named(text: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(PIPELINES)
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PaybenchError, match=re.escape(sentence)):
        import_module("settings").read_settings(tmp_path / "params.yaml")


def test_the_committed_settings_are_right_and_say_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(PIPELINES)
    settings = import_module("settings").read_settings()
    assert settings.trials >= 1
    _, *paragraphs = (PIPELINES / "params.yaml").read_text(encoding="utf-8").split("\n\n")
    assert len(paragraphs) == len(fields(settings))
    for paragraph in paragraphs:
        *comment, value = paragraph.strip().splitlines()
        assert comment
        assert all(line.startswith("# ") for line in comment), f"{value} has no reason above it"


def test_a_notebook_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    notebook = tmp_path / "broken.ipynb"
    shutil.copy(PIPELINES.parent / "notebooks" / "04_days.ipynb", notebook)
    run = _run("run_notebooks.py", str(notebook), "--out", str(tmp_path / "out"))

    # From here its default ledger is not to be found: the cell that reads it fails.
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].startswith("run_notebooks: broken.ipynb failed in cell 2: PaybenchError: ")
    assert list((tmp_path / "out").iterdir()) == []


def _arguments(ledger: Path, as_of: str, store: Path) -> list[str]:
    return ["--ledger", str(ledger), "--as-of", as_of, "--store", str(store), "--trials", str(TRIALS)]


def _run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PIPELINES / script), *arguments]
    return subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)


def _outputs(path: Path) -> str:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return "\n".join(_text(o) for cell in notebook["cells"] for o in cell.get("outputs", []))


def _text(output: dict[str, Any]) -> str:
    data = output.get("data", {})
    return "".join(output.get("text", [])) + "".join("".join(data.get(k, [])) for k in ("text/plain", "text/html"))


def _shown(notebook: dict[str, Any]) -> list[Any]:
    return [o.get("data", o.get("text")) for cell in notebook["cells"] for o in cell.get("outputs", [])]
