"""How a notebook looks: a title, one cell of annotated parameters, calls and pictures; no outputs, no definitions."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
LIBRARIES = {"matplotlib", "pandas", "paybench", "shap"}

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_it_opens_with_a_title_and_two_sentences_of_purpose(path: Path) -> None:
    first = _cells(path)[0]
    assert first["cell_type"] == "markdown"
    title, *purpose = first["source"].strip().split("\n", 1)

    # The title bears the number of the file.
    assert re.fullmatch(rf"# {path.stem[:2]} \w.*", title)
    assert len(re.split(r"(?<=[.?!])\s+", purpose[0].strip())) == 2


def test_one_cell_holds_the_parameters_each_with_its_type_and_meaning(path: Path) -> None:
    (cell,) = [c for c in _cells(path) if "parameters" in c["metadata"].get("tags", [])]
    lines = cell["source"].splitlines()
    for line, statement in zip(lines, ast.parse(cell["source"]).body, strict=True):
        # A name, a type that a scheduler can pass, a value that needs no code, and what it means.
        assert isinstance(statement, ast.AnnAssign), line
        assert isinstance(statement.annotation, ast.Name), line
        assert statement.annotation.id in {"bool", "float", "int", "str"}, line
        assert statement.value is not None
        value = ast.literal_eval(statement.value)
        assert type(value).__name__ == statement.annotation.id, line
        assert re.search(r"  # \w{2}", line), line

        # A folder that is read by default is there, from where the notebook lies.
        assert ast.unparse(statement.target) != "ledger" or (path.parent / value / "ledger.json").is_file()


def test_it_calls_and_does_not_define(path: Path) -> None:
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    for node in _nodes(path):
        assert not isinstance(node, definitions), ast.unparse(node)


def test_it_imports_paybench_as_pb_and_libraries_to_show_things(path: Path) -> None:
    names = [alias for node in _nodes(path) if isinstance(node, ast.Import) for alias in node.names]
    assert [(n.name, n.asname) for n in names if n.name.startswith("paybench")] == [("paybench", "pb")]
    assert {n.name.partition(".")[0] for n in names} <= LIBRARIES
    for node in _nodes(path):
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").partition(".")[0] in LIBRARIES - {"paybench"}, ast.unparse(node)


def test_it_is_stripped(path: Path) -> None:
    for cell in _cells(path):
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        assert set(cell["metadata"]) <= {"tags"}


def _cells(path: Path) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell | {"source": "".join(cell["source"])} for cell in cells]


def _nodes(path: Path) -> list[ast.AST]:
    code = [cell["source"] for cell in _cells(path) if cell["cell_type"] == "code"]
    return [node for source in code for node in ast.walk(ast.parse(source))]
