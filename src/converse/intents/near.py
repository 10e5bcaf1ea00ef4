"""How near the replies of a test are to those of a training."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from ..text import cleaned, plain_letters
from .corpus import Corpus

_SIZES = (3, 4, 5)


def nearest(test: Corpus, train: Corpus) -> pd.DataFrame:
    """Of each reply of a test the most similar one of a training: cosine of TF-IDF over pieces of 3 to 5 letters.

    Returns
    -------
    DataFrame, one row per reply of ``test``: author, row (its number in the test), near (the number of the training's),
    near_author, cosine, exact (whether the plain letters are the same).
    """
    from scipy.sparse import csr_matrix

    counted = [_pieces(text) for text in (*train.texts, *test.texts)]
    occurs = Counter(piece for counts in counted for piece in counts)
    columns = {piece: column for column, piece in enumerate(occurs)}
    idf = np.log((1 + len(counted)) / (1 + np.array(list(occurs.values()), dtype=np.float64))) + 1
    starts, places, values = [0], [], []
    for counts in counted:
        row = np.array([columns[piece] for piece in counts], dtype=np.int64)
        weights = (1 + np.log(np.array(list(counts.values()), dtype=np.float64))) * idf[row]
        places.append(row)
        values.append(weights / max(float(np.sqrt((weights**2).sum())), 1e-12))
        starts.append(starts[-1] + len(row))
    rows = csr_matrix((np.concatenate(values), np.concatenate(places), starts), shape=(len(counted), len(columns)))
    similar = (rows[len(train) :] @ rows[: len(train)].T).toarray()
    near = similar.argmax(axis=1)
    known = {plain_letters(text) for text in train.texts}
    return pd.DataFrame(
        {
            "author": test.authors,
            "row": np.arange(len(test)),
            "near": near,
            "near_author": [train.authors[place] for place in near],
            "cosine": np.minimum(similar[np.arange(len(test)), near], 1.0),
            "exact": [plain_letters(text) in known for text in test.texts],
        }
    )


def _pieces(text: str) -> Counter[str]:
    plain = f" {plain_letters(cleaned(text))} "
    return Counter(plain[begin : begin + size] for size in _SIZES for begin in range(len(plain) - size + 1))
