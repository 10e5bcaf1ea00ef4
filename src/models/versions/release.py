"""From a candidate to a version that serves, or to the reason why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ...ledger import Ledger
from ...progress import say
from .candidate import Candidate
from .card import tuning_sentence
from .promotion import KNOWN, challenge, ensure_champion, promote
from .registry import record_declined, register, registered
from .rules import UNSIGNED, signature_required
from .store import Store
from .train import baseline_candidate, train


@dataclass(frozen=True)
class Outcome:
    """What a training led to.

    Attributes
    ----------
    promoted : whether the candidate serves now. reason : why, or why not, in words.
    outcome : promoted; refused by the gate; declined (nothing was trained); registered (the gate was not asked, or a
        signature has to be given); or known (the champion is of the same data and settings).
    needed : about how many invoices it would take: with a known outcome if declined, later ones to judge by if
        refused; None if no number helps or none is lacking.
    champion : the version that serves. challenger : the candidate's version, empty if it was declined.
    checks : the gate's questions: name, passed, text.
    """

    promoted: bool
    outcome: str
    reason: str
    needed: int | None
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
    settled = partial(Outcome, checks=(), store=str(store.folder), champion=champion.label)
    key = candidate.about["key"]
    if champion.tags.get("key") == key and not candidate.declined:
        return settled(False, "known", KNOWN, None, challenger=champion.label)
    if candidate.declined:
        record_declined(store, candidate)
        return settled(False, "declined", candidate.declined, candidate.about["needed"], challenger="")
    challenger = registered(store, key) or register(store, candidate, extras)
    unsigned = gate and signature_required(store)
    if unsigned or not gate:
        challenge(store, challenger)
        reason = UNSIGNED if unsigned else "not asked for; 'paybench promote' asks the gate"
        return settled(False, "registered", reason, None, challenger=challenger.label)
    champion, verdict = promote(store, version=challenger)
    if champion.number == challenger.number and not verdict.promoted:  # another process was faster
        return replace(settled(False, "known", KNOWN, None, challenger=challenger.label), champion=champion.label)
    outcome = "promoted" if verdict.promoted else "refused"
    return Outcome(
        verdict.promoted,
        outcome,
        verdict.reason,
        verdict.needed,
        champion.label,
        challenger.label,
        tuple(asdict(check) for check in verdict.checks),
        str(store.folder),
    )


def train_and_release(
    ledger: Ledger,
    date: object,
    store: str | Path = "mlruns",
    trials: int = 12,
    seed: int = 0,
    horizon: int | None = None,
    gate: bool = True,
    show: bool = False,
    minutes: float | None = None,
    pictures: Callable[[Candidate, Path], dict[str, Path]] | None = None,
) -> tuple[Candidate, Outcome]:
    """``paybench train``: :func:`~.train.train`, then :func:`release`.

    Parameters
    ----------
    pictures : writes artifacts for the run into a folder, and says where they are; others as there.
    """
    place = Store.at(store)
    if gate:
        signature_required(place)  # settings that cannot be used are told before the training, not after it
    candidate = train(ledger, date, place.folder / "candidate", trials, seed, horizon, show, minutes)
    if not candidate.declined:
        say(tuning_sentence(candidate.about["tuning"]), show)
    with TemporaryDirectory() as folder:
        extras = pictures(candidate, Path(folder)) if pictures else {}
        return candidate, release(place, ledger, candidate, extras, gate, show)
