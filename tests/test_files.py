"""Outputs are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from paybench.errors import PaybenchError
from paybench.files import check_folder, replaced_file, replaced_folder


def tree(folder: Path) -> dict[str, str | None]:
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8") if path.is_file() else None
        for path in folder.rglob("*")
    }


def test_a_file_takes_the_old_ones_place_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "er" / "größe.txt"
    for text in ("first", "second"):
        with replaced_file(target) as new:
            new.write_text(text, encoding="utf-8")
            assert new.suffix == target.suffix
        # Nothing else is left.
        assert [path.name for path in target.parent.iterdir()] == ["größe.txt"]
        assert target.read_text(encoding="utf-8") == text


def test_a_folder_takes_the_old_ones_place_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "er"
    for name in ("first", "second"):
        with replaced_folder(target) as new:
            (new / name).write_text(name, encoding="utf-8")
        assert tree(tmp_path) == {"deep": None, "deep/er": None, f"deep/er/{name}": name}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_is_interrupted_leaves_what_was_there(tmp_path: Path, error: type[BaseException]) -> None:
    (tmp_path / "file").write_text("old", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inside").write_text("old", encoding="utf-8")
    before = tree(tmp_path)

    def interrupted_file(name: str) -> None:
        with replaced_file(tmp_path / name) as new:
            new.write_text("half", encoding="utf-8")
            raise error

    def interrupted_folder(name: str) -> None:
        with replaced_folder(tmp_path / name) as new:
            (new / "inside").write_text("half", encoding="utf-8")
            raise error

    for name in ("file", "new file"):
        with pytest.raises(error):
            interrupted_file(name)
    for name in ("folder", "new folder"):
        with pytest.raises(error):
            interrupted_folder(name)
    assert tree(tmp_path) == before


def test_a_file_is_no_folder_and_a_folder_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with (
        pytest.raises(PaybenchError, match="is a folder; give the name of a file to write"),
        replaced_file(tmp_path / "folder"),
    ):
        pass
    with (
        pytest.raises(PaybenchError, match="is a file; give the name of a folder to write"),
        replaced_folder(tmp_path / "file"),
    ):
        pass


@pytest.mark.parametrize("write", [replaced_file, replaced_folder])
def test_a_place_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, write: Callable[[Path], AbstractContextManager[Path]]
) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file" / "below", Path("/dev/null/x"), tmp_path / ("n" * 300)):
        with pytest.raises(PaybenchError, match="^Nothing can be written at .*; choose another place.$"), write(place):
            pass
    assert sorted(tree(tmp_path)) == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only_is_one_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(PaybenchError, match="Permission denied"), replaced_file(tmp_path / "x"):
        pass


@pytest.mark.parametrize("place", [".", "..", "../here"])
def test_the_folder_one_is_in_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(PaybenchError, match="is the folder that you are in, or holds it"), replaced_folder(place):
        pass
    assert tree(tmp_path) == {"here": None}


def test_a_device_is_not_replaced() -> None:
    with (
        pytest.raises(PaybenchError, match="^/dev/null is a device; give the name of a file"),
        replaced_file("/dev/null"),
    ):
        pass


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real/file")
    with replaced_file(tmp_path / "link") as new:
        new.write_text("new", encoding="utf-8")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "file").read_text(encoding="utf-8") == "new"


def test_a_folder_of_somebody_elses_is_not_for_replacing(tmp_path: Path) -> None:
    for name in ("empty", "ours", "theirs"):
        (tmp_path / name).mkdir()
    (tmp_path / "ours" / "mark.json").touch()
    (tmp_path / "theirs" / "thesis.txt").touch()
    for name in ("new", "empty", "ours"):
        check_folder(tmp_path / name, "report", "mark.json")
    for name in ("theirs", "theirs/thesis.txt"):
        with pytest.raises(
            PaybenchError, match="exists and is no report; give another name, or an empty or new folder"
        ):
            check_folder(tmp_path / name, "report", "mark.json")
