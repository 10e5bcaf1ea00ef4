"""Why, and how far to trust it: drivers, one example that adds up, quality, limits and where it all comes from."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ...decide.exceptions import flagged
from ...explain.drivers import FAMILIES, importance
from ...explain.trust import METRICS, SKILLS, Evaluation, Metric
from ...pages import Language
from .findings import Findings
from .rows import tied
from .said import count, tenths

TOP = 10
"""Characteristics in the table of drivers."""


def drivers(found: Findings, t: Language) -> dict[str, Any] | None:
    """What moves P(late), on average over recent invoices."""
    if found.attributions is None or found.attributions.empty:
        return None
    table = importance(found.attributions, t.code)
    top = table.head(TOP)
    total = table["effect"].sum() or 1.0
    families = (table.groupby("family")["effect"].sum() / total).sort_values(ascending=False)
    most = max(float(top["effect"].max()), 1e-9)
    return {
        "rows": [
            {
                "label": r["label"],
                "effect": tenths(t, round(1000 * r["effect"])) if r["effect"] >= 0.0005 else t("under 0.1"),
                "width": round(100 * r["effect"] / most, 2),
            }
            for r in top.to_dict("records")
        ],
        "left": len(table) - len(top),
        "families": [{"name": t(FAMILIES.get(str(k), str(k))), "share": t.percent(v)} for k, v in families.items()],
        "invoices": count(t, len(found.attributions), "invoice"),
    }


def example(found: Findings, t: Language) -> dict[str, Any] | None:
    """One invoice whose P(late) adds up."""
    if found.example is None:
        return None
    at = 0
    lines = []
    for step in found.example.steps:
        before, at = at, step.value if step.total else at + step.value
        first, last = (0, at) if step.total else sorted((before, at))
        start, end = (min(max(edge / 10, 0), 100) for edge in (first, last))
        lines.append(
            {
                "label": tied(step.label),
                "value": tenths(t, step.value, signed=not step.total),
                "total": step.total,
                "start": start,
                "width": round(max(end - start, 0.4), 2),
            }
        )
    row = found.table[found.table["invoice_id"] == found.example.invoice_id].iloc[0]
    late = row["days_overdue"] > found.about["grace_days"]
    return {
        "invoice": found.example.invoice_id,
        "customer": found.example.customer_id,
        "steps": lines,
        "in_list": t("late already") if late else t.percent(row["p_late"]),
    }


def trust(evaluation: Evaluation | None, t: Language) -> dict[str, Any] | None:
    """Every metric beside every baseline, in plain words."""
    if evaluation is None:
        return None
    models = evaluation.models
    best = {m.key: _best(m, models, t) for m in METRICS}
    return {
        "columns": [{"name": t(m.name), "meaning": t(m.meaning)} for m in METRICS],
        "models": [
            {
                "name": _named(name, t),
                "serves": name == evaluation.serves,
                "cells": [_cell(m, values.get(m.key), best[m.key], t) for m in METRICS],
            }
            for name, values in models.items()
        ],
        "rival": _named(evaluation.rival, t),
        "skills": [_skill(name, evaluation.skill[name], t) for name in SKILLS if name in evaluation.skill],
        "bins": [
            {
                "n": t.number(b["n"]),
                "predicted": t.percent(b["predicted"]),
                "observed": t.percent(b["observed"]),
                "x": round(100 * b["predicted"], 2),
                "y": round(100 - 100 * b["observed"], 2),
            }
            for b in evaluation.reliability
        ],
        "rows": count(t, evaluation.rows, "invoice"),
        "since": t.date(evaluation.since),
    }


def _named(model: str, t: Language) -> str:
    """A model's name in the language; as it is where the catalogue has none, for stores keep names of their own."""
    return t.sentences.get(model, model)


def _best(metric: Metric, models: dict[str, dict[str, float]], t: Language) -> str | None:
    off = [abs(values[metric.key] - metric.best) for values in models.values() if metric.key in values]
    return _text(metric, min(off), t) if off else None


def _cell(metric: Metric, value: float | None, best: str | None, t: Language) -> dict[str, Any]:
    if value is None:
        return {"text": "", "best": False}
    return {"text": _text(metric, value, t), "best": _text(metric, abs(value - metric.best), t) == best}


def _text(metric: Metric, value: float, t: Language) -> str:
    return t.percent(value) if metric.key == "coverage_80" else t.number(value, metric.places)


def _skill(name: str, found: list[float], t: Language) -> dict[str, str]:
    skill, low, high = found
    said = "better" if low > 0 else "worse" if high < 0 else "neither clearly better nor worse"
    text, low_text, high_text = (tenths(t, round(1000 * edge), signed=True) for edge in (skill, low, high))
    return {
        "what": t(SKILLS[name]),
        "said": t(said),
        "skill": t("{skill} % (95 % interval {low} to {high} %)", skill=text, low=low_text, high=high_text),
    }


def limits(found: Findings, t: Language) -> list[str]:
    """What the report does not know."""
    about = found.about
    beyond = about.get("beyond", {})
    thin = "; ".join(
        t("{n} invoices came more than {days} days late", n=t.number(int(beyond.get(str(k), 0))), days=k)
        for k in about["thin"]
    )
    cold = flagged(found.table, "cold_start")
    said = [
        t(
            "The figures say what happens if everybody goes on as so far. "
            "They do not say what a call or a reminder changes."
        )
    ]
    if thin:
        said.append(
            t(
                "Long delays are rare in the past data: {thin}. Probabilities of such delays are rough, "
                "and marked “few such cases in the past”.",
                thin=thin,
            )
        )
    if cold.any():
        said.append(
            t(
                "{invoices} ({share}) of customers with fewer than 3 settled invoices, marked “hardly known yet”: "
                "there the average of the book speaks, not the customer.",
                invoices=count(t, int(cold.sum()), "invoice"),
                share=t.percent(float(cold.mean())),
            )
        )
    said += [
        t(
            "It knows dates, amounts and terms, and that somebody wrote, promised or disputed. It reads no messages, "
            "no news, no accounts: what you know from the customer goes before it."
        ),
        t("Beyond {days} days after due all invoices are taken to go on alike.", days=about["horizon"]),
    ]
    if found.kind == "timing":
        said.append(
            t(
                "Reasons tell what the model looked at (path-dependent SHAP values), not what causes the delay; "
                "of characteristics that go together, one may get the credit of the other."
            )
        )
    said.append(
        t(
            "Companies and natural persons are not told apart. Do not decide alone by these figures "
            "about a natural person."
        )
    )
    return said


def provenance(found: Findings, t: Language) -> list[tuple[str, str]]:
    """Names and values, so that every number can be traced."""
    known = dict(found.provenance)
    if not known:
        return []
    recipe = (
        "Baseline: the customer's own distribution"
        if found.kind == "baseline"
        else "a daily hazard and a classifier of late payment"
    )
    data, invoices = known["data"]
    as_of, rows, trained_on = known["trained"]
    calibration = [
        t("{part}: shift {shift}, slope {slope}", part=t(part), shift=t.number(shift, 3), slope=t.number(slope, 3))
        for part, (shift, slope) in known["calibration"].items()
    ]
    facts = {
        t("As of"): t("{date}; nothing dated that day or later was used", date=t.date(found.at)),
        t("Data known then"): t("{hash} (hash), {invoices}", hash=data, invoices=count(t, invoices, "invoice")),
        t("Model"): f"{known['model']} ({t(recipe)})",
        t("Trained on"): t(
            "{date}, {rows} invoices with a known end, data hash {hash}",
            date=t.date(pd.Timestamp(as_of)),
            rows=t.number(rows),
            hash=trained_on,
        ),
        t("Run"): known["run"],
        t("Parameters"): ", ".join(
            f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
            for name, value in known["parameters"].items()
        ),
        t("Calibration"): "; ".join(calibration),
        t("Model files, sha256"): ", ".join(f"{name} {digest[:12]}" for name, digest in known["files"].items()),
        "paybench": t("{version} (trained with {then})", version=known["paybench"][0], then=known["paybench"][1]),
    }
    return [(name, value) for name, value in facts.items() if value]
