"""The page of the ML Test Score: each line names what is there, and its sums are right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "ml-test-score.md").read_text(encoding="utf-8")
SECTIONS = re.split(r"^## ", PAGE, flags=re.M)[1:]
LINES = [line for line in PAGE.splitlines() if re.match(r"\| [A-Z]", line)]
POINTS = {"1": 1.0, "½": 0.5}


def test_there_are_28_lines_and_the_score_is_the_least_sum() -> None:
    assert len(LINES) == 28
    sums = []
    for section in SECTIONS:
        name, said = re.match(r"(\w+): (\d)", section).groups()  # type: ignore[union-attr]
        found = [POINTS[line.split("|")[2].strip()] for line in section.splitlines() if line in LINES]
        assert len(found) == 7, name
        assert sum(found) == float(said), name
        sums.append(sum(found))
    assert float(re.search(r"the least of the four sums: \*\*(\d)\*\*", PAGE)[1]) == min(sums)  # type: ignore[index]


@pytest.mark.parametrize("line", LINES, ids=[line.split("|")[1].strip() for line in LINES])
def test_what_a_line_names_is_there(line: str) -> None:
    _, _, points, where, _ = line.split("|")
    named = [name for name in re.findall(r"`([^`]+)`", where) if "/" in name or name.endswith(".md")]
    assert named
    for name in named:
        file, _, test = name.partition("::")
        assert (ROOT / file).is_file(), file
        if test:
            assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), name
    # A whole point is for what runs by itself.
    assert points.strip() == "½" or all(name.startswith(("tests/", "pipelines/")) for name in named)
    assert points.strip() == "1" or "by hand" in where
