"""Named steps whose results stay on disk: run again, whatever ended it, a run goes on where it was.

A step writes into a folder of another name, which is made safe on the disk and takes its place when it is whole; its
manifest comes last. What was done from the same inputs, and is still as it was written, is not done again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...files import replaced_file, replaced_folder
from ...progress import say

Inputs = Mapping[str, Any]


@dataclass(frozen=True)
class Steps:
    """The steps of one run, in a folder of its own.

    Parameters
    ----------
    folder : holds for each step ``NAME/``, what it wrote, and ``NAME.json``, its manifest: the inputs that it was done
        from, and the sha256 of each file. show : progress.

    Attributes
    ----------
    ran : the names of what was done; skipped : of what had been done before.
    """

    folder: Path
    show: bool = False
    ran: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def run(self, name: str, inputs: Inputs, work: Callable[[Path], object]) -> Path:
        """Do a step, unless it has been done; the folder with what it wrote.

        Parameters
        ----------
        inputs : all that its result depends on, JSON-able. work : writes into the folder that it is given.
        """
        why = self.due(name, inputs)
        if not why:
            if name not in [*self.ran, *self.skipped]:
                self.skipped.append(name)
            return self.folder / name
        say(f"step {name}" if why == _NEW else f"step {name} again: {why}", self.show)
        self.forget(name)
        with replaced_folder(self.folder / name) as new:
            work(new)
            outputs = {where: _sha(path) for where, path in _files(new)}
            _safe_on_disk(new)
        manifest = {"step": name, "inputs": _plain(inputs), "outputs": outputs}
        with replaced_file(self._manifest(name)) as file:
            write_json(file, manifest)
        self.ran.append(name)
        return self.folder / name

    def due(self, name: str, inputs: Inputs) -> str:
        """Why a step has to be done; empty if it has been."""
        done = self._read(name)
        if done is None:
            return _NEW
        given = _plain(inputs)
        for key in sorted({*given, *done["inputs"]}):
            if given.get(key) != done["inputs"].get(key):
                return f"{key} has changed"
        for where, sha in done["outputs"].items():
            path = self.folder / name / where
            if not path.is_file() or _sha(path) != sha:
                return f"{where} is not what was written"
        return ""

    def digest(self, name: str) -> str:
        """Sixteen hex digits of all that a step wrote: what the next one is done from; empty if it is not done."""
        done = self._read(name)
        return "" if done is None else hashlib.sha256(json.dumps(done["outputs"]).encode()).hexdigest()[:16]

    def forget(self, name: str) -> None:
        """Let a step be done again."""
        self._manifest(name).unlink(missing_ok=True)

    def remove(self) -> None:
        """Take everything away."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One process at a time in this folder; another one waits. What a dead one left half written is removed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / _LOCK).open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                say("the same is being done by another process: waiting for it", self.show)
                fcntl.flock(handle, fcntl.LOCK_EX)
            for half in self.folder.glob(".*-*"):
                shutil.rmtree(half, ignore_errors=True)
            yield

    def _manifest(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _read(self, name: str) -> dict[str, Any] | None:
        with suppress(OSError, ValueError):
            found = read_json(self._manifest(name))
            if found["step"] == name and isinstance(found["inputs"], dict) and isinstance(found["outputs"], dict):
                return found
        return None


def sweep(folder: Path, keep: int) -> None:
    """Remove the folders of earlier runs but the newest, and none in which a process works."""
    runs = sorted((p for p in folder.glob("*") if p.is_dir()), key=lambda p: p.stat().st_mtime_ns, reverse=True)
    for old in runs[keep:]:
        with suppress(OSError), (old / _LOCK).open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(old, ignore_errors=True)


def write_json(file: Path, found: Mapping[str, Any]) -> None:
    """Facts that a step found, in a file of its folder."""
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def read_json(file: Path) -> dict[str, Any]:
    """What :func:`write_json` wrote."""
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


_LOCK, _NEW = ".lock", "not done yet"


def _plain(inputs: Inputs) -> dict[str, Any]:
    """As JSON gives them back."""
    found: dict[str, Any] = json.loads(json.dumps(inputs))
    return found


def _files(folder: Path) -> list[tuple[str, Path]]:
    return [(p.relative_to(folder).as_posix(), p) for p in sorted(folder.rglob("*")) if p.is_file()]


def _sha(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _safe_on_disk(folder: Path) -> None:
    for path in [p for _, p in _files(folder)] + [p for p in folder.rglob("*") if p.is_dir()] + [folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
