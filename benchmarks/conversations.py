"""What it is worth to read what customers write: `python benchmarks/conversations.py`.

In worlds whose truth is known, the same rows, folds and parameters with messages unread, read by the truth (what the
simulator meant), and read by whatever reads them. What is unread leaves the family `conversations` constant, which
trees do not use: the models are those without it. How often messages were sent and promises kept is known either way.

Figures are 1 - loss / loss without, in per cent, the mean over seeds and a 95 % interval by a bootstrap over seeds;
AUROC is a difference in points. `issue`: of invoices on their day of issue. `open`: of what is open at a fold's origin;
`unpaid` is whether it still is 30 days later. `asked`: the same rows, but only of customers who asked for time in the
90 days before.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from paybench.converse.annotate import annotated
from paybench.converse.intents import RULES, champion_intents
from paybench.features.families.conversations import INTENTS as HEARD
from paybench.ledger import Ledger
from paybench.models.family.daily import days_overdue
from paybench.models.family.hazard import Hazard
from paybench.models.family.late import LateDirect
from paybench.models.family.timing import Timing
from paybench.models.learn.folds import Book, end_of
from paybench.models.learn.metrics import log_loss
from paybench.models.learn.space import defaults
from paybench.models.learn.timefolds import Fold, time_folds
from paybench.simulate import Settings, World, simulate

Floats = NDArray[np.float64]

INTENTS = {
    "promise": "promise_to_pay", "need_time": "need_more_time", "dispute": "dispute", "copy": "send_invoice",
    "paid": "already_paid", "stop": "unsubscribe", "away": "out_of_office", "insolvent": "insolvency",
}  # fmt: skip
"""By what the simulator calls it, the intent. Its words are of few kinds: that rules understand them all says nothing
of how well they understand people."""


def by_truth(world: World) -> Ledger:
    """The book, its messages read by what the simulator meant."""
    truth = world.oracle["truth_messages.parquet"].set_index("message_id")["intent"].map(INTENTS)
    messages = world.ledger.messages
    said = pd.Series(truth.reindex(messages["message_id"]).to_numpy(), index=messages.index, dtype="str")
    return world.ledger.with_tables({"messages": messages.assign(meaning=said)})


def settings_of(world: str, replies: float) -> Settings:
    """The settings of a world: easy or hard, ``calm`` = no shortage of money ever; and how much more is answered."""
    settings = Settings.mode(world.split()[0])
    types = tuple(replace(t, replies=min(t.replies * replies, 0.9)) for t in settings.types)
    if not world.endswith("calm"):
        return replace(settings, types=types)
    return replace(settings, types=tuple(replace(t, squeezed=0.0, defaults=0.0) for t in types), tight=(0.0, 1.0))


def read_badly(ledger: Ledger, wrong: float, seed: int) -> Ledger:
    """The book, of which a share of the messages is read to mean what another one means."""
    random, messages = np.random.default_rng(seed), ledger.messages
    other = messages["meaning"].sample(frac=1.0, random_state=seed).to_numpy()
    said = messages["meaning"].where(random.random(len(messages)) >= wrong, pd.Series(other, messages.index))
    return ledger.with_tables({"messages": messages.assign(meaning=said)})


SAME = "read as the truth is"

WORLDS = ("easy", "hard", "easy calm", "hard calm")


def losses(book: Book, folds: list[Fold], seed: int) -> Iterator[dict[str, tuple[Floats, Floats, bool]]]:
    """Of each fold by name of the figure: loss or outcome (n,), score (n,), and whether it is an AUROC."""
    rows = len(book.known_at(folds[0].origin))
    for f in folds:
        timing = Timing(book.H, book.ledger.grace_days, late=LateDirect(**defaults("late", rows)), seed=seed)
        late = timing.fit_late(f.train.X, f.train.days_late, f.train.seen)
        hazard = Hazard(horizon=book.H, seed=seed, **defaults("hazard", rows))
        hazard.fit(f.train.X, f.train.days_late, f.train.seen, f.train.habits, f.pooled, f.tail)
        p = late.predict_proba(f.test.X)[:, 1] if late else np.full(len(f.test), f.test.late.mean())
        crps = hazard.predict_distribution(f.test.X, f.habits).crps(f.test.y, book.H)
        overdue = days_overdue(f.opened.X)
        still = hazard.predict_distribution(f.opened.X, f.open_habits)
        open_crps = still.crps(f.opened.y, book.H)
        unpaid = np.clip(still.given_unpaid(overdue).later_than(overdue + 29), 1e-4, 1 - 1e-4)
        told = overdue + 30 <= book.H  # beyond the horizon nobody knows when it was paid
        later = (f.opened.y > overdue + 29).astype(np.float64)
        yield {
            "issue log loss": (log_loss(f.test.late, p), p, False),
            "issue AUROC": (f.test.late, p, True),
            "issue CRPS": (crps, p, False),
            "open CRPS": (open_crps, unpaid, False),
            "unpaid log loss": (log_loss(later[told], unpaid[told]), unpaid, False),
            "unpaid AUROC": (later[told], unpaid[told], True),
        }


def asked(book: Book, fold: Fold) -> dict[str, NDArray[np.bool_]]:
    """Which rows of a fold are of customers who asked for time in the 90 days before, by the book's reading."""
    return {
        "issue log loss": (fold.test.X["asks_90"] > 0).to_numpy(),
        "issue CRPS": (fold.test.X["asks_90"] > 0).to_numpy(),
        "open CRPS": (fold.opened.X["asks_90"] > 0).to_numpy(),
    }


def as_features(said: pd.Series) -> pd.Series:
    """What features hear of a meaning: which of their intents it has."""
    return said.map(lambda names: ",".join(sorted(set(HEARD) & set(names.split(",")))))


def compared(world: World, readings: dict[str, Ledger], seed: int) -> dict[tuple[str, str], float]:
    """By reading and figure, what the family is worth in one world."""
    said = {name: as_features(ledger.messages["meaning"]) for name, ledger in readings.items()}
    alike = {(name, SAME): 100 * float((said[name] == said["truth"]).mean()) for name in said if name != "truth"}
    # What reads as the truth does has its figures.
    readings = {name: book for name, book in readings.items() if alike.get((name, SAME)) != 100}
    end = end_of(world.ledger)
    books = {name: Book(ledger, end) for name, ledger in {"": world.ledger, **readings}.items()}
    horizon = books[""].H
    assert all(horizon == book.H for book in books.values())
    folded = {name: time_folds(book) for name, book in books.items()}
    found = {name: list(losses(book, folded[name], seed)) for name, book in books.items()}
    who = [asked(books["truth"], fold) for fold in folded["truth"]]
    figures: dict[tuple[str, str], float] = dict(alike)
    for name in readings:
        for what, (_, _, is_auroc) in found[""][0].items():
            pairs = [(one[what], two[what]) for one, two in zip(found[name], found[""], strict=True)]
            if is_auroc:
                gains = [100 * (roc_auc_score(*one[:2]) - roc_auc_score(*two[:2])) for one, two in pairs]
                figures[name, what] = float(np.mean(gains))
                continue
            figures[name, what] = _gain([one[0] for one, _ in pairs], [two[0] for _, two in pairs])
            if what in who[0]:
                some = [(one[0][w[what]], two[0][w[what]]) for (one, two), w in zip(pairs, who, strict=True)]
                figures[name, f"asked: {what}"] = _gain([one for one, _ in some], [two for _, two in some])
    rows = sum(len(f.test) for f in folded["truth"])
    figures["", "rows of who asked, %"] = 100 * sum(w["issue CRPS"].sum() for w in who) / rows
    figures["", "messages / invoice"] = len(world.ledger.messages) / len(world.ledger.invoices)
    return figures


def _gain(ours: list[Floats], theirs: list[Floats]) -> float:
    total = sum(x.sum() for x in theirs)
    return float(100 * (1 - sum(x.sum() for x in ours) / total)) if total > 0 else float("nan")


def interval(values: Floats, draws: int = 2000) -> tuple[float, float]:
    """95 % interval of a mean by a bootstrap over seeds."""
    random = np.random.default_rng(0)
    means = random.choice(values, (draws, len(values))).mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--customers", type=int, default=150)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--worlds", nargs="+", choices=WORLDS, default=list(WORLDS))
    parser.add_argument("--replies", nargs="+", type=float, default=[1.0], help="factors on the chance of an answer")
    parser.add_argument("--wrong", type=float, default=0.0, help="also with such a share of messages read wrong")
    parser.add_argument("--store", type=Path, help="also read by the intents' champion of this store")
    options = parser.parse_args()
    readers: dict[str, Any] = {"rules": RULES}
    if options.store:
        readers["model"] = champion_intents(options.store)
    for name in options.worlds:
        for replies in options.replies:
            begun, found = time.process_time(), []
            for seed in range(options.seeds):
                world = simulate(
                    options.customers, options.months, seed, settings=settings_of(name, replies), truth="none"
                )
                readings = {"truth": by_truth(world)}
                if options.wrong:
                    readings["wrong"] = read_badly(readings["truth"], options.wrong, seed)
                readings |= {who: annotated(world.ledger, reader) for who, reader in readers.items()}
                found.append(compared(world, readings, seed))
            show(f"{name} world, replies x {replies:g}", found, time.process_time() - begun)


def show(what: str, found: list[dict[tuple[str, str], float]], seconds: float) -> None:
    """Print the figures of one world, one dict a seed."""
    names = list(dict.fromkeys(name for one in found for name in one))
    values = {name: np.array([one[name] for one in found if name in one]) for name in names}
    about = ", ".join(f"{figure} {values['', figure].mean():.2f}" for reading, figure in names if not reading)
    print(f"\n{what} ({len(found)} seeds; {about}; {seconds:.0f} CPU s)", flush=True)
    for reading, figure in names:
        some = values[reading, figure]
        if figure == SAME:
            print(f"  {reading:9s} {figure:24s} {some.mean():6.1f} % of messages")
        elif reading and (len(some) < len(found) or np.isnan(some).any()):
            print(f"  {reading:9s} {figure:24s} not in every seed")
        elif reading:
            low, high = interval(some)
            better = "better" if low > 0 else "worse" if high < 0 else "may be chance"
            print(f"  {reading:9s} {figure:24s} {some.mean():+6.2f}  ({low:+6.2f} to {high:+6.2f})  {better}")


if __name__ == "__main__":
    main()
