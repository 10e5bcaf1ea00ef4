"""A backup's file: a tar of whole files, and last ``backup.json``, which holds the sha256 of each and of itself."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from ...errors import PaybenchError
from ...files import replaced_file

MANIFEST = "backup.json"
FORMAT = 1
_BLOCK = 1 << 20


def check_name(file: Path) -> None:
    """See that a backup is called what it will be.

    Raises
    ------
    PaybenchError
        If the name does not end in .tar, .tar.gz or .tgz.
    """
    if not file.name.endswith((".tar", ".tar.gz", ".tgz")):
        raise PaybenchError(f"A backup is a tar; {file} ends in none of .tar, .tar.gz, .tgz: name it so.")


def write_archive(out: Path, about: dict[str, Any], files: Iterable[tuple[str, Path]]) -> dict[str, Any]:
    """Write a backup, whole or not at all.

    Parameters
    ----------
    about : for the manifest. files : names in the backup, and where they are.

    Returns
    -------
    The manifest.
    """
    check_name(out)
    manifest: dict[str, Any] = {"format": FORMAT, **about, "files": {}}
    with replaced_file(out) as new, tarfile.open(new, "w" if out.suffix == ".tar" else "w:gz") as tar:
        for name, path in files:
            try:
                with path.open("rb") as source:
                    read = _Hashed(source)
                    info = tarfile.TarInfo(name)
                    info.size = os.fstat(source.fileno()).st_size
                    tar.addfile(info, read)
            except OSError as error:
                raise PaybenchError(
                    f"{path} could not be backed up ({error.strerror or 'it changed meanwhile'}); run it again when "
                    "nobody trains, on a disk with room."
                ) from None
            manifest["files"][name] = read.digest.hexdigest()
        manifest["sha256"] = _digest(manifest)
        content = json.dumps(manifest, indent=1).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    return manifest


def read_archive(file: Path) -> dict[str, Any]:
    """The manifest of a backup, once every byte of it is what was written. Nothing is written anywhere.

    Raises
    ------
    PaybenchError
        If there is no such file, or it is damaged, cut short or no backup of a store.
    """
    if not file.is_file():
        raise PaybenchError(f"There is no backup {file}; give the file that 'paybench store backup' wrote.")
    found: dict[str, str] = {}
    last = b""
    with _told(file):
        for info, content in _members(file):
            if info.name in found:
                raise _damaged(file, f"{info.name} is in it twice")
            digest, last = hashlib.sha256(), b""
            while block := content.read(_BLOCK):
                digest.update(block)
                last = block if info.name == MANIFEST else b""
            found[info.name] = digest.hexdigest()
        manifest = json.loads(last.decode() or "{}")
        if manifest["format"] != FORMAT:
            raise PaybenchError(f"The backup {file} has format {manifest['format']}; this paybench reads {FORMAT}.")
        if _digest(manifest) != manifest["sha256"]:
            raise _damaged(file, f"{MANIFEST} differs from its sha256")
        found.pop(MANIFEST)
        for name in sorted({*found, *manifest["files"]}):
            if found.get(name) != manifest["files"].get(name):
                raise _damaged(file, f"{name} is not what was written")
    return dict(manifest)


def extract(file: Path, where: Callable[[str], Path | None]) -> None:
    """Write a backup's files to where ``where`` says by name; None leaves one out."""
    with _told(file):
        for info, content in _members(file):
            path = None if info.name == MANIFEST else where(info.name)
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("wb") as out:
                    while block := content.read(_BLOCK):
                        out.write(block)


def read_one(file: Path, name: str) -> bytes | None:
    """The content of one small file of a backup, or None."""
    with _told(file):
        return next((content.read() for info, content in _members(file) if info.name == name), None)


def _members(file: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    """Files in their order, each to be read before the next; anything else in a tar is refused."""
    with tarfile.open(file, "r|*") as tar:
        for info in tar:
            content = tar.extractfile(info) if info.isreg() else None
            name = PurePosixPath(info.name)
            if content is None or name.is_absolute() or ".." in name.parts or str(name) != info.name:
                raise _damaged(file, f"{info.name!r} in it is no file of a store")
            yield info, content


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(file, f"{type(error).__name__}: {error}") from None
    except OSError as error:
        if error.errno is not None:  # the disk's, not the archive's
            raise
        raise _damaged(file, str(error)) from None


def _damaged(file: Path, why: str) -> PaybenchError:
    return PaybenchError(f"The backup {file} is damaged ({why}), and nothing was written; use another one.")


def _digest(manifest: dict[str, Any]) -> str:
    content = {name: value for name, value in manifest.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


class _Hashed:
    """What is read from a file, hashed on its way."""

    def __init__(self, content: IO[bytes]) -> None:
        self.content, self.digest = content, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        block = self.content.read(size)
        self.digest.update(block)
        return block
