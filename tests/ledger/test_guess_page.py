"""The walk-through in docs/import.md: its commands are run, and print what it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from paybench.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "import.md"
_FILE = re.compile(r"<!-- file: (\S+), (\S+) -->\n```\n(.*?)```\n", re.S)
_RUN = re.compile(r"<!-- run -->\n```\n\$ (.*?)\n(.*?)```\n", re.S)


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
