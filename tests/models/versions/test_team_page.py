"""What docs/team.md says can be done: its settings are read, and its commands exist with their options."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from paybench.cli import main
from paybench.models.store.settings import Settings, read_settings

PAGE = (Path(__file__).parents[3] / "docs" / "team.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    (paybench .+)$", PAGE, re.M)


def test_its_settings_are_settings(tmp_path: Path) -> None:
    found = re.search(r"<!-- settings -->\n```yaml\n(.*?)```", PAGE, re.S)
    assert found
    (tmp_path / "settings.yaml").write_text(found[1])
    assert read_settings(tmp_path) == Settings(
        True, "postgresql://risk@db.example.com:5432/risk?sslmode=verify-full", "s3://company-models/risk"
    )
    # Each is explained.
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.M)) == set(Settings.__dataclass_fields__)


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_are_commands(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Parsed, and refused because nothing is there: 1, not 2, which is wrong usage.
    arguments = [re.sub(r"^/(srv|backup)", str(tmp_path), word) for word in shlex.split(command)[1:]]
    assert main(arguments) == 1
    assert re.search("There is no (store|ledger|backup) ", capsys.readouterr().err)
    assert list(tmp_path.iterdir()) == []


def test_it_speaks_of_every_command_on_a_store() -> None:
    assert {shlex.split(c)[2] for c in COMMANDS if c.startswith("paybench store")} == {
        "backup", "restore", "moved", "upgrade",
    }  # fmt: skip
