"""The version that a report is about, and everything that its store has written down about it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import PaybenchError
from ...models.store.log import TAG, read_log
from ...models.store.store import ALIASES, CHAMPION, NAMES, Store, Version
from ...models.training.candidate import Candidate
from ...models.training.card import model_card
from ...models.training.train import LATEST as LINK
from ...models.versions.promotion import verdict_on
from ...models.versions.registry import registered

LATEST = "latest"
"""Asks for what the latest training came to."""

FIGURES = "champion/"
"""Of a run's metrics: what the champion reached on the same rows."""


@dataclass(frozen=True)
class Gate:
    """The gate's answers.

    Attributes
    ----------
    champion : label of the version that was compared with. checks : name, passed, text of each question.
    slices : one record per large slice. figures : the champion's metrics on the same rows, by name.
    asked : False if nobody asked yet, and this is what it would answer now.
    """

    champion: str
    checks: tuple[dict[str, Any], ...]
    slices: tuple[dict[str, Any], ...]
    figures: dict[str, float] = field(default_factory=dict)
    asked: bool = True

    @property
    def passed(self) -> int:
        """Questions that were answered with yes."""
        return sum(bool(c["passed"]) for c in self.checks)


@dataclass(frozen=True)
class Subject:
    """One version, or a training that came to none.

    Attributes
    ----------
    candidate : its artifacts. card : its model card. version : as it is registered; None of what was declined.
    aliases : what it is called now. gate : its answers; None where there is nothing to ask. acts : lines of the
        promotion log about it, with their number (``line``). before : the trained version to compare with.
    """

    candidate: Candidate
    card: dict[str, Any]
    version: Version | None = None
    aliases: tuple[str, ...] = ()
    gate: Gate | None = None
    acts: tuple[dict[str, Any], ...] = ()
    before: Subject | None = None

    @property
    def label(self) -> str:
        """payment-timing v3; empty of what was declined."""
        return self.version.label if self.version else ""

    @property
    def signed(self) -> tuple[dict[str, Any], ...]:
        """Acts that somebody signed."""
        return tuple(act for act in self.acts if act["signed_by"])


def subject(store: Store, wanted: str | int) -> Subject:
    """A version by its alias or number, or the latest training (``latest``), which may have been declined.

    Raises
    ------
    PaybenchError
        If there is no such version, its artifacts are missing, or the promotion log is broken.
    """
    if not store.exists:
        raise PaybenchError(
            f"There is no store at {store.folder}; train a model with 'paybench train', or name another --store."
        )
    version = _latest(store) if wanted == LATEST else _version(store, wanted)
    if version is None:
        candidate = Candidate(store.folder / LINK)
        return Subject(candidate, card_of(candidate))
    found = _of(store, version)
    gate = _gate(store, version, found.candidate)
    return Subject(
        found.candidate,
        found.card,
        version,
        _aliases(store, version),
        gate,
        _acts(store, version),
        _before(store, version, gate),
    )


def card_of(candidate: Candidate) -> dict[str, Any]:
    """The model card as it was written beside the candidate; of an older candidate without one, made now."""
    file = candidate.folder / "card.json"
    if not file.is_file():
        return model_card(candidate)
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _of(store: Store, version: Version) -> Subject:
    candidate = Candidate(store.artifacts(version.run_id) / "candidate")
    try:
        _ = candidate.about
    except (OSError, ValueError):
        raise PaybenchError(
            f"What {version.label} was trained from is not among the artifacts of its run; train it again, or restore "
            "the store from a backup."
        ) from None
    return Subject(candidate, card_of(candidate), version)


def _latest(store: Store) -> Version | None:
    """The version of the latest training; None if it was declined."""
    try:
        candidate = Candidate(store.folder / LINK)
        key = str(candidate.about["key"])
    except (OSError, ValueError, KeyError):
        raise PaybenchError(
            f"Nothing has been trained in the store at {store.folder} yet, or it is not kept; run 'paybench train'."
        ) from None
    found = registered(store, key)
    if found is None and not candidate.declined:
        raise PaybenchError(
            f"The latest training in {store.folder} is not registered yet; let 'paybench train' end, or run it again."
        )
    return found


def _version(store: Store, wanted: str | int) -> Version:
    number = int(wanted) if str(wanted).isdecimal() else None
    if number is None and wanted not in ALIASES:
        raise PaybenchError(
            f"There is no version called '{wanted}'; give {', '.join(ALIASES)}, {LATEST}, or a version's number."
        )
    found = store.version(str(wanted)) if number is None else _numbered(store).get(number)
    if found is None:
        what = f"version {number}" if number is not None else f"{wanted}"
        there = ", ".join(map(str, sorted(_numbered(store)))) or "none"
        raise PaybenchError(f"The store at {store.folder} has no {what}; its versions are: {there}.")
    return found


def _numbered(store: Store) -> dict[int, Version]:
    versions = store.client().search_model_versions(f"name = '{NAMES[-1]}'")
    return {int(v.version): Version(int(v.version), str(v.run_id), dict(v.tags)) for v in versions}


def _aliases(store: Store, version: Version) -> tuple[str, ...]:
    pointed = {alias: store.version(alias) for alias in ALIASES}
    return tuple(alias for alias, other in pointed.items() if other and other.number == version.number)


def _gate(store: Store, version: Version, candidate: Candidate) -> Gate | None:
    """What the gate said; of a version that it has not been asked about, what it would say now."""
    if candidate.declined:
        return None
    kept = _json(store.artifacts(version.run_id) / "gate.json")
    if kept:
        metrics = store.client().get_run(version.run_id).data.metrics
        figures = {k.removeprefix(FIGURES): v for k, v in metrics.items() if k.startswith(FIGURES)}
        return Gate(str(kept["champion"]), tuple(kept["checks"]), tuple(kept.get("slices", ())), figures)
    champion = store.version(CHAMPION)
    if champion is None or champion.number == version.number:
        return None
    verdict = verdict_on(store, version, champion)
    checks = tuple(vars(check) for check in verdict.checks)
    return Gate(champion.label, checks, verdict.slices, dict(verdict.champion), asked=False)


def _json(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _acts(store: Store, version: Version) -> tuple[dict[str, Any], ...]:
    """What the promotion log says of a version, once its chain is found whole."""
    if not version.tags.get(TAG):
        return ()
    lines = enumerate(read_log(store), 1)
    return tuple(entry | {"line": number} for number, entry in lines if entry["version"] == version.number)


def _before(store: Store, version: Version, gate: Gate | None) -> Subject | None:
    """The trained version that it was judged against; if that is the Baseline, the newest trained one before it."""
    earlier = {
        number: v
        for number, v in _numbered(store).items()
        if number < version.number and v.tags.get("kind") != "baseline" and v.tags.get("book") == version.tags["book"]
    }
    against = [v for v in earlier.values() if gate is not None and v.label == gate.champion]
    chosen = against[0] if against else earlier[max(earlier)] if earlier else None
    return None if chosen is None else _of(store, chosen)
