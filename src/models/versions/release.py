"""From a candidate to a version that serves, or to the reason why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ...errors import PaybenchError
from ...ledger import Ledger
from ...progress import say
from ..gate.gate import Verdict
from ..store.rules import UNSIGNED, signature_required
from ..store.store import CHAMPION, Store, Version
from ..training.candidate import Candidate
from ..training.card import tuning_sentence
from ..training.steps import Steps, read_json, sweep, write_json
from ..training.train import LATEST, WORK, asked, baseline_candidate
from .promotion import KNOWN, challenge, ensure_champion, promote, proven, verdict_on
from .registry import record_declined, register, registered

KEPT = 3
"""Trainings whose steps stay in a store."""


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


RELEASE = ("register", "gate", "export", "promote")
"""The steps from a candidate to the version that serves, or to the reason why not."""


def release(
    store: Store,
    ledger: Ledger,
    candidate: Candidate,
    extras: dict[str, Path] | None = None,
    gate: bool = True,
    steps: Steps | None = None,
) -> Outcome:
    """Register a candidate as challenger, then ask the gate.

    Parameters
    ----------
    store, ledger, candidate : where, on what data, and what. In a new store the Baseline becomes champion first.
    extras : further files or folders for the run's artifacts, by artifact folder. A candidate that is registered
        already, from the same data, settings and code, is not registered again.
    gate : False registers only. steps : where it is kept what has been done; nowhere by default.
    """
    with TemporaryDirectory() as place:
        steps = steps or Steps(Path(place) / "steps")
        first = partial(baseline_candidate, ledger, candidate.about["as_of"], Path(place) / "baseline")
        champion = ensure_champion(store, candidate.about["book"], first)
        settled = partial(Outcome, checks=(), store=str(store.folder), champion=champion.label)
        key = candidate.about["key"]
        if champion.tags.get("key") == key and not candidate.declined:
            return settled(False, "known", KNOWN, None, challenger=champion.label)
        if candidate.declined:
            record_declined(store, candidate)
            return settled(False, "declined", candidate.declined, candidate.about["needed"], challenger="")
        challenger = _registered(store, candidate, extras, steps)
        unsigned = gate and signature_required(store)
        if unsigned or not gate:
            challenge(store, challenger)
            reason = UNSIGNED if unsigned else "not asked for; 'paybench promote' asks the gate"
            return settled(False, "registered", reason, None, challenger=challenger.label)
        return _promoted(store, challenger, champion, steps)


def release_due(store: Store, key: str, steps: Steps) -> dict[str, str]:
    """Why each of :data:`RELEASE` would be done for a training; empty for what has been."""
    champion = store.version(CHAMPION) if store.exists else None
    if champion is not None and champion.tags.get("key") == key:
        return dict.fromkeys(RELEASE, "")  # it serves
    challenger = registered(store, key) if store.exists else None
    if champion is None or challenger is None:
        return dict.fromkeys(RELEASE, "not registered yet")
    inputs = {"challenger": challenger.run_id, "champion": champion.run_id}
    due = {"register": "", "gate": steps.due("gate", inputs)}
    due["promote"] = due["gate"] or steps.due("promote", inputs | {"gate": steps.digest("gate")})
    if due["gate"]:
        due["export"] = due["promote"]
    else:
        passed = all(c["passed"] for c in read_json(steps.folder / "gate" / "verdict.json")["checks"])
        due["export"] = steps.due("export", inputs) if passed else ""
    return {name: due[name] for name in RELEASE}


def _registered(store: Store, candidate: Candidate, extras: dict[str, Path] | None, steps: Steps) -> Version:
    key = candidate.about["key"]
    found = registered(store, key)
    if found is None:
        steps.forget("register")

    def work(new: Path) -> None:
        version = found or register(store, candidate, extras)
        write_json(new / "version.json", {"number": version.number, "run_id": version.run_id})

    steps.run("register", {"key": key}, work)
    return found or _there(registered(store, key), store)


def _promoted(store: Store, challenger: Version, champion: Version, steps: Steps) -> Outcome:
    """Ask the gate, prove the export, and let it serve if it may; an answer that was given stays."""
    inputs = {"challenger": challenger.run_id, "champion": champion.run_id}
    judged: list[Verdict] = []

    def ask(new: Path) -> None:
        judged.append(verdict_on(store, challenger, champion))
        write_json(new / "verdict.json", asdict(judged[0]))

    def serve(new: Path) -> None:
        before = (champion, judged[0]) if judged else None
        serves, verdict = promote(store, version=challenger, judged=before)
        outcome = "promoted" if verdict.promoted else "refused"
        reason = verdict.reason
        if serves.number == challenger.number and not verdict.promoted:  # another process was faster
            outcome, reason = "known", KNOWN
        checks = [asdict(check) for check in verdict.checks] if outcome != "known" else []
        found = {"promoted": verdict.promoted, "outcome": outcome, "reason": reason, "needed": verdict.needed}
        write_json(new / "outcome.json", found | {"champion": serves.label, "checks": checks})

    verdict = read_json(steps.run("gate", inputs, ask) / "verdict.json")
    if all(check["passed"] for check in verdict["checks"]):
        steps.run("export", inputs, lambda new: proven(store, challenger, new / "bundle"))
    found = read_json(steps.run("promote", inputs | {"gate": steps.digest("gate")}, serve) / "outcome.json")
    return Outcome(**found | {"checks": tuple(found["checks"])}, challenger=challenger.label, store=str(store.folder))


def _there(version: Version | None, store: Store) -> Version:
    if version is None:
        raise PaybenchError(f"The version was taken out of the store at {store.folder} meanwhile; run it again.")
    return version


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
    workers: int = 1,
) -> tuple[Candidate, Outcome]:
    """``paybench train``: :func:`~..training.train.train`, its steps kept in the store, then :func:`release`.

    Parameters
    ----------
    pictures : writes artifacts for the run into a folder, and says where they are; others as there.
    workers : processes that tune. With more than one, which trial learns from which, and so the result, is up to the
        machine.
    """
    place = Store.at(store)
    if gate:
        signature_required(place)  # settings that cannot be used are told before the training, not after it
    training = asked(ledger, date, trials, seed, horizon, minutes, place, workers, show)
    with training.steps.lock():
        candidate = training.candidate()
        if not candidate.declined:
            say(tuning_sentence(candidate.about["tuning"]), show)
        with TemporaryDirectory() as folder:
            extras = pictures(candidate, Path(folder)) if pictures else {}
            outcome = release(place, ledger, candidate, extras, gate, training.steps)
        settle(place, training.steps)
    return candidate, outcome


def settle(store: Store, steps: Steps) -> None:
    """Let the store's link point to the candidate of the latest training, and remove the steps of older ones."""
    link = store.folder / LATEST
    with TemporaryDirectory(dir=store.folder, prefix=f".{LATEST}-") as place:
        new, old = Path(place) / "new", Path(place) / "old"
        new.symlink_to((steps.folder / "evaluate").relative_to(store.folder))
        if link.is_dir() and not link.is_symlink():
            link.rename(old)
        new.replace(link)
    sweep(store.folder / WORK, KEPT)
