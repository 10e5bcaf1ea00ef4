"""How well replies are understood: figures on the frozen replies, which are internal, and on Banking77, if it is there.

    python benchmarks/replies.py --store DIR                   the champion of a store
    python benchmarks/replies.py                               trained anew on data/replies/train
    python benchmarks/replies.py --embedding minilm            with the meaning of whole texts beside the words (extra)
    python benchmarks/replies.py --banking77 train.csv test.csv   its two files; columns text, category
    python benchmarks/replies.py --left-out                    each author judged by what the others wrote

The frozen replies were written apart from those of the training, by other authors, but for the same project and to the
same definitions: figures on them say little of a firm's own customers. Banking77 (Casanueva et al. 2020) is from
outside: the same terms and settings, one intent per text, trained on its own training part, whole and ten texts of each
intent. Its files are in PolyAI-LDN/task-specific-datasets on GitHub (banking_data, CC-BY-4.0).
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

from paybench.command import answered
from paybench.converse.intents import (
    RULES,
    SAFETY,
    Answers,
    Corpus,
    abstention,
    by_intent,
    by_language,
    champion_intents,
    figures,
    nearest,
    read_corpus,
    train_intents,
)
from paybench.converse.intents.fitted import Design
from paybench.converse.intents.settings import Settings
from paybench.converse.understand import mood

_ENOUGH = 5
"""Replies of every intent that an author has to have written to be judged by."""
_FEW, _GIST = 10, 1.0
"""Texts of each intent in the small training; weight of the meaning of the whole text beside the words."""
DATA = Path(__file__).resolve().parents[1] / "data" / "replies"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, metavar="DIR", help="whose champion is asked; without it one is trained")
    parser.add_argument("--banking77", type=Path, nargs=2, metavar="FILE", help="train.csv and test.csv")
    parser.add_argument("--embedding", default="", metavar="NAME", help="minilm: with the extra embeddings")
    parser.add_argument("--left-out", action="store_true", help="judge on authors that were left out, and end")
    options = parser.parse_args()
    return answered("replies", lambda: _run(options))


def _run(options: argparse.Namespace) -> None:
    train = read_corpus(DATA / "train")
    settings = Settings(embedding=options.embedding)
    if options.left_out:
        return _left_out(train, settings)
    if options.banking77:
        return _banking77(*options.banking77, options.embedding)
    model = champion_intents(options.store) if options.store else train_intents(train, settings=settings)
    parts = {name: read_corpus(DATA / "frozen" / f"test_{name}.jsonl") for name in ("general", "safety")}
    both = read_corpus(*(DATA / "frozen" / f"test_{name}.jsonl" for name in parts))
    start = perf_counter()
    answers = Answers.of(model, both)
    each = (perf_counter() - start) / len(both) * 1000
    rows = {"rules alone": figures(Answers.of(RULES, both)), "model": figures(answers)}
    rows |= {f"model, {name}": figures(Answers.of(model, part)) for name, part in parts.items()}
    rows |= {f"model, {name}": found for name, found in by_language(answers, both.languages).items()}
    print(f"{len(train)} replies to learn from, {len(both)} frozen; {each:.1f} ms a reply")
    print(pd.DataFrame(rows).T.round(3).to_string())
    print(by_intent(answers).assign(safety=lambda table: table.index.isin(SAFETY)).round(2).to_string())
    print(abstention(answers).round(3).to_string(index=False))
    frame = pd.DataFrame(both.rows)
    names = [{intent.name for intent in model.meaning(text).intents} for text in both.texts]
    moods = pd.DataFrame([mood(text, meant) for text, meant in zip(both.texts, names, strict=True)])
    urgent, neutral = frame["urgent"].astype(bool), frame["sentiment"] == "neutral"
    print(f"sentiment right {(moods[1] == frame['sentiment']).mean():.3f} (commonest {neutral.mean():.3f})")
    print(f"urgent right {((moods[0] == 'high') == urgent).mean():.3f} (commonest {(~urgent).mean():.3f})")
    near = nearest(both, train)
    told = ", ".join(f"{share:.0%} {value:.2f}" for share, value in near["cosine"].quantile([0.5, 0.9, 0.99]).items())
    close = near[near["cosine"] > 0.9]
    print(f"nearest reply of the training (cosine): {told}; above .9: {len(close)}")
    print(close.to_string(index=False))
    print("Banking77: skipped, its files were not named (--banking77 train.csv test.csv)")


def _left_out(corpus: Corpus, settings: Settings) -> None:
    """Each author who wrote of every intent, judged by a model of all that the others wrote."""
    authors = np.array(corpus.authors)
    rows = {}
    for author in sorted(set(corpus.authors)):
        own = authors == author
        if corpus.intents[own].sum(axis=0).min() < _ENOUGH:
            continue
        model = train_intents(corpus.take(~own), settings=settings)
        rows[author] = {"replies": own.sum()} | figures(Answers.of(model, corpus.take(own)))
    table = pd.DataFrame(rows).T
    print(pd.concat([table, table.mean().to_frame("mean").T]).round(3).to_string())


def _banking77(train: Path, test: Path, embedding: str) -> None:
    known, asked = pd.read_csv(train), pd.read_csv(test)
    texts = [*known["text"], *asked["text"]]
    categories = np.sort(known["category"].unique())
    of = np.searchsorted(categories, [*known["category"], *asked["category"]])
    inside, outside = np.arange(len(known)), np.arange(len(known), len(texts))
    rng = np.random.default_rng(0)
    few = np.concatenate([rng.choice(inside[of[inside] == one], _FEW, replace=False) for one in range(len(categories))])
    words = Settings(strength=1.0)
    variants = {"words": words}
    if embedding:
        variants |= {
            "meaning of the whole text": replace(words, kinds=(), embedding=embedding, gist_weight=1.0),
            "both": replace(words, embedding=embedding, gist_weight=_GIST),
        }
    print(
        f"Banking77: {len(known)} texts of {len(categories)} intents to learn from, {len(asked)} to judge by; accuracy"
    )
    for name, settings in variants.items():
        design = Design.of(texts, settings)
        right = [
            (design.fit(of[:, None] == np.arange(len(categories)), rows).scores.argmax(axis=1) == of)[outside].mean()
            for rows in (inside, few)
        ]
        print(f"{name:28s} all {right[0]:.3f}   {_FEW} of each {right[1]:.3f}")


if __name__ == "__main__":
    sys.exit(main())
