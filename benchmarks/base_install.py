"""How little scoring needs: a fresh environment with the base requirements, their sizes, and a score made there.

A champion is trained with the environment that runs this. Then a new one gets `requirements/base.txt` and the package,
and nothing else; it has to make the same scores, byte for byte, and to do so without what is not there. With `--serve`
it gets FastAPI and uvicorn as well, and has to answer. pip's own settings say where packages come from.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
import venv
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
SAMPLE, AS_OF = ROOT / "data" / "sample", "2025-12-01"
ABSENT = (
    *("sklearn", "mlflow", "optuna", "shap", "matplotlib", "great_expectations", "sqlalchemy", "jinja2"),
    *("jupyterlab", "jupyter_core", "ipykernel", "IPython", "papermill", "nbconvert"),
    *("joblib", "cloudpickle", "dill", "skops", "pydantic", "fastapi", "uvicorn"),
)
"""What may neither be there nor be missed; among it all that loads pickles."""
COMMAND = "import sys; from paybench.cli import main; sys.exit(main(sys.argv[1:]))"

_SIZES = """
import json
from importlib.metadata import distributions
found = {}
for d in distributions():
    sizes = [f.locate().stat().st_size for f in d.files or () if f.locate().is_file()]
    found[d.metadata["Name"]] = d.version, sum(sizes)
print(json.dumps(found))
"""

_SCORE = """
import json, resource, sys, time
from importlib.util import find_spec
absent = sys.argv[1].split(",")
there = [name for name in absent if find_spec(name)]
start = time.perf_counter()
from paybench.cli import main
code = main(sys.argv[2:])
print(json.dumps({
    "code": code, "there": there, "loaded": [name for name in absent if name in sys.modules],
    "seconds": time.perf_counter() - start,
    "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


def run(*command: str | Path, **more: str) -> str:
    """The standard output of a command, which has to end well."""
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, env=os.environ | more
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))[:200]} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def told(python: Path | str, *arguments: str | Path) -> list[str | Path]:
    """A command of a python; a new one sees neither this one's paths nor the user's packages."""
    return [python, *(() if python == sys.executable else ("-I",)), *arguments]


def environment(place: Path) -> Path:
    """A new environment with the base requirements and the package, built of a copy of its sources; its python."""
    source = place / "source"
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    offline = ("--no-deps", "--no-index")
    run(sys.executable, "-m", "pip", "wheel", "-q", *offline, "--no-build-isolation", "-w", place / "wheel", source)
    venv.create(place / "venv", with_pip=True)
    python = place / "venv" / "bin" / "python"
    install = told(python, "-m", "pip", "install", "-q")
    run(*install, "--require-hashes", "--only-binary", ":all:", "-r", ROOT / "requirements" / "base.txt")
    run(*install, *offline, *(place / "wheel").glob("*.whl"))
    return python


def sizes(python: Path) -> dict[str, tuple[str, int]]:
    """Version and bytes of what is installed, but for what every new environment has."""
    found = {
        name.lower(): (version, size) for name, (version, size) in json.loads(run(*told(python, "-c", _SIZES))).items()
    }
    return {name: found[name] for name in sorted(found) if name not in ("pip", "setuptools")}


def show(found: dict[str, tuple[str, int]]) -> None:
    """A table of sizes and their sum."""
    print("\n| package | version | installed |\n| --- | --- | ---: |")
    for name, (version, size) in sorted(found.items(), key=lambda item: -item[1][1]):
        print(f"| {name} | {version} | {size / 1e6:.1f} MB |")
    print(f"| **{len(found)} packages** | | **{sum(size for _, size in found.values()) / 1e6:.1f} MB** |\n")


def scored(python: Path | str, store: Path, out: Path, absent: tuple[str, ...]) -> dict[str, object]:
    """Score the sample with some python; what it took, and which of some modules were there or loaded."""
    arguments = ("score", SAMPLE, "--as-of", AS_OF, "--store", store, "--out", out, "--json")
    lines = run(*told(python, "-c", _SCORE, ",".join(absent), *arguments)).splitlines()
    found: dict[str, object] = json.loads(lines[-1])
    assert found["code"] == 0, found
    return found


def served(python: Path, store: Path) -> int:
    """How many open invoices a server of this python answers with."""
    command = told(python, "-c", COMMAND, "serve", SAMPLE, "--store", store, "--port", "0")
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = re.search(r"http://\S+", process.stdout.readline())
            assert address, "the server did not say where it listens"
            with urllib.request.urlopen(f"{address[0]}/open?as_of={AS_OF}&limit=1", timeout=120) as answer:
                return int(json.loads(answer.read())["total"])
        finally:
            process.terminate()


def main() -> None:
    """Train, install, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", action="store_true", help="also install what serving needs, and ask a server")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        place = Path(folder)
        print("training on the sample with this environment", file=sys.stderr)
        train = ("train", SAMPLE, "--as-of", AS_OF, "--trials", "1", "--store", place / "store", "--json")
        run(sys.executable, "-c", COMMAND, *train, MLFLOW_DISABLE_TELEMETRY="true")
        manifest = json.loads((place / "store" / "champion" / "manifest.json").read_text())
        print(f"champion: {manifest['about']['version']} ({manifest['kind']}), trained on the sample as of {AS_OF}")
        store = place / "carried"  # the bundle, and nothing of the registry
        shutil.copytree(place / "store" / "champion", store / "champion")
        full = scored(sys.executable, store, place / "full.csv", ())
        print("making a new environment with requirements/base.txt", file=sys.stderr)
        python = environment(place)
        base = sizes(python)
        show(base)
        small = scored(python, store, place / "base.csv", ABSENT)
        assert not small["there"], f"the base install has {small['there']}"
        assert not small["loaded"], f"scoring loaded {small['loaded']}"
        assert (place / "full.csv").read_bytes() == (place / "base.csv").read_bytes(), "the scores differ"
        rows = (place / "base.csv").read_bytes().count(b"\n") - 1
        for what, took in (("the base install", small), ("this environment", full)):
            print(f"{rows} open invoices scored with {what}: {took['seconds']:.1f} s, {took['mib']:.0f} MiB at most")
        print(f"the same bytes; none of {', '.join(ABSENT)} was there")
        if options.serve:
            pins = [line.split(" ")[0] for line in (ROOT / "requirements" / "workbench.txt").read_text().splitlines()]
            (place / "pins.txt").write_text("\n".join(pin for pin in pins if "==" in pin))
            run(*told(python, "-m", "pip", "install", "-q", "-c", place / "pins.txt", "fastapi", "uvicorn"))
            show({name: size for name, size in sizes(python).items() if name not in base})
            assert served(python, store) == rows
            print(f"a server there answered for the same {rows} invoices")


if __name__ == "__main__":
    main()
