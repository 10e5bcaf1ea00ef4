"""The model card of a candidate: what it was made from, how good it is beside what, and what it is not for.

Every number is the run's own. Sections after Mitchell et al. (2019), Model Cards for Model Reporting. What was declined
has a card, too: on what data, why, and how much would be needed.
"""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any

import pandas as pd

from ...ledger.natural import PERSON, UNKNOWN
from ..judge.compare import EMPIRICAL, MODEL
from ..judge.decline import in_doubt
from ..judge.slices import slices
from .candidate import UNTUNED, Candidate

SHOWN = {
    "auc": "AUC",
    "log_loss": "log loss",
    "ece": "ECE",
    "mae": "MAE, days",
    "crps": "CRPS, days",
    "coverage_80": "80 % coverage",
}
"""Figures of the card, and how they are called."""

LOSSES = {"log_loss": "log loss of P(late)", "mae": "absolute error of the median", "crps": "CRPS"}

PARTS = {"late": "the classifier", "hazard": "the daily hazard"}

OFF = 0.03
"""How far P(late) may be from the share that was late, on average, before the card says so."""

USE = (
    "To rank and plan: who will pay late, when the cash of an open book will come, whom to remind first.",
    "Not for: refusing a customer credit, judging a person, invoices of another book, or other days of grace than "
    "those that it was trained with.",
    "What it learned from was treated: reminders were sent, and changed what happened. It predicts what comes of an "
    "invoice if it is treated as such invoices have been; it does not say what a reminder would change.",
)


def model_card(candidate: Candidate) -> dict[str, Any]:
    """Everything that the card says, JSON-able; of a declined candidate on what data, why and what would be needed."""
    about = candidate.about
    facts = {k: about[k] for k in ("book", "as_of", "data_hash", "horizon", "grace_days", "paybench", "code", "seed")}
    data = {**facts, "rows": about["rows"], "treated": about["treated"], "customers": about.get("customers")}
    if candidate.declined:
        return {
            "model": "payment-timing: the Baseline, each customer's own record of days late",
            **data,
            "declined": candidate.declined,
            "needed": about["needed"],
            "use": list(USE[:2]),
        }
    parts = slices(candidate.rows).reset_index()
    return {
        "model": "payment-timing: a daily hazard and a classifier of late payment",
        **data,
        "judged_on": {
            "from": about["gate_from"],
            "until": about["gate_until"],
            "invoices": about["gate_rows"],
            "customers": about["gate_customers"],
            "late": round(float(candidate.rows["late"].mean()), 4),
            "said": _said(candidate),
            "beyond": round(float((candidate.rows["y"] > about["horizon"]).mean()), 4),
            "contacted": about["contacted"],
            "fitted_on": about["fit_rows"],
        },
        "figures": {
            str(name): {k: round(float(v), 4) for k, v in row.dropna().items() if k in SHOWN}
            for name, row in candidate.metrics.iterrows()
        },
        "skill": about["skill"],
        "tuning": about["tuning"],
        "slices": [
            {str(k): (v if isinstance(v, str) else round(float(v), 4)) for k, v in row.items() if not pd.isna(v)}
            for row in parts.to_dict("records")
        ],
        "limits": _limits(candidate),
        "use": list(USE),
        "parameters": about["parameters"],
    }


def write_card(candidate: Candidate) -> None:
    """card.json and card.md into the candidate's folder."""
    card = model_card(candidate)
    (candidate.folder / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    (candidate.folder / "card.md").write_text(as_markdown(card), encoding="utf-8")


def as_markdown(card: dict[str, Any]) -> str:
    """The card as a page."""
    lines = [
        *_title(card),
        "## Data",
        "",
        f"- {_known(card)}",
        f"- {_treated(card)}",
        f"- {_types(card['customers'])}",
    ]
    lines += _why_declined(card) if "declined" in card else _judged(card)
    return "\n".join([*lines, "", "## Use", "", *(f"- {use}" for use in card["use"])]) + "\n"


def short(card: dict[str, Any]) -> str:
    """The card in a few lines of Markdown, for the page of a registered version."""
    title, _, facts, _ = _title(card)
    lines = ["#" + title, "", facts, ""]
    if "declined" in card:
        return "\n".join([*lines, f"- {_sentence(card['declined'])}", f"- {_treated(card)}"]) + "\n"
    judged, ours, theirs = card["judged_on"], card["figures"][MODEL], card["figures"][EMPIRICAL]
    lines += [
        f"Judged on {judged['invoices']:,} invoices issued from {judged['from']} to {judged['until']}, which neither "
        "tuning nor fitting had seen:",
        "",
        f"| | {' | '.join(SHOWN.values())} |",
        "| --- " * (len(SHOWN) + 1) + "|",
        *(f"| {name} | {_cells(found)} |" for name, found in ((MODEL, ours), (EMPIRICAL, theirs))),
        "",
        *_off(judged),
        *_gains(card),
        f"- {tuning_sentence(card['tuning'])}",
        f"- {_treated(card)}",
        *(f"- {use}" for use in card["use"][1:2]),
    ]
    return "\n".join(lines) + "\n"


def tuning_sentence(tuning: dict[str, Any]) -> str:
    """What the tuning bought, with how many trials of each part.

    Parameters
    ----------
    tuning : of ``candidate.json``: gain, low and high by loss; trials, those of each part, pruned,
        stalled, perhaps seconds.
    """
    if "log_loss" not in tuning:
        return "Nothing was tuned: the defaults were taken."
    spent = f" in {tuning['seconds'] / 60:.1f} minutes" if "seconds" in tuning else ""
    shares = ", ".join(f"{count} of {PARTS[part]}" for part, count in tuning["parts"].items())
    given_up = f"; {tuning['pruned']} given up early" if tuning["pruned"] else ""
    ended = "".join(f"; the search for {PARTS[part]} ended when nothing more was gained" for part in tuning["stalled"])
    gain, low, high = tuning["log_loss"]
    verdict = "" if low > 0 else ", which may be chance" if high >= 0 else ", a loss"
    bought = f"{gain:+.1%} of log loss (95 % interval {low:+.1%} to {high:+.1%}){verdict}"
    if not any(any(tuning.get(loss, ())) for loss in LOSSES):
        bought = "nothing: the defaults were the best, so tuned and not tuned are one model"
    return f"Tuning ({tuning['trials']} trials{spent}: {shares}{given_up}{ended}) bought {bought}.{_unsearched(tuning)}"


def _unsearched(tuning: dict[str, Any]) -> str:
    once = [PARTS[part] for part, count in tuning["parts"].items() if count == 1]
    if not once:
        return ""
    were, trials = ("was", "its one trial is its") if len(once) == 1 else ("were", "their one trial each is their")
    return f" {_capital(' and '.join(once))} {were} not searched: {trials} defaults."


def _title(card: dict[str, Any]) -> list[str]:
    name, what = card["model"].split(": ")
    return [
        f"# {name}, book {_literal(card['book'])}, as of {card['as_of']}",
        "",
        f"{_sentence(what)} Horizon {card['horizon']} days, grace {card['grace_days']} days; data {card['data_hash']}, "
        f"code {card['code']}, paybench {card['paybench']}, seed {card['seed']}.",
        "",
    ]


def _why_declined(card: dict[str, Any]) -> list[str]:
    lines = ["", "## Why no model was trained", "", f"- {_sentence(card['declined'])}"]
    if card["needed"]:
        lines.append(f"- Needed: about {card['needed']:,} invoices whose outcome is known.")
    return [*lines, "- Until then the Baseline serves: what each customer did so far, shrunk toward everybody."]


def _judged(card: dict[str, Any]) -> list[str]:
    judged = card["judged_on"]
    return [
        f"- The figures below are of {judged['invoices']:,} invoices of {judged['customers']:,} customers, issued from "
        f"{judged['from']} to {judged['until']}; {judged['late']:.1%} of them were late. The model that they judge was "
        f"fitted on the {judged['fitted_on']:,} whose outcome was known before, and on nothing later.",
        f"- {judged['contacted']:.1%} of them had been contacted in the 90 days before their issue.",
        f"- Days late beyond {card['horizon']} count as {card['horizon']}; {judged['beyond']:.1%} of the judged "
        "invoices were beyond it.",
        *_off(judged),
        "",
        "## Figures",
        "",
        f"| | {' | '.join(SHOWN.values())} |",
        "| --- " * (len(SHOWN) + 1) + "|",
        *(f"| {name} | {_cells(found)} |" for name, found in _distinct(card["figures"]).items()),
        "",
        "Against the customer's own distribution (1 - ours / theirs; 95 % interval over customers):",
        "",
        *_gains(card),
        "",
        tuning_sentence(card["tuning"]),
        "",
        "## By part of the book",
        "",
        "| | | invoices | late | predicted | log loss | customer's own |",
        "| --- " * 7 + "|",
        *(
            f"| {s['slice']} | {_literal(s['part'])} | {s['n']:.0f} | {s['late']:.1%} | {s['predicted']:.1%} "
            f"| {s['ours']:.3f} | {s['baseline']:.3f} |"
            for s in card["slices"]
        ),
        "",
        "## Limits",
        "",
        *(f"- {limit}" for limit in card["limits"]),
    ]


def _gains(card: dict[str, Any]) -> list[str]:
    return [f"- {LOSSES[k]}: {s:+.1%} ({low:+.1%} to {high:+.1%})" for k, (s, low, high) in card["skill"].items()]


def _distinct(figures: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Without the model that was not tuned, if it is the one that was."""
    return {name: found for name, found in figures.items() if name != UNTUNED or found != figures[MODEL]}


def _cells(found: dict[str, float]) -> str:
    return " | ".join(f"{found[k]:{'.2f' if k == 'mae' else '.3f'}}" if k in found else "" for k in SHOWN)


def _known(card: dict[str, Any]) -> str:
    rows, horizon = card["rows"], card["horizon"]
    later = "do not count yet, paid or not" if "declined" in card else "count only with what happened to them so far"
    return (
        f"{rows['issued']:,} invoices were known. {rows['matured']:,} of them fell due more than {horizon} days before "
        f"{card['as_of']}, so that their outcome is known; {rows['waiting']:,} fell due later or are not due yet, and "
        f"{later}; {rows['cancelled']:,} were cancelled and are left out."
    )


def _treated(card: dict[str, Any]) -> str:
    if not card["rows"]["matured"]:
        return "The outcome of no invoice is known yet."
    before, during = card["treated"]["before_issue"], card["treated"]["before_outcome"]
    return (
        f"Of the {card['rows']['matured']:,} invoices whose outcome is known, {before:.1%} were issued to customers "
        f"who had been contacted in the 90 days before, and {during:.1%} were contacted before their own outcome."
    )


def _types(counts: dict[str, int] | None) -> str:
    """Of how many customers it is known whether they are natural persons (GDPR Art. 22; EU AI Act, Annex III 5b)."""
    if not counts or not sum(counts.values()):
        return "Whether customers are natural persons (sole traders are) was not recorded: take it that some are."
    whole, persons, unknown = sum(counts.values()), counts[PERSON], counts[UNKNOWN]
    sentence = f"Of {whole:,} customers {persons:,} ({persons / whole:.1%}) are natural persons, sole traders included"
    if unknown == whole:
        return f"Of none of the {whole:,} customers it is known whether it is a natural person: take it that some are."
    return f"{sentence}; of {unknown:,} it is not known." if unknown else f"{sentence}; the others are companies."


def _literal(text: str) -> str:
    """A name from the book as Markdown shows it letter by letter, in one line: no mark, link or element of the page."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    return _MARKS.sub(r"\\\1", escape(plain, quote=False))


_MARKS = re.compile(r"([\\`*_{}\[\]()#!|~$])")


def _said(candidate: Candidate) -> float:
    """P(late) of the gate's rows, on average."""
    return round(float(candidate.rows[f"p: {MODEL}"].mean()), 4)


def _off(judged: dict[str, Any]) -> list[str]:
    """A line if P(late) was too high or too low on the whole."""
    off = judged["said"] - judged["late"]
    if abs(off) <= OFF:
        return []
    return [
        f"- P(late) was about {abs(100 * off):.0f} points too {'high' if off > 0 else 'low'} on these invoices: "
        f"{judged['said']:.1%} said, {judged['late']:.1%} late."
    ]


def _sentence(text: str) -> str:
    return f"{_capital(text)}."


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _limits(candidate: Candidate) -> list[str]:
    about, bundle = candidate.about, candidate.bundle.about
    limits = [f"Beyond {about['horizon']} days after due, payment is one pooled curve, the same for everybody."]
    limits += [
        f"P(more than {k} days late) rests on {bundle['beyond'][str(k)]} invoices; such scores bear the flag thin_tail."
        for k in bundle["thin"]
    ]
    for loss, (gain, low, _) in about["skill"].items():
        if low <= 0:
            doubt = in_doubt(about["gate_rows"], gain, low)
            limits.append(f"On {LOSSES[loss]} no gain over the customer's own distribution is proven: {doubt}.")
    limits.append("Customers with fewer than three settled invoices are flagged cold_start.")
    return limits
