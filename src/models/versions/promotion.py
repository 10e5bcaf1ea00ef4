"""Promotion: which version serves."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ...errors import PaybenchError
from ..gate.gate import Check, Verdict, judge
from ..learn.bundle import Bundle, read_bundle, write_bundle
from ..store.log import FIRST, PROMOTED, REEXPORT, REFUSED, ROLLBACK, append, catch_up, served_before
from ..store.mend import mend
from ..store.rules import signature
from ..store.store import CHALLENGER, CHAMPION, NAMES, PREVIOUS, Store, Version
from ..training.candidate import Candidate
from .registry import register, settle_outcome

if TYPE_CHECKING:
    from mlflow import MlflowClient


KNOWN = "the champion was trained from the same data and settings"


@contextmanager
def _in_order(store: Store, when: datetime | None) -> Iterator[MlflowClient]:
    """The store's lock, with what dead processes left put in order, and the log up to date."""
    client = store.client()
    with store.lock():
        mend(client, store)
        catch_up(store, when)
        _tell_apart(store, client)
        yield client


def _tell_apart(store: Store, client: MlflowClient) -> None:
    """Where a process ended between two aliases, the previous champion is the one that served before, by the log."""
    champion, previous = store.version(CHAMPION), store.version(PREVIOUS)
    if champion is None or previous is None or previous.number != champion.number:
        return
    before = served_before(store, champion.number)
    for name in NAMES:
        if before is None:
            client.delete_registered_model_alias(name, PREVIOUS)
        else:
            client.set_registered_model_alias(name, PREVIOUS, str(before))


def ensure_champion(
    store: Store, book: str, baseline: Callable[[], Candidate], when: datetime | None = None
) -> Version:
    """The champion; in a new store the Baseline becomes it, so that there is always something to score with."""
    if (champion := store.version(CHAMPION)) is None:
        first = register(store, candidate := baseline())
        with _in_order(store, when) as client:
            if store.version(CHAMPION) is None:
                export(store, first)
                _point(client, CHAMPION, first.number)
                settle_outcome(store, first, "promoted", candidate.declined)
                append(store, FIRST, first, None, candidate.declined, when=when)
                return first
    else:
        _same_book(store, champion, book)
    with _in_order(store, when):
        champion = store.version(CHAMPION) or champion  # asked again: another process may have promoted meanwhile
        if champion is None:
            raise PaybenchError(f"The champion of the store at {store.folder} was taken away meanwhile; run it again.")
        _same_book(store, champion, book)
        repair(store, champion, when)
    return champion


def _same_book(store: Store, champion: Version, book: str) -> None:
    if champion.tags.get("book") != book:
        raise PaybenchError(
            f"The store at {store.folder} serves the book '{champion.tags.get('book')}', and this ledger is of "
            f"'{book}'; name another --store."
        )


def repair(store: Store, champion: Version, when: datetime | None = None) -> bool:
    """Export the champion again if its bundle is missing, damaged or of another version; whether that was needed."""
    try:
        if read_bundle(store.champion_folder).about.get("run_id") == champion.run_id:
            return False
        reason = "the exported bundle was of another version"
    except PaybenchError:
        reason = "the exported bundle was missing or damaged"
    export(store, champion)
    append(store, REEXPORT, champion, champion, reason, when=when)
    return True


def challenge(store: Store, version: Version) -> None:
    """Point the alias ``challenger`` at a version."""
    client = store.client()
    with store.lock():
        _point(client, CHALLENGER, version.number)


def promote(
    store: Store,
    signed_by: str = "",
    version: Version | None = None,
    when: datetime | None = None,
    judged: tuple[Version, Verdict] | None = None,
) -> tuple[Version, Verdict]:
    """Judge the challenger against the champion; move the aliases and export the bundle if it passes.

    Parameters
    ----------
    signed_by : who answers for it; has to be given where the store's settings say so.
    version : becomes the challenger first, so that of several processes each has its own judged.
    when : for the log, instead of now.
    judged : the champion that ``version`` was judged against just now (:func:`verdict_on`), and the verdict; asked
        again if another one serves meanwhile.

    Returns
    -------
    The version that serves now, and the verdict.

    Raises
    ------
    PaybenchError
        If there is no challenger, or it serves already, or the signature is missing or no name.
    """
    name = signature(store, signed_by)
    with _in_order(store, when) as client:
        if version is not None:
            _point(client, CHALLENGER, version.number)
        challenger, champion = store.version(CHALLENGER), store.version(CHAMPION)
        if champion is not None and repair(store, champion, when) and version is None:
            return champion, Verdict(
                (Check("export", False, "the champion's bundle was damaged, and is exported again"),)
            )
        if champion is None or challenger is None:
            raise PaybenchError(f"The store at {store.folder} has no challenger; train one with 'paybench train'.")
        if challenger.number == champion.number and version is not None:
            return champion, Verdict((Check("known", False, KNOWN),))
        if challenger.number == champion.number:
            raise PaybenchError(
                f"{champion.label} is the champion already; train a new challenger with 'paybench train'."
            )
        same = judged is not None and judged[0].run_id == champion.run_id and challenger == version
        verdict = judged[1] if judged and same else verdict_on(store, challenger, champion)
        signed = {"signed_by": name} if name else {}
        outcome = PROMOTED if verdict.promoted else REFUSED
        settle_outcome(store, challenger, outcome, verdict.reason, **signed)
        _record(client, challenger, champion, verdict)
        if verdict.promoted:
            _serve(store, challenger, champion)
        append(store, outcome, challenger, champion, verdict.reason, name, when)
        return (challenger if verdict.promoted else champion), verdict


def verdict_on(store: Store, challenger: Version, champion: Version) -> Verdict:
    """What the gate says of a challenger, without anything being changed by it."""
    twin = None if champion.tags.get("kind") == "baseline" else store.bundle(champion, "twin")
    return judge(Candidate(store.artifacts(challenger.run_id) / "candidate"), twin)


def rollback(store: Store, signed_by: str = "", when: datetime | None = None) -> Version:
    """Make the previous champion serve again; the one that served becomes the previous one.

    Parameters
    ----------
    signed_by, when : as in :func:`promote`.
    """
    name = signature(store, signed_by)
    with _in_order(store, when):
        champion, previous = store.version(CHAMPION), store.version(PREVIOUS)
        if champion is None or previous is None:
            raise PaybenchError(f"The store at {store.folder} has no previous champion to go back to.")
        _serve(store, previous, champion)
        append(store, ROLLBACK, previous, champion, f"back from {champion.label}, by hand", name, when)
        return previous


def export(store: Store, version: Version) -> None:
    """Write a version's bundle to ``champion/``, once a copy of it was read back and gave its golden scores.

    The caller holds the store's lock; what another one that died left half written is removed.
    """
    for half in store.folder.glob(f".{store.champion_folder.name}-*"):
        shutil.rmtree(half, ignore_errors=True)
    with TemporaryDirectory() as place:
        write_bundle(proven(store, version, Path(place) / "bundle"), store.champion_folder)


def proven(store: Store, version: Version, folder: Path) -> Bundle:
    """A version's bundle as it would serve, written into a folder, read back, and found to give its golden scores.

    Raises
    ------
    PaybenchError
        If it does not.
    """
    registered = store.bundle(version)
    write_bundle(
        replace(registered, about=registered.about | {"version": version.label, "run_id": version.run_id}), folder
    )
    written = read_bundle(folder)
    if written.curve is not None:
        _same_scores(registered, written, Candidate(store.artifacts(version.run_id) / "candidate"))
    return written


def _record(client: MlflowClient, challenger: Version, champion: Version, verdict: Verdict) -> None:
    """The gate's questions and answers, and the champion's figures on the same rows, into the challenger's run."""
    for name, value in verdict.champion.items():
        client.log_metric(challenger.run_id, f"champion/{name}", value)
    answers = {"champion": champion.label, "needed": verdict.needed, "checks": [asdict(c) for c in verdict.checks]}
    answers["slices"] = list(verdict.slices)
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
