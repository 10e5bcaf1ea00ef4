"""Every byte of a folder, to see what is left in it."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def everything(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every byte below a folder, packed or not; Parquet also page by page, with dictionaries and statistics."""
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        content = file.read_bytes()
        yield str(file), content
        yield str(file), str(file.relative_to(folder)).encode()
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for name in archive.namelist():
                    yield f"{file}:{name}", archive.read(name)
        elif file.suffix == ".gz":
            yield str(file), gzip.decompress(content)
        elif content.startswith(b"PAR1"):
            with pq.ParquetFile(file, read_dictionary=[]) as source:
                table = source.read()
            out = io.BytesIO()
            pq.write_table(table, out, compression="NONE", use_dictionary=False)
            columns = [c.chunk(0).dictionary for c in table.columns if pa.types.is_dictionary(c.type)]
            yield str(file), out.getvalue() + repr([d.to_pylist() for d in columns]).encode()
