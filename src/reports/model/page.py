"""The model report as a page: what its template says, as text and plain numbers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from ... import __version__
from ...explain.numbers import DASH
from ...models.store.log import FIRST, FOUND, PROMOTED, REEXPORT, REFUSED, ROLLBACK
from ...models.store.store import CHALLENGER, CHAMPION, PREVIOUS
from ...pages import Language, Page, render
from .drawn import change_of, explanation
from .explained import Changed, Explained
from .judged import Judged
from .lead import data, lead, tiles, tuning_line
from .moved import Moved
from .said import date, number, share
from .subject import Subject
from .told import known, told
from .trusted import calibration, moved_table, parts, rivals

CONTENTS = (
    ("What it was made from", "data", True),
    ("Beside what needs no such model", "beside", False),
    ("Whether what it says comes true", "true", False),
    ("Where it is better, and where worse", "parts", False),
    ("Why it says what it says", "why", False),
    ("What changed since the version before", "changed", False),
    ("What the gate said", "gate", False),
    ("Limits, and what it is for", "limits", True),
    ("Sign-off", "sign", True),
    ("Where it comes from", "source", True),
)
"""Headings, where they are, and whether pages of what was not trained have them, too."""

ROLES = {
    CHAMPION: "It is the champion: it serves.",
    CHALLENGER: "It is the challenger: it does not serve.",
    PREVIOUS: "It is the previous champion: one command goes back to it.",
}
"""Aliases in words."""

ACTS = {
    FIRST: "began to serve as the first",
    PROMOTED: "was promoted: it began to serve",
    REFUSED: "was refused by the gate",
    ROLLBACK: "was gone back to: it served again",
    REEXPORT: "was exported again",
    FOUND: "was found serving",
}
"""Acts of the promotion log in words."""


@dataclass(frozen=True)
class Findings:
    """Everything that the page tells.

    Attributes
    ----------
    about : the version. judged : how good it is; None of the Baseline and of what was declined, as all that follows.
    explained : why it says what it says. before, changed : the same of the version before it, and what differs;
    cannot : why that cannot be said. moved : drift of the data.
    """

    about: Subject
    judged: Judged | None = None
    explained: Explained | None = None
    before: Explained | None = None
    changed: Changed | None = None
    cannot: str = ""
    moved: Moved | None = None


def as_html(found: Findings, t: Language) -> str:
    """The page.

    Raises
    ------
    ImportError
        If Jinja2 is not installed.
    """
    about = found.about.candidate.about
    name = found.about.label or t("declined training")
    title = t("Model report: {book}, {version}", book=about["book"], version=name)
    page = Page(_read("page.html"), title, _read("page.css") + _running(found.about))
    return render(page, t, **context(found, t)) + "\n"


def _running(about: Subject) -> str:
    """At the foot of each printed page which version it is about; digits only, nothing that the data could say."""
    digits = re.sub("[^0-9a-f]", "", str(about.candidate.about["data_hash"]))[:16]
    text = f"{about.label} \N{MIDDLE DOT} {digits}" if about.label else digits
    return (
        f'\n@page {{ @bottom-left {{ content: "{text}"; font: 8pt sans-serif; color: #566072; }}'
        ' @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; color: #566072; } }\n'
    )


def context(found: Findings, t: Language) -> dict[str, Any]:
    """What the template says."""
    about, card = found.about.candidate.about, found.about.card
    trained = found.judged is not None
    return {
        "trained": trained,
        "book": about["book"],
        "version": found.about.label,
        "number": found.about.version.number if found.about.version else None,
        "at": date(t, about["as_of"]),
        "aliases": [t(ROLES[alias]) for alias in _roles(found.about.aliases)],
        "contents": [(t(name), where) for name, where, always in CONTENTS if always or trained],
        "declined": told(about["declined"], t),
        "first": about["declined"] == "the first champion of a store is the Baseline",
        "needed": t.number(card["needed"]) if card.get("needed") else "",
        "lead": lead(about, card, t) if trained else [],
        "tiles": tiles(about, card, t) if trained else [],
        "data": data(card, t),
        "tuning": tuning_line(card["tuning"], t) if trained else "",
        "gate": _gate(found.about, t),
        "rivals": rivals(found, t) if found.judged else None,
        "calibration": calibration(found, t) if found.judged else None,
        "parts": parts(found.judged, t) if found.judged else [],
        "horizon": about["horizon"],
        "why": explanation(found, t) if found.explained else None,
        "change": change_of(found, t),
        "moved": moved_table(found.moved, t) if found.moved else None,
        "limits": _kept(card.get("limits", ()), t),
        "use": [told(line, t) for line in card["use"]],
        "acts": [_act(act, t) for act in found.about.acts],
        "signed": [_act(act, t) for act in found.about.signed],
        "provenance": _provenance(found.about, t),
    }


def _roles(aliases: tuple[str, ...]) -> tuple[str, ...]:
    """A challenger that was promoted keeps that name until the next one: it serves all the same."""
    return tuple(alias for alias in aliases if not (alias == CHALLENGER and CHAMPION in aliases))


def _kept(lines: Any, t: Language) -> list[dict[str, Any]]:
    """Kept sentences, and which of them no language but English has."""
    return [{"text": told(line, t), "english": t.code != "en" and not known(line)} for line in lines]


def _gate(about: Subject, t: Language) -> dict[str, Any] | None:
    gate = about.gate
    if gate is None:
        return None
    return {
        "champion": gate.champion,
        "asked": gate.asked,
        "passed": gate.passed == len(gate.checks),
        "count": gate.passed,
        "of": len(gate.checks),
        "checks": [
            {
                "name": told(c["name"], t),
                "passed": c["passed"],
                "text": told(c["text"], t),
                "english": t.code != "en" and not known(c["text"]),
            }
            for c in gate.checks
        ],
        "slices": [_slice(s, t) for s in gate.slices],
    }


def _slice(row: dict[str, Any], t: Language) -> dict[str, Any]:
    return {
        "slice": told(row["slice"], t),
        "part": told(row["part"], t),
        "n": t.number(row["n"]),
        "customers": t.number(row["customers"]),
        "late": share(t, row["late"]),
        "said": share(t, row["said"]),
        "error": number(t, 100 * row["error"], 1),
        "most": number(t, 100 * row["most_error"], 1),
        "coverage": share(t, row["coverage"]),
        "allowed": f"{share(t, row['least_coverage'], 0)} {DASH} {share(t, min(row['most_coverage'], 1.0), 0)}",
        "passed": row["passed"],
    }


def _act(act: dict[str, Any], t: Language) -> dict[str, Any]:
    instead = f"v{act['previous']}" if act["previous"] and act["previous"] != act["version"] else ""
    return {
        "when": date(t, act["when"]),
        "clock": f"{act['when'][11:16]} UTC",
        "action": t(ACTS[act["action"]]),
        "instead": instead,
        "by": act["signed_by"],
        "line": act["line"],
    }


def _provenance(about: Subject, t: Language) -> list[tuple[str, str]]:
    made, candidate = about.candidate.about, about.candidate
    manifest = json.loads((candidate.folder / "bundle" / "manifest.json").read_text(encoding="utf-8"))
    parameters = made.get("parameters", {})
    facts = {
        t("Book"): made["book"],
        t("As of"): t("{day}; nothing dated that day or later was used", day=date(t, made["as_of"])),
        t("Data, hash"): made["data_hash"],
        t("Code, hash"): made["code"],
        t("Training, key"): made["key"],
        t("Run"): about.version.run_id if about.version else "",
        t("Parameters"): ", ".join(
            f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in parameters.items()
        ),
        t("Seed"): str(made["seed"]),
        t("Model files, sha256"): ", ".join(f"{k} {v[:16]}" for k, v in sorted(manifest["files"].items())),
        t("paybench"): t("{trained} trained it, {wrote} wrote this page", trained=made["paybench"], wrote=__version__),
        t("Model card"): t("candidate/card.md and card.json of the run: the same figures, for people and programs"),
    }
    return [(name, value) for name, value in facts.items() if value]


def _read(name: str) -> str:
    return files(__package__ or "paybench.reports.model").joinpath(name).read_text(encoding="utf-8")
