"""One training in steps: import, features, tune, fit, calibrate, evaluate; each is done once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from ...ledger import Ledger, write_ledger
from ...ledger.natural import type_counts
from ...progress import say
from ..judge.decline import Declined, too_little
from ..judge.treated import treated
from ..learn.bundle import Bundle, read_bundle, write_bundle
from ..learn.fit import calibrated, fit_baseline, fit_trees
from ..learn.folds import Book
from ..learn.search import storage_at
from ..learn.space import all_defaults
from ..learn.tune import COLUMNS, Kept, Tuned, Tuning
from ..store.store import Store
from .aside import set_aside
from .candidate import Candidate
from .card import write_card
from .evaluate import Fitted, evaluate
from .helpers import helpers
from .steps import Steps, read_json, write_json

TRAINING = ("import", "features", "tune", "fit", "calibrate", "evaluate")
"""The steps, in their order."""


@dataclass
class Training:
    """A training that goes on where it was.

    Parameters
    ----------
    cut : the ledger as known at ``at``. about : what was asked for: key, trials, minutes, seed; for candidate.json.
    horizon : H in days after due, or None to choose it from the book.
    steps : where its results stay. store : in whose studies the trials of its tuning are kept; in memory by default.
    workers : processes that tune. With more than one, which trial learns from which is up to the machine.
    worker : which of them this is; 0 leads.
    """

    cut: Ledger
    at: pd.Timestamp
    about: dict[str, Any]
    horizon: int | None
    steps: Steps
    store: Store | None = None
    workers: int = 1
    worker: int = 0

    def inputs(self, step: str) -> dict[str, Any]:
        """All that a step's result depends on: what was asked for, and what the steps before it wrote."""
        before = TRAINING[: TRAINING.index(step)]
        return {"key": self.about["key"]} | {f"step {name}": self.steps.digest(name) for name in before}

    def candidate(self) -> Candidate:
        """Do what has not been done; the candidate, in the folder of the last step."""
        try:
            return self._candidate()
        finally:
            self._close()

    def _candidate(self) -> Candidate:
        self.snapshot()
        self._do("features", self._features)
        if not self.declined:
            self._do("tune", self._tune)
            self._do("fit", self._fit)
            self._do("calibrate", self._calibrate)
        return Candidate(self._do("evaluate", self._evaluate))

    def _close(self) -> None:
        """Let go of the studies' database; a tuning that is gone on with opens it again."""
        if (tuning := self.__dict__.pop("tuning", None)) is not None:
            tuning.close()

    def snapshot(self) -> Path:
        """The ledger as it was known, written down: what comes later in the run changes nothing."""
        return self._do("import", lambda new: write_ledger(self.cut, new / "ledger")) / "ledger"

    def _do(self, step: str, work: Any) -> Path:
        return self.steps.run(step, self.inputs(step), work)

    # features: the book's rows, its horizon, the first day of the gate's rows, or why there is too little to train on

    def _features(self, new: Path) -> None:
        book, start = Book(self.cut, self.at, self.horizon), self.at
        declined = too_little(book.known_at(book.at))
        if not declined:
            book, start = set_aside(book)
            declined = too_little(book.known_at(book.at), book.known_at(start), book.issued_in(start))
        book.keep(new, lived=not declined)
        found = {"horizon": book.H, "start": f"{start:%Y-%m-%d}"}
        found |= {"declined": declined.reason, "needed": declined.needed} if declined else {}
        write_json(new / "book.json", found)
        self.__dict__["_book"] = book  # so that the next step need not read it

    @property
    def _found(self) -> dict[str, Any]:
        return read_json(self.steps.folder / "features" / "book.json")

    @cached_property
    def _book(self) -> Book:
        return Book(self.cut, self.at, self._found["horizon"], self.steps.folder / "features")

    @property
    def _start(self) -> pd.Timestamp:
        return pd.Timestamp(self._found["start"]).as_unit("s")

    @property
    def declined(self) -> Declined | None:
        """Why there is too little to train on, if so; once the features are built."""
        found = self._found
        return Declined(found["declined"], found["needed"]) if "declined" in found else None

    # tune: the parameters

    @cached_property
    def tuning(self) -> Tuning:
        """Of the book as known before the gate's rows."""
        uri = self.store.study_uri if self.store else ""
        kept = Kept(storage_at(uri), self.about["key"], self.worker) if uri else None
        return Tuning(Book(self.cut, self._start, self._found["horizon"]), self.about["seed"], kept)

    def search(self, wanted: Callable[[], bool] = lambda: True) -> None:
        """Search until the budget is spent, or nobody wants it any longer."""
        show = self.steps.show and self.worker == 0
        self.tuning.search(self.about["trials"], self.about["minutes"], show, wanted)

    def _tune(self, new: Path) -> None:
        book, start = self._book, self._start
        many, later = len(book.known_at(start)), len(book.issued_in(start))
        say(f"{many} invoices to fit on, {later} later ones to judge by (from {start:%Y-%m-%d})", self.steps.show)
        with helpers(self):
            self.search()
        tuned = self.tuning.found(self.about["minutes"] is not None)
        write_json(new / "tuned.json", {name: getattr(tuned, name) for name in ("parameters", "stalled", "seconds")})
        tuned.trials.to_csv(new / "trials.csv", index=False)

    @property
    def _tuned(self) -> Tuned:
        folder = self.steps.folder / "tune"
        found = read_json(folder / "tuned.json")
        trials = pd.read_csv(folder / "trials.csv") if found["parameters"] else pd.DataFrame(columns=COLUMNS)
        return Tuned(found["parameters"], trials, stalled=tuple(found["stalled"]), seconds=found["seconds"])

    # fit: the trees of the candidate, of its twin, and of the twin without tuning

    def _fit(self, new: Path) -> None:
        book, start, seed, parameters = self._book, self._start, self.about["seed"], self._tuned.parameters
        write_bundle(fit_trees(book, parameters, seed, start), new / "twin")
        write_bundle(fit_trees(book, parameters, seed), new / "bundle")
        if parameters and parameters != all_defaults(len(book.known_at(start))):
            write_bundle(fit_trees(book, {}, seed, start), new / "plain")

    def _bundles(self, step: str) -> dict[str, Bundle]:
        folder = self.steps.folder / step
        return {name: read_bundle(folder / name) for name in ("bundle", "twin", "plain") if (folder / name).is_dir()}

    # calibrate: the same, calibrated on what the tuning's folds predicted out of time

    def _calibrate(self, new: Path) -> None:
        calibration = self.tuning.calibration(self._tuned)
        for name, trees in self._bundles("fit").items():
            origin = None if name == "bundle" else self._start
            write_bundle(calibrated(trees, calibration, self._book, origin), new / name)

    # evaluate: the candidate

    def _evaluate(self, new: Path) -> None:
        about = self.about | {"invoices": len(self._book.X)}
        if declined := self.declined:
            about |= write_baseline(self._book, declined, new)
        else:
            say("comparing with every baseline", self.steps.show)
            fit = Fitted(**self._bundles("calibrate"))
            about |= evaluate(self._book, self._start, fit, self._tuned, self.about["seed"], new)
        write_candidate(about, new)


def write_baseline(book: Book, declined: Declined, folder: Path) -> dict[str, Any]:
    """The Baseline as a candidate's bundle; what candidate.json says of it."""
    write_bundle(fit_baseline(book), folder / "bundle")
    return {
        "declined": declined.reason,
        "needed": declined.needed,
        "horizon": book.H,
        "matured": len(book.known_at(book.at)),
        "rows": book.used(),
        "customers": type_counts(book.cut),
        "treated": treated(book.cut, book.known_at(book.at)),
    }


def write_candidate(about: dict[str, Any], folder: Path) -> None:
    """candidate.json, and the card."""
    write_json(folder / "candidate.json", about)
    write_card(Candidate(folder))
