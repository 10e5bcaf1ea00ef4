"""The walk-through in docs/import.md: its commands are run, and print what it says."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path

import pytest

from paybench.cli import main
from paybench.ledger.formats import Amounts, Cell, Format, Rows, Source, parse_format
from paybench.ledger.guess.maps import TARGETS
from paybench.ledger.readers.formulas import KINDS

PAGE = Path(__file__).parents[2] / "docs" / "import.md"
_FILE = re.compile(r"<!-- file: (\S+), (\S+) -->\n```\n(.*?)```\n", re.S)
_RUN = re.compile(r"<!-- run -->\n```\n\$ (.*?)\n(.*?)```\n", re.S)


@pytest.mark.parametrize("kind", [Format, Source, Rows, Cell, Amounts])
def test_every_word_of_a_format_is_on_the_page(kind: type) -> None:
    text = PAGE.read_text(encoding="utf-8")
    words = {f.name for f in fields(kind)} - ({"name"} if kind is Format else set())
    assert [word for word in words if f"`{word}`" not in text and f"{word}:" not in text] == []


def test_every_formula_and_target_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in KINDS if f"={name}(" not in text] == []
    assert [target for target in TARGETS if f"`{target}`" not in text] == []


def test_the_example_of_a_format_is_one() -> None:
    example = re.search(r"```\n(title: .*?)```\n", PAGE.read_text(encoding="utf-8"), re.S)
    assert example is not None
    assert [rows.table for rows in parse_format("mine", example[1]).files[0].rows] == ["invoices", "payments"]


def test_the_page_is_what_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = PAGE.read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name, encoding, content in _FILE.findall(text):
        Path(name).write_bytes(content.replace("\n", "\r\n").encode(encoding))
    runs = _RUN.findall(text)
    assert len(runs) >= 4
    for command, printed in runs:
        program, *arguments = shlex.split(command)
        assert program == "paybench"
        main(arguments)
        out, err = capsys.readouterr()
        # What the page shows is what is printed, errors included; and it fits a terminal.
        assert out + err == printed, command
        assert all(len(line) <= 80 or line.startswith("paybench: ") for line in (out + err).splitlines())
