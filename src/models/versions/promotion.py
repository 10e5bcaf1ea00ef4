"""Promotion: which version serves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ...errors import PaybenchError
from ..learn.bundle import Bundle, read_bundle, write_bundle
from .candidate import Candidate
from .gate import Check, Verdict, judge
from .mend import mend
from .registry import register, settle_outcome
from .store import CHALLENGER, CHAMPION, NAMES, PREVIOUS, Store, Version

if TYPE_CHECKING:
    from mlflow import MlflowClient


def ensure_champion(store: Store, book: str, baseline: Callable[[], Candidate]) -> Version:
    """The champion; in a new store the Baseline becomes it, so that there is always something to score with."""
    champion = store.version(CHAMPION)
    if champion is not None and champion.tags.get("book") != book:
        raise PaybenchError(
            f"The store at {store.folder} serves the book '{champion.tags.get('book')}', and this ledger is of "
            f"'{book}'; name another --store."
        )
    if champion is None:
        first = register(store, candidate := baseline())
        with store.lock():
            champion = store.version(CHAMPION)
            if champion is None:
                export(store, first)
                _point(store.client(), CHAMPION, first.number)
                settle_outcome(store, first, "promoted", candidate.declined)
                return first
    client = store.client()
    with store.lock():
        mend(client, store)
        repair(store, champion)
    return champion


def repair(store: Store, champion: Version) -> bool:
    """Export the champion again if its bundle is missing, damaged or of another version; whether that was needed."""
    try:
        if read_bundle(store.champion_folder).about.get("run_id") == champion.run_id:
            return False
    except PaybenchError:
        pass
    export(store, champion)
    return True


def challenge(store: Store, version: Version) -> None:
    """Point the alias ``challenger`` at a version."""
    _point(store.client(), CHALLENGER, version.number)


def promote(store: Store, signed_by: str = "") -> tuple[Version, Verdict]:
    """Judge the challenger against the champion; move the aliases and export the bundle if it passes.

    Returns
    -------
    The version that serves now, and the verdict.

    Raises
    ------
    PaybenchError
        If there is no challenger, or it serves already.
    """
    client = store.client()
    with store.lock():
        mend(client, store)
        challenger, champion = store.version(CHALLENGER), store.version(CHAMPION)
        if champion is not None and repair(store, champion):
            return champion, Verdict(
                (Check("export", False, "the champion's bundle was damaged, and is exported again"),)
            )
        if champion is None or challenger is None:
            raise PaybenchError(f"The store at {store.folder} has no challenger; train one with 'paybench train'.")
        if challenger.number == champion.number:
            raise PaybenchError(
                f"{champion.label} is the champion already; train a new challenger with 'paybench train'."
            )
        twin = None if champion.tags.get("kind") == "baseline" else store.bundle(champion, "twin")
        verdict = judge(Candidate(store.artifacts(challenger.run_id) / "candidate"), twin)
        signed = {"signed_by": signed_by} if signed_by else {}
        outcome = "promoted" if verdict.promoted else "refused"
        settle_outcome(store, challenger, outcome, verdict.reason, **signed)
        _record(client, challenger, champion, verdict)
        if not verdict.promoted:
            return champion, verdict
        _serve(store, challenger, champion)
        return challenger, verdict


def rollback(store: Store) -> Version:
    """Make the previous champion serve again; the one that served becomes the previous one."""
    client = store.client()
    with store.lock():
        mend(client, store)
        champion, previous = store.version(CHAMPION), store.version(PREVIOUS)
        if champion is None or previous is None:
            raise PaybenchError(f"The store at {store.folder} has no previous champion to go back to.")
        _serve(store, previous, champion)
        return previous


def export(store: Store, version: Version) -> None:
    """Write a version's bundle to ``champion/``, once a copy of it was read back and gave its golden scores."""
    bundle = store.bundle(version)
    bundle = replace(bundle, about=bundle.about | {"version": version.label, "run_id": version.run_id})
    if bundle.curve is not None:
        golden = Candidate(store.artifacts(version.run_id) / "candidate")
        with TemporaryDirectory() as place:
            write_bundle(bundle, Path(place) / "bundle")
            _same_scores(store.bundle(version), read_bundle(Path(place) / "bundle"), golden)
    write_bundle(bundle, store.champion_folder)


def _record(client: MlflowClient, challenger: Version, champion: Version, verdict: Verdict) -> None:
    """The gate's questions and answers, and the champion's figures on the same rows, into the challenger's run."""
    for name, value in verdict.champion.items():
        client.log_metric(challenger.run_id, f"champion/{name}", value)
    answers = {"champion": champion.label, "needed": verdict.needed, "checks": [asdict(c) for c in verdict.checks]}
    client.log_dict(challenger.run_id, answers, "gate.json")


def _same_scores(registered: Bundle, written: Bundle, golden: Candidate) -> None:
    rows, past = golden.rows.head(200), golden.past.take(slice(0, 200))
    said = [bundle.predict_from(past, rows).mass.tobytes() for bundle in (registered, written)]
    if said[0] != said[1]:
        raise PaybenchError("The exported bundle does not reproduce its golden scores; nothing was promoted.")


def _serve(store: Store, version: Version, instead_of: Version) -> None:
    export(store, version)
    client = store.client()
    _point(client, PREVIOUS, instead_of.number)
    _point(client, CHAMPION, version.number)


def _point(client: MlflowClient, alias: str, number: int) -> None:
    for name in NAMES:
        client.set_registered_model_alias(name, alias, str(number))
