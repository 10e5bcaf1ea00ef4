"""Damages a bundle in seeded ways, and says what came of reading it and scoring with it; run as a process of its own.

Arguments: the bundle, a ledger, as_of, a folder to work in, and the first and last number of a damage. For each it
prints a line when it begins and a line when it ends, so that whoever reads knows on which one a process died.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from paybench.errors import PaybenchError
from paybench.ledger import read_ledger
from paybench.models.learn.bundle import read_bundle
from paybench.score import score

Rng = np.random.Generator
Files = dict[str, bytes]

MANIFEST = "manifest.json"
TREES = ("late.txt", "hazard.txt")
ODD: list[Any] = [None, True, "x", "", -1, 0, 2, 1e308, -0.5, float("nan"), [], {}, [1, 2], {"a": 1}, 10**12]
WORDS = ("-1", "0", "7", "999999", "-999999", "1e400", "nan", "x", "", "1_0", "0.5", "-2147483649")


def cut(rng: Rng, files: Files) -> str:
    name = str(rng.choice(sorted(files)))
    at = int(rng.integers(len(files[name])))
    files[name] = files[name][:at]
    return f"{name} cut at {at}"


def flip(rng: Rng, files: Files) -> str:
    name = str(rng.choice(sorted(files)))
    content = bytearray(files[name])
    for at in rng.integers(len(content), size=rng.integers(1, 9)):
        content[at] ^= int(rng.integers(1, 256))
    files[name] = bytes(content)
    return f"bytes of {name} flipped"


def swap(rng: Rng, files: Files) -> str:
    one, other = (str(name) for name in rng.choice(sorted(files), 2, replace=False))
    files[one], files[other] = files[other], files[one]
    return f"{one} and {other} swapped"


def delete(rng: Rng, files: Files) -> str:
    name = str(rng.choice(sorted(files)))
    del files[name]
    return f"{name} deleted"


def zero(rng: Rng, files: Files) -> str:
    name = str(rng.choice(sorted(files)))
    begin, end = sorted(int(at) for at in rng.integers(len(files[name]), size=2))
    files[name] = files[name][:begin] + bytes(end - begin) + files[name][end:]
    return f"{name} zeroed from {begin} to {end}"


def cut_trees(rng: Rng, files: Files) -> str:
    name = str(rng.choice(TREES))
    at = int(rng.integers(len(files[name])))
    files[name] = files[name][:at]
    return f"{name} cut at {at}"


def change_word(rng: Rng, files: Files) -> str:
    """Another number in place of one, in any line of the trees and their header."""
    name = str(rng.choice(TREES))
    lines = files[name].decode().split("\n")
    end = lines.index("end of trees")
    at = int(rng.choice([i for i, line in enumerate(lines[:end]) if "=" in line and line.partition("=")[2]]))
    key, _, value = lines[at].partition("=")
    words = value.split(" ")
    place, word = int(rng.integers(len(words))), str(rng.choice(WORDS))
    was, words[place] = words[place], word
    lines[at] = f"{key}={' '.join(words)}"
    files[name] = "\n".join(lines).encode()
    return f"{name}: {key}, {was} is now {word!r}"


def change_line(rng: Rng, files: Files) -> str:
    """A line dropped, written twice, or moved."""
    name = str(rng.choice(TREES))
    lines = files[name].decode().split("\n")
    at, to = (int(k) for k in rng.integers(len(lines), size=2))
    line = lines[at]
    way = str(rng.choice(["dropped", "doubled", "moved"]))
    if way != "doubled":
        del lines[at]
    if way != "dropped":
        lines.insert(to if way == "moved" else at, line)
    files[name] = "\n".join(lines).encode()
    return f"{name}: line {at} ({line[:20]}) {way}"


def flip_trees(rng: Rng, files: Files) -> str:
    name = str(rng.choice(TREES))
    content = bytearray(files[name])
    for at in rng.integers(len(content), size=rng.integers(1, 4)):
        content[at] = int(rng.choice(list(b"0123456789-. =\ne\x00\xff")))
    files[name] = bytes(content)
    return f"{name}: characters exchanged"


def change_shares(rng: Rng, files: Files) -> str:
    with np.load(io.BytesIO(files["shares.npz"])) as found:
        arrays: dict[str, Any] = dict(found)
    name, way = str(rng.choice(sorted(arrays))), int(rng.integers(8))
    values = arrays[name]
    ways: list[Callable[[], Any]] = [
        lambda: np.full_like(values, np.nan),
        lambda: -values,
        lambda: values[:-1],
        lambda: values[None, :],
        lambda: values.astype("str"),
        lambda: values.astype(object),
        lambda: values * 3,
        lambda: np.zeros(0),
    ]
    arrays[name] = ways[way]()
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=True, **arrays)
    files["shares.npz"] = buffer.getvalue()
    return f"{name} changed in way {way}"


def flip_shares(rng: Rng, files: Files) -> str:
    content = bytearray(files["shares.npz"])
    for at in rng.integers(len(content), size=rng.integers(1, 4)):
        content[at] ^= int(rng.integers(1, 256))
    files["shares.npz"] = bytes(content[: int(rng.choice([len(content), rng.integers(len(content))]))])
    return "shares.npz damaged"


def change_manifest(rng: Rng, files: Files) -> str:
    """Something of another kind in place of a value, or nothing, anywhere in the manifest."""
    manifest = json.loads(files[MANIFEST])
    where, path = manifest, []
    at: Any = str(rng.choice([k for k in manifest if k not in ("sha256", "files")]))
    while True:
        path.append(str(at))
        value = where[at]
        if not isinstance(value, dict | list) or not value or rng.random() < 0.25:
            break
        where = value
        at = list(value)[rng.integers(len(value))] if isinstance(value, dict) else int(rng.integers(len(value)))
    if rng.random() < 0.3:
        del where[at]
        said = "dropped"
    else:
        where[at] = ODD[rng.integers(len(ODD))]
        said = f"is now {where[at]!r}"
    files[MANIFEST] = json.dumps(manifest).encode()
    return f"manifest: {'/'.join(path)} {said}"


def swap_trees(rng: Rng, files: Files) -> str:
    one, other = TREES
    if rng.random() < 0.5:
        files[one], files[other] = files[other], files[one]
    else:
        files[one] = files[other]
    return "the trees of one in place of the other's"


BY_ACCIDENT = (cut, flip, swap, delete, zero)
"""Nobody wrote new digests."""
ON_PURPOSE = (
    *(cut_trees, change_word, change_line, flip_trees, change_shares, flip_shares, change_manifest, swap_trees),
    *(cut_trees, change_word, change_line, flip_trees, change_manifest, change_word, change_manifest),
)
"""Every digest is right afterwards; some twice, because there is more to damage."""


def damaged(number: int, bundle: Path, folder: Path) -> str:
    """Write the damaged bundle number so and so; even numbers are by accident, odd ones on purpose."""
    rng = np.random.default_rng(number)
    ways = ON_PURPOSE if number % 2 else BY_ACCIDENT
    files = {file.name: file.read_bytes() for file in bundle.iterdir()}
    said = ways[number // 2 % len(ways)](rng, files)
    if number % 2:
        manifest = json.loads(files[MANIFEST])
        manifest["files"] = {name: hashlib.sha256(files[name]).hexdigest() for name in manifest["files"]}
        signed = {name: value for name, value in manifest.items() if name != "sha256"}
        manifest["sha256"] = hashlib.sha256(json.dumps(signed, sort_keys=True).encode()).hexdigest()
        files[MANIFEST] = json.dumps(manifest).encode()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return said


def outcome(folder: Path, ledger: Any, as_of: str, right: pd.DataFrame) -> str:
    """refused; same or other scores, which are whole; or what should not have happened."""
    try:
        table = score(ledger, as_of, read_bundle(folder))
    except PaybenchError as error:
        return "refused" if "\n" not in str(error) else f"not one sentence: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if table.equals(right):
        return "same"
    chances = table[["p_late", "p_late_30", "p_late_60", "p_late_90", "p_never"]].to_numpy()
    whole = len(table) == len(right) and ((chances >= 0) & (chances <= 1)).all() and table["risk"].notna().all()
    return "other" if whole else "not whole"


def main() -> None:
    """Damage, read, score."""
    bundle, ledger_folder, as_of, work, first, last = sys.argv[1:]
    ledger = read_ledger(ledger_folder)
    right = score(ledger, as_of, read_bundle(bundle))
    for number in range(int(first), int(last) + 1):
        said = damaged(number, Path(bundle), Path(work))
        sys.stdout.write(json.dumps({"number": number, "damage": said}) + "\n")
        sys.stdout.flush()
        sys.stdout.write(json.dumps({"number": number, "outcome": outcome(Path(work), ledger, as_of, right)}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
