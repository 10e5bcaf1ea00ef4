"""How well replies are understood: figures on the frozen replies, which are internal, and on Banking77, if it is there.

    python benchmarks/replies.py --store DIR                   the champion of a store
    python benchmarks/replies.py                               trained anew on data/replies/train
    python benchmarks/replies.py --banking77 train.csv test.csv   its two files; columns text, category

The frozen replies were written apart from those of the training, by other authors, but for the same project and to the
same definitions: figures on them say little of a firm's own customers. Banking77 (Casanueva et al. 2020) is from
outside: the same terms and regressions, one intent per text, trained on its own training part.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

from paybench.command import answered
from paybench.converse.intents import (
    RULES,
    SAFETY,
    Answers,
    abstention,
    by_intent,
    by_language,
    champion_intents,
    figures,
    nearest,
    read_corpus,
    train_intents,
)
from paybench.converse.intents.learn import Settings, fit_linear
from paybench.converse.intents.words import words_of
from paybench.converse.understand import mood

DATA = Path(__file__).resolve().parents[1] / "data" / "replies"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=Path, metavar="DIR", help="whose champion is asked; without it one is trained")
    parser.add_argument("--banking77", type=Path, nargs=2, metavar="FILE", help="train.csv and test.csv")
    options = parser.parse_args()
    return answered("replies", lambda: _run(options))


def _run(options: argparse.Namespace) -> None:
    train = read_corpus(DATA / "train")
    model = champion_intents(options.store) if options.store else train_intents(train)
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
    if options.banking77:
        _banking77(*options.banking77)
    else:
        print("Banking77: skipped, its files were not named (--banking77 train.csv test.csv)")


def _banking77(train: Path, test: Path) -> None:
    known, asked = pd.read_csv(train), pd.read_csv(test)
    categories = np.sort(known["category"].unique())
    meant = known["category"].to_numpy()[:, None] == categories[None, :]
    linear = fit_linear([words_of(text) for text in known["text"]], meant, Settings())
    said = categories[[int(linear.scores(words_of(text)).argmax()) for text in asked["text"]]]
    print(f"Banking77: accuracy {(said == asked['category']).mean():.3f} of {len(asked)}")


if __name__ == "__main__":
    sys.exit(main())
