"""Fitting the weights of terms: scikit-learn finds them, what comes out needs numpy alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import PaybenchError
from .counted import Counted
from .embedding import Gist, embedder
from .linear import Block, Linear
from .settings import Settings
from .terms import BLOCKS
from .words import words_of

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fitted:
    """Weights, and what they say of every message.

    Attributes
    ----------
    gist : None without an embedding. scores : (n, classes) of all messages, those that were left out, too.
    """

    linear: Linear
    gist: Gist | None
    scores: Floats


@dataclass(frozen=True)
class Design:
    """Messages as numbers, from which any part of them can be learned.

    Attributes
    ----------
    counted : terms by kind. vectors : (n, size) the meaning of each whole text; (n, 0) without an embedding.
    """

    counted: Mapping[str, Counted]
    vectors: NDArray[np.float32]
    settings: Settings

    @classmethod
    def of(cls, texts: Sequence[str], settings: Settings) -> Design:
        """Count and embed.

        Parameters
        ----------
        texts : cleaned, without what they quote.

        Raises
        ------
        PaybenchError
            If scikit-learn, or what the embedding needs, is not installed.
        """
        try:
            import sklearn  # noqa: F401
        except ImportError:
            raise PaybenchError(
                "Training needs scikit-learn, which the base install leaves out: pip install 'paybench[workbench]'."
            ) from None
        words = [words_of(text) for text in texts]
        counted = {kind: Counted.of(words, BLOCKS[kind]) for kind, _, _ in settings.kinds}
        vectors = np.empty((len(texts), 0), dtype=np.float32)
        return cls(counted, embedder(settings.embedding).vectors(texts) if settings.embedding else vectors, settings)

    def fit(self, meant: NDArray[np.bool_], rows: NDArray[np.int64]) -> Fitted:
        """Learn from some of the messages: for each class one support vector machine with squared hinge loss.

        Parameters
        ----------
        meant : (n, classes), of which ``rows`` are looked at.
        """
        from scipy.sparse import csr_matrix, hstack
        from sklearn.svm import LinearSVC

        known = {kind: self.counted[kind].weighed(rows, rarest) for kind, rarest, _ in self.settings.kinds}
        parts: list[Any] = [weight * known[kind][2] for kind, _, weight in self.settings.kinds]
        design = hstack([*parts, csr_matrix(self.settings.gist_weight * self.vectors, dtype=np.float64)]).tocsr()
        inside = design[rows]
        coefficients, intercept = np.zeros((design.shape[1], meant.shape[1])), np.zeros(meant.shape[1])
        for place in range(meant.shape[1]):
            fitted = LinearSVC(C=self.settings.strength, tol=0.01, random_state=0, max_iter=5000)
            fitted.fit(inside, meant[rows, place])
            coefficients[:, place], intercept[place] = fitted.coef_[0], fitted.intercept_[0]
        return Fitted(*self._apart(coefficients, intercept, known), design @ coefficients + intercept)

    def _apart(
        self, coefficients: Floats, intercept: Floats, known: Mapping[str, tuple[dict[str, int], Floats, Any]]
    ) -> tuple[Linear, Gist | None]:
        """Weights by kind; what a kind weighs is in its coefficients."""
        blocks, begin = {}, 0
        for kind, _, weight in self.settings.kinds:
            columns, idf, _ = known[kind]
            own = weight * coefficients[begin : begin + len(columns)]
            blocks[kind] = Block(columns, idf, own.astype(np.float16))
            begin += len(columns)
        if not self.settings.embedding:
            return Linear(blocks, intercept), None
        of = embedder(self.settings.embedding)
        own = self.settings.gist_weight * coefficients[begin:]
        return Linear(blocks, intercept), Gist(of.name, of.sha256, own.astype(np.float32))
