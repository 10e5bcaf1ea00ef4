"""Learning the model of intents from a corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from ...errors import PaybenchError
from ..text import cleaned, new_text, plain_letters
from .calibration import Calibration
from .corpus import Corpus
from .fitted import Design
from .meaning import INTENTS, SAFETY
from .model import IntentModel, Learned
from .settings import Settings

__all__ = ["NAME", "Settings", "folds_of", "left_out_scores", "train_intents"]

Floats = NDArray[np.float64]
NAME = "reply-intents"
_EXACT = frozenset({"card_data_sent"})
"""What a rule tells by check digits; the model has nothing to add by being generous."""


def train_intents(corpus: Corpus, seed: int = 0, settings: Settings | None = None) -> IntentModel:
    """Learn a model of a corpus.

    Calibration comes from scores of replies that were left out of the training, in folds that keep replies together
    whose plain letters are the same.

    Parameters
    ----------
    corpus : every intent has to occur in at least as many replies as there are folds.
    seed : which replies are left out.

    Raises
    ------
    PaybenchError
        If an intent is too rare, or scikit-learn (or what the embedding needs) is not installed.
    """
    settings = settings or Settings()
    counts = corpus.intents.sum(axis=0)
    if counts.min() < settings.folds:
        rare = INTENTS[int(counts.argmin())]
        raise PaybenchError(
            f"The corpus has {counts.min()} replies that mean {rare}; "
            f"{settings.folds} or more of each intent are needed."
        )
    design = Design.of([new_text(cleaned(text)) for text in corpus.texts], settings)
    left_out = left_out_scores(design, corpus, seed)
    fitted = design.fit(corpus.intents, np.arange(len(corpus)))
    safe = np.array([name in SAFETY for name in INTENTS])
    generous = np.array([name in SAFETY - _EXACT for name in INTENTS])
    threshold = np.where(generous, settings.safety_threshold, settings.threshold)
    about = {
        "name": NAME, "kind": "linear", "seed": seed, "settings": asdict(settings), "corpus": corpus.sha256,
        "replies": len(corpus), "authors": dict(sorted(Counter(corpus.authors).items())),
        "languages": dict(sorted(Counter(corpus.languages).items())),
    }  # fmt: skip
    calibration = Calibration.fitted(left_out, corpus.intents)
    ruled = np.where(safe, settings.rule_odds, 0.0)
    return IntentModel(Learned(fitted.linear, calibration, ruled, threshold, settings.unsure, fitted.gist), about)


def folds_of(texts: Sequence[str], folds: int, seed: int) -> NDArray[np.int64]:
    """(n,) the fold of each text; those whose plain letters are the same are in one."""
    groups: dict[str, int] = {}
    group = np.array([groups.setdefault(plain_letters(text), len(groups)) for text in texts])
    of_group = np.arange(len(groups)) % folds
    np.random.default_rng(seed).shuffle(of_group)
    return of_group[group]


def left_out_scores(design: Design, corpus: Corpus, seed: int) -> Floats:
    """(n, intents) scores, each from a model that was fitted without the reply."""
    fold = folds_of(corpus.texts, design.settings.folds, seed)
    scores = np.zeros(corpus.intents.shape)
    for one in range(design.settings.folds):
        outside = fold == one
        scores[outside] = design.fit(corpus.intents, np.flatnonzero(~outside)).scores[outside]
    return scores
