"""What the README says is where has to be there, and nothing else."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
QUIET = {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"}


def tree() -> dict[str, list[str]]:
    """Top-level names of the README's tree, and the folders that it lists below one."""
    text = re.search(r"<!-- tree -->\n(.*?)<!-- /tree -->", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    assert text
    found: dict[str, list[str]] = {}
    for line in text[1].splitlines():
        name = line.split()[0].rstrip("/")
        if line.startswith("      "):
            found[list(found)[-1]].append(name)
        else:
            found[name] = []
    return found


def tracked() -> set[str]:
    asked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    if asked.returncode == 0:
        return set(asked.stdout.split("\n")) - {""}
    return {str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if p.is_file()}


def test_the_tree_is_true() -> None:
    files = tracked()
    top = {f.split("/")[0] for f in files if not f.startswith(".")} - QUIET
    # The README names every top-level file and folder that a newcomer sees, and no other.
    assert set(tree()) == top
    # Under src it names every room.
    rooms = {f.split("/")[1] for f in files if f.startswith("src/") and f.count("/") > 1}
    assert set(tree()["src"]) == rooms


def test_notebooks_and_pipelines_are_named() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    # The notebooks are listed by their names.
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        assert notebook.stem in text
    # And so are the scripts that a scheduler runs.
    for script in ("retrain", "score"):
        assert f"pipelines/{script}.py" in text


def test_the_commands_are_those_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    # Every make target that the README speaks of is in the Makefile.
    assert set(re.findall(r"make ([a-z]+)", text)) <= targets
