"""Finding numbers and names within text, pages and packed files."""

from __future__ import annotations

import bz2
import gzip
import html
import io
import lzma
import re
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

ERASED = "[erased]"
"""What stands where somebody was named."""

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACE = re.compile(r"\s+")
_TAG = re.compile(r"<[^<>]*>")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": " ", "f": " "}
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".woff", ".woff2", ".ttf")
_UNPACK = {b"\x1f\x8b": gzip.decompress, b"BZh": bz2.decompress, b"\xfd7zXZ": lzma.decompress}
_SPOILT = (
    *(OSError, EOFError, ValueError, RuntimeError),
    *(lzma.LZMAError, zlib.error, zipfile.BadZipFile, tarfile.TarError),
)


class Words:
    """A set of words, to be found where they stand for themselves: C1 is in "for C1," and not in "C12".

    Parameters
    ----------
    words : compared without regard to capitals, kinds of white space and characters that are not seen.
    """

    def __init__(self, words: Iterable[str]) -> None:
        known = {plain(word) for word in words} - {""}
        self._folded = re.compile(_pattern({word.casefold() for word in known}))
        self._written = re.compile(_pattern(known), re.IGNORECASE)

    def within(self, text: str) -> bool:
        """Whether one of them is in a text."""
        return self._folded.search(plain(text).casefold()) is not None

    def replaced(self, text: str) -> str:
        """The text with :data:`ERASED` in their place; as it was if none is there."""
        if not self.within(text):
            return text
        for way in (text, plain(text)):
            if not self.within(changed := self._written.sub(ERASED, way)):
                return changed
        return ERASED

    def in_file(self, name: str, content: bytes) -> bool:
        """Whether one of them is in a file: in its text as it stands or is escaped, or in what is packed in it."""
        if name.lower().endswith(_PICTURES):
            return False
        for mark, unpack in _UNPACK.items():
            if content.startswith(mark):
                inside = _tried(lambda unpack=unpack: [(name.rpartition(".")[0], unpack(content))])
                return any(self.in_file(*part) for part in inside)
        if content.startswith(b"PK\x03\x04"):
            return any(self.within(part) or self.in_file(part, data) for part, data in _tried(lambda: _zipped(content)))
        if content[257:262] == b"ustar":
            return any(self.within(part) or self.in_file(part, data) for part, data in _tried(lambda: _tarred(content)))
        if content.startswith(b"PAR1"):
            return any(self.within(text) for text in _cells(content))
        if content.startswith(b"\x93NUMPY"):
            return any(self.within(text) for text in _items(content))
        return any(self.within(text) for text in readings(content))


def plain(text: str) -> str:
    """One way to write a text: composed characters, one blank for white space, nothing that is not seen."""
    return _SPACE.sub(" ", _UNSEEN.sub("", unicodedata.normalize("NFC", text)).replace("\0", "")).strip()


def readings(content: bytes) -> Iterator[str]:
    """A text as it stands, and without the escapes of JSON, of HTML, its tags, and those of addresses."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", errors="replace")
    else:
        text = content.decode("utf-8", errors="replace")
    yield text
    if "\\" in text:
        text = _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _LETTERS.get(m[2], m[2]), text)
        yield text
    if "&" in text:
        text = html.unescape(text)
        yield text
    if "<" in text:
        text = _TAG.sub("", text)
        yield text
    if "%" in text:
        yield unquote(text)


def _pattern(words: Iterable[str]) -> str:
    """Of words that stand for themselves, grouped by whether they begin and end with a letter or digit."""
    groups: dict[tuple[str, str], set[str]] = {}
    for word in words:
        before = r"(?<!\w)" if re.match(r"\w", word) else ""
        after = r"(?!\w)" if re.search(r"\w$", word) else ""
        groups.setdefault((before, after), set()).add(word)
    return "|".join(f"{before}{_any_of(group)}{after}" for (before, after), group in groups.items()) or "(?!)"


def _any_of(words: Iterable[str]) -> str:
    """A regular expression of all words by their common beginnings, which is fast however many they are."""
    tree: dict[str, dict[str, object]] = {}
    for word in words:
        node: dict[str, object] = tree  # type: ignore[assignment]
        for letter in word:
            node = node.setdefault(letter, {})  # type: ignore[assignment]
        node[""] = None
    return _branch(tree)  # type: ignore[arg-type]


def _branch(node: dict[str, object]) -> str:
    chain = ""
    while len(node) == 1 and "" not in node:  # no recursion along what all have in common
        letter, node = next(iter(node.items()))  # type: ignore[assignment]
        chain += re.escape(letter)
    ends = "" in node
    rest = [re.escape(letter) + _branch(below) for letter, below in node.items() if letter]  # type: ignore[arg-type]
    return chain + (f"(?:{'|'.join(rest)}){'?' if ends else ''}" if rest else "")


def _tried(unpack: object) -> list[tuple[str, bytes]]:
    try:
        return list(unpack())  # type: ignore[operator]
    except _SPOILT:
        return []


def _zipped(content: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            yield name, archive.read(name)


def _tarred(content: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive:
            inside = archive.extractfile(member) if member.isfile() else None
            yield member.name, inside.read() if inside else b""


def _cells(content: bytes) -> Iterator[str]:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.ParquetFile(pa.BufferReader(content)).read()
    for value in (table.schema.metadata or {}).values():
        yield value.decode("utf-8", errors="replace")
    for column in table.columns:
        if pa.types.is_dictionary(column.type):
            for chunk in column.chunks:
                yield from (str(v) for v in chunk.dictionary.to_pylist() if v is not None)
        elif pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            yield from (v for v in pc.unique(column).to_pylist() if v)
        elif pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
            yield from map(str, column.to_pylist())


def _items(content: bytes) -> Iterator[str]:
    import numpy as np

    try:
        values = np.load(io.BytesIO(content), allow_pickle=False)
    except ValueError:
        yield from readings(content)
        return
    if values.dtype.kind in "US":
        yield from (str(v) for v in np.unique(values).tolist())
