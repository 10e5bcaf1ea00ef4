"""From a candidate to a version that serves, or to the reason why not."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..ledger import Ledger
from ..progress import say
from .candidate import Candidate
from .promotion import challenge, ensure_champion, promote
from .registry import register, registered
from .store import Store
from .train import baseline_candidate, train


@dataclass(frozen=True)
class Outcome:
    """What a training led to.

    Attributes
    ----------
    promoted : whether the candidate serves now. reason : why, or why not.
    champion : the version that serves. challenger : the candidate's version, empty if it was declined.
    checks : the gate's questions: name, passed, text.
    """

    promoted: bool
    reason: str
    champion: str
    challenger: str
    checks: tuple[dict[str, Any], ...]
    store: str

    @property
    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return asdict(self)


def release(
    store: Store,
    ledger: Ledger,
    candidate: Candidate,
    extras: dict[str, Path] | None = None,
    gate: bool = True,
    show: bool = False,
) -> Outcome:
    """Register a candidate as challenger, then ask the gate.

    Parameters
    ----------
    store, ledger, candidate : where, on what data, and what. In a new store the Baseline becomes champion first.
    extras : further files or folders for the run's artifacts, by artifact folder. A candidate that is registered
        already, from the same data, settings and code, is not registered again.
    gate : False registers only. show : progress.
    """
    say("registering in MLflow", show)
    with TemporaryDirectory() as place:
        first = partial(baseline_candidate, ledger, candidate.about["as_of"], Path(place) / "baseline")
        champion = ensure_champion(store, candidate.about["book"], first)
    if champion.tags.get("key") == candidate.about["key"] and not candidate.declined:
        reason = "the champion was trained from the same data and settings"
        return Outcome(False, reason, champion.label, champion.label, (), str(store.folder))
    if candidate.declined:
        return Outcome(False, candidate.declined, champion.label, "", (), str(store.folder))
    challenger = registered(store, candidate.about["key"]) or register(store, candidate, extras)
    challenge(store, challenger)
    if not gate:
        reason = "not asked for; 'paybench promote' asks the gate"
        return Outcome(False, reason, champion.label, challenger.label, (), str(store.folder))
    champion, verdict = promote(store)
    checks = tuple(asdict(check) for check in verdict.checks)
    return Outcome(verdict.promoted, verdict.reason, champion.label, challenger.label, checks, str(store.folder))


def train_and_release(
    ledger: Ledger,
    date: object,
    store: str | Path = "mlruns",
    trials: int = 12,
    seed: int = 0,
    horizon: int | None = None,
    gate: bool = True,
    show: bool = False,
) -> tuple[Candidate, Outcome]:
    """``paybench train``: :func:`~.train.train`, then :func:`release`."""
    place = Store.at(store)
    candidate = train(ledger, date, place.folder / "candidate", trials, seed, horizon, show)
    return candidate, release(place, ledger, candidate, gate=gate, show=show)
