"""Learning the model of intents from a corpus: scikit-learn fits, what comes out needs numpy alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...errors import PaybenchError
from ..text import cleaned, new_text, plain_letters
from .corpus import Corpus
from .linear import Block, Linear
from .meaning import INTENTS, SAFETY
from .model import IntentModel, Learned
from .terms import BLOCKS
from .words import Word, words_of

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float64]
NAME = "reply-intents"
_EXACT = frozenset({"card_data_sent"})
"""What a rule tells by check digits; the model has nothing to add by being generous."""


@dataclass(frozen=True)
class Settings:
    """How is learned.

    Attributes
    ----------
    strength : inverse of the regularisation. rarest : replies that a term has to occur in, by kind.
    folds : of the scores that calibration and thresholds are chosen on. safety_weight : how many times as much a missed
    safety intent counts as one too many, in its threshold (beta of F-beta). rule_odds : log odds that a hard rule adds;
    a matter of judgement, because the rules were written with training replies in view, which flatter them.
    unsure : probability of the best intent below which nothing but safety intents is said.
    """

    strength: float = 30.0
    rarest: tuple[tuple[str, int], ...] = (("word", 2), ("piece", 3), ("idea", 2))
    folds: int = 5
    safety_weight: float = 2.0
    rule_odds: float = 4.0
    unsure: float = 0.2


def train_intents(corpus: Corpus, seed: int = 0, settings: Settings | None = None) -> IntentModel:
    """Learn a model of a corpus.

    Calibration and thresholds come from scores of replies that were left out of the training, in folds that keep
    replies together whose plain letters are the same.

    Parameters
    ----------
    corpus : every intent has to occur in at least as many replies as there are folds.
    seed : which replies are left out.

    Raises
    ------
    PaybenchError
        If an intent is too rare, or scikit-learn is not installed.
    """
    settings = settings or Settings()
    counts = corpus.intents.sum(axis=0)
    if counts.min() < settings.folds:
        rare = INTENTS[int(counts.argmin())]
        raise PaybenchError(
            f"The corpus has {counts.min()} replies that mean {rare}; "
            f"{settings.folds} or more of each intent are needed."
        )
    said = [words_of(new_text(cleaned(text))) for text in corpus.texts]
    left_out = left_out_scores(corpus, said, seed, settings)
    linear = fit_linear(said, corpus.intents, settings)
    slope, offset, threshold = (np.zeros(len(INTENTS)) for _ in range(3))
    for place, name in enumerate(INTENTS):
        truth = corpus.intents[:, place]
        slope[place], offset[place] = _platt(left_out[:, place], truth)
        p = 1 / (1 + np.exp(-(slope[place] * left_out[:, place] + offset[place])))
        threshold[place] = best_threshold(p, truth, settings.safety_weight if name in SAFETY - _EXACT else 1.0)
    ruled = np.array([settings.rule_odds if name in SAFETY else 0.0 for name in INTENTS])
    about = {
        "name": NAME, "kind": "linear", "seed": seed, "settings": asdict(settings), "corpus": corpus.sha256,
        "replies": len(corpus), "authors": dict(sorted(Counter(corpus.authors).items())),
        "languages": dict(sorted(Counter(corpus.languages).items())),
    }  # fmt: skip
    return IntentModel(Learned(linear, slope, offset, ruled, threshold, settings.unsure), about)


def folds_of(texts: Sequence[str], folds: int, seed: int) -> NDArray[np.int64]:
    """(n,) the fold of each text; those whose plain letters are the same are in one."""
    groups: dict[str, int] = {}
    group = np.array([groups.setdefault(plain_letters(text), len(groups)) for text in texts])
    of_group = np.arange(len(groups)) % folds
    np.random.default_rng(seed).shuffle(of_group)
    return of_group[group]


def left_out_scores(corpus: Corpus, said: Sequence[tuple[Word, ...]], seed: int, settings: Settings) -> Floats:
    """(n, intents) scores, each from a model that was fitted without the reply."""
    fold = folds_of(corpus.texts, settings.folds, seed)
    scores = np.zeros(corpus.intents.shape)
    for one in range(settings.folds):
        inside, outside = np.flatnonzero(fold != one), np.flatnonzero(fold == one)
        linear = fit_linear([said[row] for row in inside], corpus.intents[inside], settings)
        scores[outside] = [linear.scores(said[row]) for row in outside]
    return scores


def fit_linear(said: Sequence[tuple[Word, ...]], meant: NDArray[np.bool_], settings: Settings) -> Linear:
    """Fit the weights: one logistic regression for each intent.

    Parameters
    ----------
    said : (n,) words of the replies. meant : (n, intents).
    """
    try:
        from scipy.sparse import hstack
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        raise PaybenchError(
            "Training needs scikit-learn, which the base install leaves out: pip install 'paybench[workbench]'."
        ) from None
    parts, known = [], []
    for kind, rarest in settings.rarest:
        columns, idf, weights = _tfidf(kind, said, rarest)
        parts.append(weights)
        known.append((kind, columns, idf))
    design = hstack(parts).tocsr()
    coefficients, intercept = np.zeros((design.shape[1], meant.shape[1])), np.zeros(meant.shape[1])
    for place in range(meant.shape[1]):
        fitted = LogisticRegression(C=settings.strength, solver="liblinear", dual=True, random_state=0, max_iter=1000)
        fitted.fit(design, meant[:, place])
        coefficients[:, place], intercept[place] = fitted.coef_[0], fitted.intercept_[0]
    blocks, begin = {}, 0
    for kind, columns, idf in known:
        blocks[kind] = Block(columns, idf, coefficients[begin : begin + len(columns)])
        begin += len(columns)
    return Linear(blocks, intercept)


def _tfidf(kind: str, said: Sequence[tuple[Word, ...]], rarest: int) -> tuple[dict[str, int], Floats, csr_matrix]:
    """The columns of the terms of a kind, how rare each is, and the weights (n, terms), rows of length 1."""
    from scipy.sparse import csr_matrix

    counted = [Counter(term for term, _ in BLOCKS[kind](words)) for words in said]
    occurs = Counter(term for counts in counted for term in counts)
    columns = {term: column for column, term in enumerate(sorted(t for t, n in occurs.items() if n >= rarest))}
    df = np.array([occurs[term] for term in columns], dtype=np.float64)
    idf = np.log((1 + len(said)) / (1 + df)) + 1
    starts, places, values = [0], [], []
    for counts in counted:
        kept = sorted((columns[term], times) for term, times in counts.items() if term in columns)
        row = np.array([c for c, _ in kept], dtype=np.int64)
        weights = (1 + np.log(np.array([times for _, times in kept], dtype=np.float64))) * idf[row]
        places.append(row)
        values.append(weights / np.sqrt((weights**2).sum()) if len(row) else weights)
        starts.append(starts[-1] + len(row))
    weights = csr_matrix((np.concatenate(values), np.concatenate(places), starts), shape=(len(said), len(columns)))
    return columns, idf, weights


def _platt(scores: Floats, truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset that turn scores into log odds which fit the truth best (Platt 1999), hardly regularised."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=10.0, max_iter=1000).fit(scores[:, None], truth)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def best_threshold(p: Floats, truth: NDArray[np.bool_], beta: float) -> float:
    """The threshold of p with the best F-beta; between two probabilities it lies in their middle."""
    order = np.argsort(-p, kind="stable")
    hits, said = np.cumsum(truth[order]), np.arange(1, len(p) + 1)
    best = int(((1 + beta**2) * hits / (beta**2 * truth.sum() + said)).argmax())
    following = p[order[best + 1]] if best + 1 < len(p) else 0.0
    return float((p[order[best]] + following) / 2)
