"""Scoring and serving need little, load nothing that is heavy, and unpickle nothing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest

from paybench.ledger import Ledger
from paybench.models.learn.bundle import read_bundle
from paybench.score import score, write_scores
from tests.serve.running import as_body, running, some_customers
from tests.trained import AS_OF, Trained

ROOT = Path(__file__).parents[2]
HEAVY = (
    *(
        "mlflow",
        "shap",
        "optuna",
        "matplotlib",
        "great_expectations",
        "sqlalchemy",
        "papermill",
        "nbconvert",
        "IPython",
    ),
    *("sklearn", "joblib", "cloudpickle", "dill", "skops", "jupyterlab", "ipykernel", "fastapi", "uvicorn", "pydantic"),
)
"""What trains, explains, tracks or serves, and what loads pickles."""

_ONLY = """
import re, sys
from importlib.metadata import packages_distributions

def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()

allowed = set(sys.argv.pop(1).split(","))
blocked = {top for top, dists in packages_distributions().items() if allowed.isdisjoint(map(canonical, dists))}

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(f"No module named {name!r} (not among what is allowed)", name=name)

sys.meta_path.insert(0, Absent())
from paybench.cli import main
code = main(sys.argv[1:])
"""
"""The command line in a process in which nothing else is installed but some packages."""

_LOADED = f"""
import json, sys
{{before}}
print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))
"""

_UNPICKLING = """
import _pickle, pickle, sys
from paybench import read_ledger
from paybench.models.learn.bundle import read_bundle
from paybench.score import score
ledger = read_ledger(sys.argv[1])
score(ledger, sys.argv[2], read_bundle(sys.argv[3]))  # whatever is imported late has been by now

def refuse(*_, **__):
    raise AssertionError("something was unpickled")

def heard(event, arguments):
    if event in ("pickle.find_class", "exec", "import", "marshal.loads"):
        raise AssertionError(f"{event}: {arguments}")

for module in (pickle, _pickle):
    module.load = module.loads = module.Unpickler = refuse
pickle._load = pickle._loads = pickle._Unpickler = refuse
sys.addaudithook(heard)
print(len(score(ledger, sys.argv[2], read_bundle(sys.argv[3]))))
"""


def base() -> set[str]:
    """The names of the base requirements."""
    lines = (ROOT / "requirements" / "base.txt").read_text(encoding="utf-8").splitlines()
    return {"paybench"} | {re.split(r"[=<>~! ;\[]", line)[0] for line in lines if re.match(r"[a-z]", line)}


def needed(*names: str) -> set[str]:
    """Distributions and what they need without extras, and so on."""
    found: set[str] = set()
    left = list(names)
    while left:
        name = re.sub(r"[-_.]+", "-", left.pop()).lower()
        if name not in found:
            found.add(name)
            with suppress(PackageNotFoundError):  # what another Python or system needs
                left += [re.split(r"[ ;=<>~!\[(]", r)[0] for r in requires(name) or [] if "extra ==" not in r]
    return found


def told(program: str, *arguments: str | Path) -> str:
    run = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_scores_are_the_same_where_nothing_but_the_base_is(trained: Trained, ledger: Ledger, tmp_path: Path) -> None:
    arguments = ["score", trained.ledger, "--as-of", AS_OF, "--store", trained.store, "--out", tmp_path / "base.csv"]
    loaded = f"import json; print(json.dumps([n for n in {HEAVY!r} if n in sys.modules])); sys.exit(code)"
    said = told(_ONLY + loaded, ",".join(base()), *arguments, "--quiet")
    # Nothing heavy is there, so nothing heavy is loaded, and nobody misses it.
    assert json.loads(said.splitlines()[-1]) == []
    write_scores(score(ledger, AS_OF, "champion", trained.store), tmp_path / "full.csv")
    assert (tmp_path / "base.csv").read_bytes() == (tmp_path / "full.csv").read_bytes()


def test_scoring_loads_nothing_heavy_where_it_is_there(trained: Trained, tmp_path: Path) -> None:
    out = str(tmp_path / "scores.csv")
    arguments = ["score", str(trained.ledger), "--as-of", AS_OF, "--store", str(trained.store), "--out", out, "--quiet"]
    ours = json.loads(
        told(_LOADED.format(before=f"from paybench.cli import main; main({arguments!r})")).splitlines()[-1]
    )
    # LightGBM looks for scikit-learn by itself, and takes it where it finds it; the rest is ours, and is nothing.
    theirs = json.loads(told(_LOADED.format(before="import lightgbm")))
    assert set(theirs) <= {"sklearn", "joblib", "cloudpickle"}
    assert set(ours) <= set(theirs)


def test_nothing_is_unpickled_or_run(trained: Trained) -> None:
    # The standard library's pickle is imported by numpy and pandas; here whoever calls it, or runs code, is found out.
    assert int(told(_UNPICKLING, trained.ledger, AS_OF, trained.store / "champion")) > 0


def test_serving_needs_two_packages_more(trained: Trained, ledger: Ledger, tmp_path: Path) -> None:
    allowed = ",".join(base() | needed("fastapi", "uvicorn"))
    arguments = [allowed, "serve", "--store", trained.store, "--port", "0", "--json"]
    few = some_customers(ledger, 3)
    with running(tmp_path / "log", f"{_ONLY}\nsys.exit(code)", *arguments) as server:
        answer = server.ask("/score", as_body(few, AS_OF))
        assert server.ask("/docs").status == 200
    assert answer.said["total"] == len(score(few, AS_OF, read_bundle(trained.store / "champion"))) > 0
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_without_them_it_is_said_what_to_install(trained: Trained) -> None:
    run = subprocess.run(
        [sys.executable, "-c", f"{_ONLY}\nsys.exit(code)", ",".join(base()), "serve", "--store", str(trained.store)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    sentence = "paybench: Serving needs fastapi, which the base install leaves out: pip install 'paybench[serve]'.\n"
    assert run.stderr == sentence


@pytest.mark.parametrize("name", ["mlflow", "fastapi", "cloudpickle", "scikit-learn"])
def test_the_base_does_not_bring_it(name: str) -> None:
    assert name not in base()
