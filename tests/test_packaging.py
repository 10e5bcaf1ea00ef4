"""What is installed: the package list, the wheel, the requirements, and what scoring may import."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
REQUIREMENTS = sorted((ROOT / "requirements").glob("*.txt"))

BASE_MODULES = ["paybench", "paybench.cli", "paybench.ledger", "paybench.score"]
"""What has to work where only requirements/base.txt is installed."""


def test_the_package_list_names_every_package() -> None:
    # A package that is missing here works in the editable install and is silently absent from the wheel.
    folders = [path.parent.relative_to(SRC) for path in SRC.rglob("__init__.py")]
    on_disk = sorted(".".join(("paybench", *folder.parts)) for folder in folders)
    assert PROJECT["tool"]["setuptools"]["packages"] == on_disk


def test_type_checkers_find_the_package_under_its_name() -> None:
    # mypy, pytest's doctests and import-linter read the package through this link.
    link = ROOT / ".typing" / "paybench"
    assert link.is_symlink()
    assert link.readlink() == Path("../src")


def test_the_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(SRC, source / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = ["pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", ".", "./source"]
    subprocess.run([sys.executable, "-m", *build], cwd=tmp_path, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}

    # Code and data, formats and templates included; nothing else.
    files = (path.relative_to(source / "src") for path in (source / "src").rglob("*") if path.is_file())
    assert packed == {f"paybench/{file.as_posix()}" for file in files if ".egg-info" not in file.as_posix()}


@pytest.mark.parametrize("module", BASE_MODULES)
def test_scoring_needs_the_base_requirements_only(module: str) -> None:
    # Every other installed library is as if it were not there.
    base = {name for name, _ in _pins(ROOT / "requirements" / "base.txt")}
    run = subprocess.run(
        [sys.executable, "-c", _IMPORT_WITH_BASE_ONLY, module, *base], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


_IMPORT_WITH_BASE_ONLY = """
import importlib, re, sys
from importlib.metadata import packages_distributions

module, *base = sys.argv[1:]
allowed = {"paybench", *base}

def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()

blocked = {top for top, dists in packages_distributions().items() if allowed.isdisjoint(map(canonical, dists))}

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(f"No module named {name!r} (not among the base requirements)", name=name)

sys.meta_path.insert(0, Absent())
importlib.import_module(module)
"""


def test_every_dependency_has_a_range_and_a_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = PROJECT["project"]
    for dependency in chain(project["dependencies"], *project["optional-dependencies"].values()):
        assert re.fullmatch(r"[a-z0-9-]+(>=[\d.]+,<[\d.]+|==[\d.]+)", dependency), f"{dependency} has no range"
        assert re.search(rf'"{re.escape(dependency)}", +# \w', text), f"{dependency} has no reason beside it"


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_requirements_are_pinned_by_hash_and_name_no_address(path: Path) -> None:
    # Where packages come from is a setting of the machine; what comes is fixed here.
    assert "://" not in path.read_text(encoding="utf-8")
    pins = _pins(path)
    assert pins
    assert all("==" in requirement and "--hash=sha256:" in requirement for _, requirement in pins)


def test_scoring_runs_on_the_versions_that_were_tested() -> None:
    # Markers may differ: in the workbench another library may need the same one on more platforms.
    base, workbench = (
        {re.sub(" ;.*?(?= --hash)", "", text) for _, text in _pins(ROOT / "requirements" / f"{name}.txt")}
        for name in ("base", "workbench")
    )
    assert base <= workbench


def _pins(path: Path) -> list[tuple[str, str]]:
    """Name and whole text (version, marker, hashes) of each requirement."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    return [(re.split(r"[=<>~! ;\[]", line)[0], " ".join(line.split())) for line in text.splitlines() if line]


def test_no_file_names_a_place_on_one_machine() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so there is no list of files")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    home = re.compile(rf"(?<![\w.~/-])/(?:home|root|Users|work)/\w|{re.escape(str(ROOT))}\b")
    for name in filter(None, listed.stdout.split("\0")):
        file = ROOT / name
        if file.is_file() and not file.is_symlink():
            found = home.search(file.read_bytes().decode("utf-8", errors="ignore"))
            assert found is None, f"{name} holds the path {found[0]}..."
