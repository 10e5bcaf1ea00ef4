"""How good a model of intents is on replies whose meaning is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .corpus import Corpus
from .meaning import INTENTS, SAFETY
from .model import IntentModel

Floats = NDArray[np.float64]
BINS = 15
"""Of equal width, for the calibration error."""


@dataclass(frozen=True)
class Answers:
    """What a model said of a corpus.

    Attributes
    ----------
    truth, said : (n, intents). p : (n, intents) probabilities. abstained : (n,).
    """

    truth: NDArray[np.bool_]
    said: NDArray[np.bool_]
    p: Floats
    abstained: NDArray[np.bool_]

    @classmethod
    def of(cls, model: IntentModel, corpus: Corpus) -> Answers:
        """Ask the model for each reply."""
        meanings = [model.meaning(text) for text in corpus.texts]
        names = [{intent.name for intent in meaning.intents} for meaning in meanings]
        said = np.array([[name in one for name in INTENTS] for one in names], dtype=bool)
        p = np.array([[meaning.p[name] for name in INTENTS] for meaning in meanings])
        return cls(corpus.intents, said, p, np.array([meaning.abstained for meaning in meanings]))

    def take(self, rows: NDArray[Any]) -> Answers:
        """Some of the replies, with repetition."""
        return Answers(self.truth[rows], self.said[rows], self.p[rows], self.abstained[rows])


def by_intent(answers: Answers) -> pd.DataFrame:
    """Of each intent: replies that mean it, and precision, recall and F1 (NaN where nothing can be said)."""
    hits = (answers.truth & answers.said).sum(axis=0)
    meant, said = answers.truth.sum(axis=0), answers.said.sum(axis=0)
    with np.errstate(invalid="ignore"):
        table = pd.DataFrame(
            {
                "meant": meant,
                "said": said,
                "precision": hits / np.where(said > 0, said, np.nan),
                "recall": hits / np.where(meant > 0, meant, np.nan),
                "f1": 2 * hits / np.where(meant + said > 0, meant + said, np.nan),
            },
            index=pd.Index(INTENTS, name="intent"),
        )
    return table


def macro_f1(answers: Answers) -> float:
    """The mean F1 of the intents that occur."""
    hits = (answers.truth & answers.said).sum(axis=0)
    meant, said = answers.truth.sum(axis=0), answers.said.sum(axis=0)
    there = meant > 0
    return float((2 * hits[there] / (meant + said)[there]).mean())


def calibration_error(p: Floats, truth: NDArray[np.bool_]) -> float:
    """Expected calibration error (Naeini et al. 2015) in :data:`BINS` bins: mean distance of probability and share."""
    which = np.minimum((p * BINS).astype(np.int64), BINS - 1)
    gaps = np.bincount(which, p - truth, BINS)
    return float(np.abs(gaps).sum() / max(len(p), 1))


def auroc(score: Floats, truth: NDArray[np.bool_]) -> float:
    """Chance that a true one has the higher score than a false one; ties count half. NaN where one kind is missing."""
    ranks = pd.Series(score).rank().to_numpy()
    yes, no = int(truth.sum()), int((~truth).sum())
    return float((ranks[truth].sum() - yes * (yes + 1) / 2) / (yes * no)) if yes and no else float("nan")


def safety(answers: Answers) -> tuple[float, float]:
    """Recall and precision of the safety intents together (each occurrence counts once)."""
    columns = [place for place, name in enumerate(INTENTS) if name in SAFETY]
    truth, said = answers.truth[:, columns], answers.said[:, columns]
    hits = float((truth & said).sum())
    return hits / max(float(truth.sum()), 1.0), hits / max(float(said.sum()), 1.0)


def figures(answers: Answers) -> dict[str, float]:
    """All in one.

    macro_f1, micro_f1, exact (all intents of a reply right), ece (of all probabilities), ece_top (of the
    most probable intent), safety_recall, safety_precision, abstained (share), out_of_scope_auroc.
    """
    hits = float((answers.truth & answers.said).sum())
    top = answers.p.argmax(axis=1)
    rows = np.arange(len(top))
    recall, precision = safety(answers)
    return {
        "macro_f1": macro_f1(answers),
        "micro_f1": 2 * hits / max(float(answers.truth.sum() + answers.said.sum()), 1.0),
        "exact": float((answers.truth == answers.said).all(axis=1).mean()),
        "ece": calibration_error(answers.p.ravel(), answers.truth.ravel()),
        "ece_top": calibration_error(answers.p[rows, top], answers.truth[rows, top]),
        "safety_recall": recall,
        "safety_precision": precision,
        "abstained": float(answers.abstained.mean()),
        "out_of_scope_auroc": auroc(
            answers.p[:, INTENTS.index("out_of_scope")], answers.truth[:, INTENTS.index("out_of_scope")]
        ),
    }


def abstention(answers: Answers, shares: tuple[float, ...] = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5)) -> pd.DataFrame:
    """What is gained if the least sure share of replies goes to a person: right of the rest (top intent), macro-F1."""
    sure = answers.p.max(axis=1)
    top = answers.p.argmax(axis=1)
    order = np.argsort(sure, kind="stable")
    rows = []
    for share in shares:
        kept = order[int(share * len(order)) :]
        right = answers.truth[kept, top[kept]].mean()
        rows.append(
            {
                "left out": share,
                "at least": sure[kept].min(),
                "top right": right,
                "macro_f1": macro_f1(answers.take(kept)),
            }
        )
    return pd.DataFrame(rows)


def by_language(answers: Answers, languages: tuple[str, ...]) -> Mapping[str, dict[str, float]]:
    """:func:`figures` of each language."""
    of = np.array(languages)
    return {language: figures(answers.take(np.flatnonzero(of == language))) for language in sorted(set(languages))}
