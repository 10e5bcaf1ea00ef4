"""From a corpus to the model that serves, or to the reason why not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...models.store.rules import signature
from ...models.store.store import Store
from ..text import plain_letters
from .corpus import Corpus
from .figures import Answers
from .gate import judge_intents
from .learn import train_intents
from .settings import Settings
from .store import Registered, champion_intents, champion_twin, register_intents

_OF = 5
"""One reply in so many is kept for the gate."""


def held_out(texts: Sequence[str]) -> NDArray[np.bool_]:
    """(n,) which replies the gate judges by: a fifth, told by the hash of their plain letters.

    So it is the same replies in every training, and no twin that the gate compares has learned from any of them.
    """
    digests = (hashlib.sha256(plain_letters(text).encode()).digest()[0] for text in texts)
    return np.array([digest % _OF == 0 for digest in digests], dtype=bool)


def release_intents(
    corpus: Corpus, store: Store | str | Path, seed: int = 0, settings: Settings | None = None, signed_by: str = ""
) -> Registered:
    """Train on a corpus, judge against the champion on replies that neither has seen, register, and serve if better.

    Two models are trained: a twin without the replies of the gate, that is judged, and one on all of them, that serves.
    A champion of the same corpus, settings and seed stays, and nothing is trained.

    Parameters
    ----------
    store : or its folder; made at first use. The first champion is judged against the rules alone. seed, settings : of
    :func:`.train_intents`. signed_by : who answers for it, where the store's settings want that.
    """
    place = store if isinstance(store, Store) else Store.at(store)
    signature(place, signed_by)
    settings = settings or Settings()
    champion = champion_intents(place)
    asked = (corpus.sha256, seed, _plain(settings))
    if champion.learned and (champion.about["corpus"], champion.about["seed"], champion.about["settings"]) == asked:
        number = int(str(champion.about["version"]).rpartition("v")[2])
        return Registered(number, champion.about["run_id"], True, "the champion is of the same corpus and settings")
    gate = held_out(corpus.texts)
    twin = train_intents(corpus.take(~gate), seed, settings)
    kept = corpus.take(gate)
    verdict = judge_intents(Answers.of(twin, kept), Answers.of(champion_twin(place), kept), seed)
    model = train_intents(corpus, seed, settings)
    model = replace(model, about=dict(model.about) | {"gate": verdict.as_dict})
    return register_intents(model, place, verdict, twin, signed_by)


def _plain(settings: Settings) -> dict[str, object]:
    """As it is after a way through JSON."""
    given = asdict(settings)
    return given | {"kinds": [list(kind) for kind in given["kinds"]]}
