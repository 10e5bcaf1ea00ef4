"""Spoilt exports: every row is accepted or rejected with its reason, never a traceback, and amounts add up to the cent.

By default a few dozen files; HYPOTHESIS_PROFILE=nightly tries 2,000.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from paybench import PaybenchError
from paybench.ledger.readers.importer import import_files, write_import
from tests.ledger.exports import conserves
from tests.safety.fuzz import Export, exports, spoilt

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
FILES = 2_000 if NIGHTLY else 60


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> list[Export]:
    return exports(tmp_path_factory.mktemp("exports"))


@pytest.mark.parametrize("part", range(4))
def test_a_spoilt_file_is_read_row_by_row_or_refused_in_one_sentence(
    part: int, sound: list[Export], tmp_path: Path
) -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(part, FILES, 4):
        outcomes[_tried(sound[seed % len(sound)], seed, tmp_path / str(seed))] += 1
    # Neither outcome is the only one, or the files are not spoilt, or spoilt too much to tell anything.
    assert outcomes["read"] > 0
    assert outcomes["refused"] > 0


@pytest.mark.parametrize("number", range(7))
def test_what_is_not_spoilt_is_read(number: int, sound: list[Export], tmp_path: Path) -> None:
    given = sound[number]
    result = import_files(_written(given.files, tmp_path), given.format)
    conserves(result)
    assert sum(file["rows"]["accepted"] for file in result.summary["files"]) > 100


def _tried(given: Export, seed: int, folder: Path) -> str:
    files, ways = spoilt(given, seed)
    paths = _written(files, folder)
    try:
        result = import_files(paths, given.format)
        conserves(result)
        write_import(result, folder / "ledger")
    except PaybenchError as error:
        assert str(error).strip().endswith("."), f"seed {seed}, {ways}"
        return "refused"
    except BaseException as error:
        error.add_note(f"seed {seed}: {given.format}, {', '.join(files)}: {ways}")
        raise
    return "read"


def _written(files: dict[str, bytes], folder: Path) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]
