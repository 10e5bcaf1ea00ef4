"""The model card of a candidate: what it was made from, how good it is beside what, and what it is not for.

Every number is the run's own. Sections after Mitchell et al. (2019), Model Cards for Model Reporting.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from .candidate import Candidate
from .slices import slices

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

USE = (
    "To rank and plan: who will pay late, when the cash of an open book will come, whom to remind first.",
    "Not for: refusing a customer credit, judging a person, invoices of another book, or other days of grace than "
    "those that it was trained with.",
    "What it learned from was treated: reminders were sent, and changed what happened. It predicts what comes of an "
    "invoice if it is treated as such invoices have been; it does not say what a reminder would change.",
)


def model_card(candidate: Candidate) -> dict[str, Any]:
    """Everything that the card says, JSON-able.

    Parameters
    ----------
    candidate : trained, not declined.
    """
    about, metrics = candidate.about, candidate.metrics
    facts = {k: about[k] for k in ("book", "as_of", "data_hash", "horizon", "grace_days", "paybench", "code", "seed")}
    parts = slices(candidate.rows).reset_index()
    return {
        "model": "payment-timing: a daily hazard and a classifier of late payment",
        **facts,
        "rows": about["rows"],
        "judged_on": {
            "from": about["gate_from"],
            "until": about["gate_until"],
            "invoices": about["gate_rows"],
            "customers": about["gate_customers"],
            "late": round(float(candidate.rows["late"].mean()), 4),
            "contacted": about["contacted"],
            "fitted_on": about["fit_rows"],
        },
        "figures": {
            str(name): {k: round(float(v), 4) for k, v in row.dropna().items() if k in SHOWN}
            for name, row in metrics.iterrows()
        },
        "skill": about["skill"],
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
    rows, judged = card["rows"], card["judged_on"]
    lines = [
        f"# {card['model'].split(':')[0]}, book {card['book']}, as of {card['as_of']}",
        "",
        f"{card['model'].split(': ')[1].capitalize()}. Horizon {card['horizon']} days, grace {card['grace_days']} "
        f"days; data {card['data_hash']}, code {card['code']}, paybench {card['paybench']}, seed {card['seed']}.",
        "",
        "## Data",
        "",
        f"- {rows['issued']:,} invoices were known. {rows['matured']:,} have an answer for every invoice due that "
        f"day; {rows['waiting']:,} do not yet, and train only for the days on which they were watched; "
        f"{rows['cancelled']:,} were cancelled and are left out.",
        f"- The figures below are of {judged['invoices']:,} invoices of {judged['customers']:,} customers, issued from "
        f"{judged['from']} to {judged['until']}; {judged['late']:.1%} of them were late. The model that they judge was "
        f"fitted on the {judged['fitted_on']:,} matured before, and on nothing later.",
        f"- {judged['contacted']:.1%} of them had been contacted in the 90 days before their issue.",
        "",
        "## Figures",
        "",
        "| | " + " | ".join(SHOWN.values()) + " |",
        "| --- " * (len(SHOWN) + 1) + "|",
        *(
            f"| {name} | " + " | ".join(f"{found[k]:.3f}" if k in found else "" for k in SHOWN) + " |"
            for name, found in card["figures"].items()
        ),
        "",
        "Against the customer's own distribution (1 - ours / theirs; 95 % interval over customers):",
        "",
        *(f"- {LOSSES[k]}: {s:+.1%} ({low:+.1%} to {high:+.1%})" for k, (s, low, high) in card["skill"].items()),
        "",
        "## By part of the book",
        "",
        "| | | invoices | late | predicted | log loss | customer's own |",
        "| --- " * 7 + "|",
        *(
            f"| {s['slice']} | {s['part']} | {s['n']:.0f} | {s['late']:.1%} | {s['predicted']:.1%} | {s['ours']:.3f} "
            f"| {s['baseline']:.3f} |"
            for s in card["slices"]
        ),
        "",
        "## Limits",
        "",
        *(f"- {limit}" for limit in card["limits"]),
        "",
        "## Use",
        "",
        *(f"- {use}" for use in card["use"]),
    ]
    return "\n".join(lines) + "\n"


def _limits(candidate: Candidate) -> list[str]:
    about, bundle = candidate.about, candidate.bundle.about
    limits = [f"Beyond {about['horizon']} days after due, payment is one pooled curve, the same for everybody."]
    limits += [
        f"P(more than {k} days late) rests on {bundle['beyond'][str(k)]} invoices; such scores bear the flag thin_tail."
        for k in bundle["thin"]
    ]
    for loss, (_, low, _) in about["skill"].items():
        if low <= 0:
            limits.append(f"On {LOSSES[loss]} the gain over the customer's own distribution may be chance.")
    limits.append("Customers with fewer than three settled invoices are flagged cold_start.")
    return limits
