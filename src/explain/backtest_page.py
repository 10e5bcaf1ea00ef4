"""The page of a backtest: from its tables to one self-contained HTML text."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, cast

import pandas as pd

from ..models.judge.backtest import Backtest
from ..models.judge.parts import LEAST
from ..models.judge.rivals import BASE, DUE_MEAN, EMPIRICAL, MODEL
from ..pages import Page, render
from . import backtest_pictures as pictures
from .numbers import DASH, date, money, percent, plural, tenths

COLUMNS = {
    "auc": ("AUC", "how often a late invoice was given the higher risk than a punctual one; 0.5 is a coin", 3),
    "log_loss": ("log loss", "the penalty for probabilities of late payment that did not come true", 3),
    "ece": ("ECE", "how far such probabilities lie from what happened; 0.05 is 5 points", 3),
    "mae": ("MAE, days", "by how many days the expected payment day was off, on average", 2),
    "within_7": ("within 7 days", "share of payment days told to within a week", None),
    "bias": ("bias, days", "expected less real day, on average; below 0 the expected day comes too early", 1),
    "crps": ("CRPS, days", "the error of the whole range of possible days", 2),
    "pinball": ("pinball, days", "the error of nine quantiles of it", 2),
    "coverage_80": ("80 % range held", "how often the real day lay in the 80 % range; 80 % is ideal", None),
    "bucket_accuracy": ("bucket right", "on time, up to 30, 31-60, 61-90, over 90 days late: share told right", None),
}
"""Columns of the tables of models: name, meaning, decimals (None: a share)."""
SKILLS = ("log_loss", "mae", "crps")


def backtest_page(result: Backtest) -> str:
    """The page.

    Raises
    ------
    ImportError
        If Jinja2 or matplotlib is not installed.
    """
    folder = files(__package__ or "paybench.explain")
    template, style = (folder.joinpath(f"backtest.{kind}").read_text(encoding="utf-8") for kind in ("html", "css"))
    page = Page(template, f"{result.about['book']}: backtest", style)
    return render(page, **context(result)) + "\n"


def context(result: Backtest) -> dict[str, Any]:
    """What the template says, as text and plain numbers."""
    about, metrics = result.about, result.metrics
    right = metrics["bucket_accuracy"] if "bucket_accuracy" in metrics else pd.Series(dtype="float64")
    reliability = pictures.calibration(result.reliability)
    return {
        "book": about["book"],
        "model": MODEL,
        "rival": EMPIRICAL,
        "rows": plural(about["rows"], "invoice"),
        "open_rows": plural(about["open_rows"], "invoice"),
        "customers": plural(about["customers"], "customer"),
        "origins": [date(pd.Timestamp(o)) for o in about["origins"]],
        "until": date(pd.Timestamp(about["until"])),
        "horizon": about["horizon"],
        "trials": about["trials"],
        "seed": about["seed"],
        "grace": plural(about["grace_days"], "day"),
        "late": _share(about["late"]),
        "constant": _share(max(about["late"], 1 - about["late"])),
        "bucket": None
        if right.get(BASE) is None
        else {
            "majority": _share(right[BASE]),
            "ours": _share(right[MODEL]),
            "rows": plural(about["bucket_rows"], "invoice"),
        },
        "headline": [*_headline(result.skill, "at issue"), *_headline(result.open_skill, "open")],
        "columns": [{"name": name, "meaning": meaning} for name, meaning, _ in COLUMNS.values()],
        "models": [
            _models("Invoices when they are issued", about["rows"], metrics),
            *([_models("Open invoices", about["open_rows"], result.open_metrics)] if len(result.open_metrics) else []),
        ],
        "losses": [pictures.LOSSES[loss] for loss in SKILLS],
        "rivals": _rivals(result.skill_by_rival.loc[["at issue"]].droplevel("when")),
        "by_origin": pictures.address(pictures.skill_by_origin(result.skill_by_origin)),
        "reliability": reliability and pictures.address(reliability),
        "pit": pictures.address(pictures.pit(result.pit)),
        "parts": [_parts(result.slices, when) for when in dict.fromkeys(result.slices.index.get_level_values("when"))],
        "least": LEAST,
        "cash": _cash(result),
        "due_mean": DUE_MEAN,
        "learning": _learning(result),
    }


def _share(value: float) -> str:
    return percent(value) if value < 0.1 or value > 0.9 else f"{100 * value:.0f}\N{NO-BREAK SPACE}%"


def _signed(value: float) -> str:
    return tenths(round(1000 * value), signed=True)


def _headline(skill: pd.DataFrame, when: str) -> list[dict[str, str]]:
    words = {"at issue": "when it is issued", "open": "while it is open"}
    return [
        {
            "what": f"{pictures.LOSSES[str(loss)]}, {words[when]}",
            "said": "better" if s["low"] > 0 else "worse" if s["high"] < 0 else "neither clearly better nor worse",
            "skill": _signed(s["skill"]),
            "interval": f"{_signed(s['low'])} to {_signed(s['high'])}",
        }
        for loss, s in skill.to_dict("index").items()
        if loss in SKILLS
    ]


def _models(title: str, rows: int, metrics: pd.DataFrame) -> dict[str, Any]:
    found = [key for key in COLUMNS if key in metrics and metrics[key].notna().any()]
    return {
        "title": title,
        "rows": plural(rows, "invoice"),
        "columns": [COLUMNS[key][0] for key in found],
        "rows_of": [
            {"name": name, "serves": name == MODEL, "cells": [_cell(key, row[key]) for key in found]}
            for name, row in metrics.iterrows()
        ],
    }


def _cell(key: str, value: float) -> str:
    places = COLUMNS[key][2]
    if pd.isna(value):
        return DASH
    return _share(value) if places is None else f"{value:.{places}f}".replace("-", "\N{MINUS SIGN}")


def _rivals(table: pd.DataFrame) -> list[dict[str, Any]]:
    names = dict.fromkeys(table.index.get_level_values("rival"))
    return [
        {"name": name, "cells": [_gain(table.loc[[name]].droplevel("rival"), loss) for loss in SKILLS]}
        for name in names
    ]


def _gain(skill: pd.DataFrame, loss: str) -> dict[str, Any]:
    s = skill.to_dict("index").get(loss)
    if s is None:
        return {"text": DASH, "interval": "", "sure": False}
    sure = bool(s["low"] > 0 or s["high"] < 0)
    return {
        "text": f"{_signed(s['skill'])} %",
        "interval": f"{_signed(s['low'])} to {_signed(s['high'])}",
        "sure": sure,
    }


def _parts(slices: pd.DataFrame, when: str) -> dict[str, Any]:
    table = slices.loc[[when]].droplevel("when")
    lines = []
    last = ""
    for key, row in table.to_dict("index").items():
        name, part = map(str, cast(tuple[object, object], key))
        known = {
            k: not pd.isna(row.get(k)) for k in ("late", "predicted", "low", "ece", "log_loss_ours", "coverage_80")
        }
        lines.append(
            {
                "slice": "" if name == last else name,
                "part": part,
                "n": f"{int(row['n']):,}",
                "customers": f"{int(row['customers']):,}",
                "late": _share(row["late"]) if known["late"] else DASH,
                "predicted": _share(row["predicted"]) if known["predicted"] else DASH,
                "log_loss": f"{row['log_loss_ours']:.3f} / {row['log_loss_baseline']:.3f}"
                if known["log_loss_ours"]
                else DASH,
                "mae": f"{row['mae_ours']:.1f} / {row['mae_baseline']:.1f}",
                "crps": f"{row['crps_ours']:.1f} / {row['crps_baseline']:.1f}",
                "skill": f"{_signed(row['crps_skill'])} %",
                "interval": f"{_signed(row['low'])} to {_signed(row['high'])}" if known["low"] else "too few",
                "worse": bool(row["high"] < 0),
                "coverage": _share(row["coverage_80"]) if known["coverage_80"] else DASH,
                "ece": f"{row['ece']:.3f}" if known["ece"] else DASH,
            }
        )
        last = name
    return {"when": when, "lines": lines}


def _cash(result: Backtest) -> list[dict[str, Any]]:
    if result.cash.empty:
        return []
    found = []
    currencies = result.cash["invoices"].groupby(level="currency").first().sort_values(ascending=False)
    for currency in currencies.index:
        part = result.cash.loc[currency]
        enough = currencies[currency] >= LEAST
        found.append(
            {
                "currency": currency,
                "actual": money(part["actual"].iloc[0]),
                "weeks": plural(int(part["weeks"].iloc[0]), "week"),
                "invoices": plural(int(currencies[currency]), "invoice"),
                "picture": pictures.address(pictures.cash(result.cash_weeks, str(currency))) if enough else None,
                "lines": [
                    {
                        "name": name,
                        "serves": name == MODEL,
                        "expected": money(row["expected"]),
                        "wape": DASH if pd.isna(row["wape"]) else f"{row['wape']:.3f}",
                        "skill": DASH if pd.isna(row["skill"]) or name == DUE_MEAN else f"{_signed(row['skill'])} %",
                        "interval": ""
                        if pd.isna(row["low"]) or name == DUE_MEAN
                        else f"{_signed(row['low'])} to {_signed(row['high'])}",
                    }
                    for name, row in part.iterrows()
                ]
                if enough
                else [],
            }
        )
    return found


def _learning(result: Backtest) -> dict[str, Any] | None:
    if result.learning is None:
        return None
    curve = result.learning
    lines = []
    for weeks, part in curve.table.groupby(level="weeks"):
        losses = part.droplevel("weeks").to_dict("index")
        crps = losses["crps"]
        fitted = not pd.isna(crps["ours"])
        lines.append(
            {
                "weeks": str(weeks),
                "matured": f"{int(crps['matured']):,}",
                "cells": [_learned(losses[loss]) for loss in SKILLS],
                "skill": f"{_signed(crps['skill'])} %" if fitted else DASH,
                "interval": f"{_signed(crps['low'])} to {_signed(crps['high'])}" if fitted else "",
                "declined": str(crps["declined"]),
            }
        )
    return {
        "origin": date(pd.Timestamp(curve.about["origin"])),
        "rows": plural(curve.about["rows"], "invoice"),
        "picture": pictures.address(pictures.learning(curve.table)),
        "lines": lines,
    }


def _learned(row: dict[Any, Any]) -> str:
    ours = DASH if pd.isna(row["ours"]) else f"{row['ours']:.3f}"
    return f"{ours} / {row['baseline']:.3f}"
