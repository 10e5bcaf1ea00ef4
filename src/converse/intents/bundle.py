"""A model of intents as files: weights in one archive of arrays, all else in JSON, a hash of each; nothing pickled."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import PaybenchError
from ...files import replaced_folder
from .calibration import Calibration
from .embedding import Gist, embedder
from .linear import Block, Linear
from .meaning import INTENTS
from .model import IntentModel, Learned

FORM = 2
"""Of the files; a reader knows no other."""
ARRAYS, VOCABULARY, ABOUT, MANIFEST = "weights.npz", "vocabulary.json", "about.json", "manifest.json"
_GIST = "gist_coefficients"
_CALIBRATION, _DECISION = ("slope", "offset", "own", "others", "base"), ("ruled", "threshold")


def write_intents(model: IntentModel, folder: str | Path) -> None:
    """Write a model; the folder takes the place of another one.

    Raises
    ------
    PaybenchError
        If the model is :data:`.RULES`: there is nothing to write of it.
    """
    if (learned := model.learned) is None:
        raise PaybenchError("The rules are part of the package and need no files; train a model, and write that.")
    arrays = {name: getattr(learned.calibration, name) for name in _CALIBRATION}
    arrays |= {name: getattr(learned, name) for name in _DECISION} | {"intercept": learned.linear.intercept}
    for kind, block in learned.linear.blocks.items():
        arrays |= {f"{kind}_idf": block.idf, f"{kind}_coefficients": block.coefficients}
    if learned.gist is not None:
        arrays |= {_GIST: learned.gist.coefficients}
    words = {
        kind: sorted(block.columns, key=lambda t: block.columns[t]) for kind, block in learned.linear.blocks.items()
    }
    named = None if learned.gist is None else {"name": learned.gist.embedder, "sha256": learned.gist.sha256}
    about = {
        "form": FORM, "intents": INTENTS, "unsure": learned.unsure, "embedding": named, "about": dict(model.about),
    }  # fmt: skip
    with replaced_folder(folder) as new:
        np.savez_compressed(new / ARRAYS, **arrays)
        (new / VOCABULARY).write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
        (new / ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
        hashes = {name: _sha256(new / name) for name in (ARRAYS, VOCABULARY, ABOUT)}
        (new / MANIFEST).write_text(json.dumps(hashes, indent=1) + "\n", encoding="utf-8")


def read_intents(folder: str | Path) -> IntentModel:
    """Read a model that :func:`write_intents` wrote.

    Raises
    ------
    PaybenchError
        If there is none, its files are damaged or of another release, or its embedding is not installed.
    """
    place = Path(folder)
    if not (place / MANIFEST).is_file():
        raise PaybenchError(f"There is no model of replies at {folder}; train one with pipelines/replies.py.")
    try:
        hashes: dict[str, str] = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        damaged = [name for name in (ARRAYS, VOCABULARY, ABOUT) if hashes.get(name) != _sha256(place / name)]
        if damaged:
            raise PaybenchError(
                f"The model of replies at {folder} is damaged ({damaged[0]}); promote or train one anew."
            )
        about: dict[str, Any] = json.loads((place / ABOUT).read_text(encoding="utf-8"))
        if about["form"] != FORM or tuple(about["intents"]) != INTENTS:
            raise PaybenchError(f"The model of replies at {folder} is of another release; train one with this one.")
        words: dict[str, list[str]] = json.loads((place / VOCABULARY).read_text(encoding="utf-8"))
        with np.load(place / ARRAYS, allow_pickle=False) as arrays:
            blocks = {
                kind: Block(
                    {term: column for column, term in enumerate(terms)},
                    arrays[f"{kind}_idf"],
                    arrays[f"{kind}_coefficients"],
                )
                for kind, terms in words.items()
            }
            linear = Linear(blocks, arrays["intercept"])
            calibration = Calibration(**{name: arrays[name] for name in _CALIBRATION})
            decision = {name: arrays[name] for name in _DECISION}
            named = about["embedding"]
            gist = Gist(named["name"], named["sha256"], arrays[_GIST]) if named else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise PaybenchError(
            f"The model of replies at {folder} cannot be read ({type(error).__name__}); promote or train one anew."
        ) from None
    if gist is not None:
        embedder(gist.embedder, gist.sha256)
    learned = Learned(linear, calibration, **decision, unsure=float(about["unsure"]), gist=gist)
    return IntentModel(learned, about["about"])


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
