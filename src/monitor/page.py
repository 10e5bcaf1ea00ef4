"""The page of a monitoring: from its tables to one self-contained HTML text."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from ..explain import backtest_pictures as pictures
from ..explain.canvas import INK, OURS, THEIRS, Picture, panels
from ..explain.numbers import DASH, MINUS, date, percent, plural, tied
from ..pages import Page, render
from .cohorts import ALL
from .drift import LOOK, LOST, MARGIN, STRONG
from .watch import IMPORTANT, RECENT, Monitored

SHOWN = 15
"""Features in the table of drift."""


def monitor_page(found: Monitored) -> str:
    """The page.

    Raises
    ------
    ImportError
        If Jinja2 or matplotlib is not installed.
    """
    folder = files(__package__ or "paybench.monitor")
    template, style = (folder.joinpath(f"monitor.{kind}").read_text(encoding="utf-8") for kind in ("html", "css"))
    page = Page(template, f"{found.about['book']}: monitoring", style)
    return render(page, **context(found)) + "\n"


def context(found: Monitored) -> dict[str, Any]:
    """What the template says, as text and plain numbers."""
    about = found.about
    months = found.cohorts[found.cohorts["cohort"] != ALL]
    listed = _listed(found.drift)
    return {
        "book": about["book"],
        "at": date(pd.Timestamp(about["as_of"])),
        "model": about["model"],
        "baseline": about["kind"] == "baseline",
        "then": date(pd.Timestamp(about["model_as_of"])),
        "age": plural(about["age_days"], "day"),
        "trained": plural(about["trained"], "invoice"),
        "issued": plural(about["issued_since"], "invoice"),
        "matured": plural(about["matured_since"], "invoice"),
        "recent": plural(about["recent"], "invoice"),
        "window": RECENT,
        "due": found.due,
        "reasons": [tied(r) for r in found.reasons],
        "look": [tied(s) for s in found.alarms.loc[found.alarms["raised"] & ~found.alarms["due"], "said"]],
        "alarms": [_alarm(row) for row in found.alarms.to_dict("records")],
        "drift": [_moved(row) for row in listed.to_dict("records")],
        "others": len(found.drift) - len(listed),
        "important": IMPORTANT,
        "limits": {"look": LOOK, "strong": STRONG, "margin": MARGIN, "lost": percent(LOST)},
        "cohorts": [_cohort(row) for row in found.cohorts.to_dict("records")] if len(months) else [],
        "picture": pictures.address(_picture(months)) if months["late_known"].any() else None,
        "horizon": about["horizon"],
        "provenance": [
            ("Book as known then", about["data_hash"]),
            ("The past as the model knew it", "unchanged" if about["same_past"] else "has been changed since training"),
            ("Late", f"more than {plural(about['grace_days'], 'day')} after the due date"),
            ("paybench", about["paybench"]),
        ],
    }


def _alarm(row: dict[Any, Any]) -> dict[str, Any]:
    state = "due" if row["due"] else "look" if row["raised"] else "fine"
    return {"what": row["what"], "said": tied(row["said"]), "do": tied(row["do"]), "state": state}


def _listed(drift: pd.DataFrame) -> pd.DataFrame:
    """P(late), what matters, and what has drifted, the nearest to its limit first; filled up to :data:`SHOWN`."""
    near = drift["psi"] / drift["limit"]
    first = drift["importance"].isna() & (drift.index == 0)
    rank = np.lexsort([-near, ~drift["drifted"].astype(bool), ~drift["important"], ~first])
    wanted = int((first | drift["important"] | drift["drifted"].astype(bool)).sum())
    return drift.iloc[rank].head(max(wanted, SHOWN))


def _moved(row: dict[Any, Any]) -> dict[str, Any]:
    return {
        "feature": row["feature"],
        "label": row["label"],
        "important": bool(row["important"]),
        "drifted": bool(row["drifted"]),
        "psi": _number(row["psi"], 2),
        "limit": _number(row["limit"], 2),
        "chance": _number(row["chance"], 2),
        "before": _number(row["before"], 2),
        "unseen": percent(row["unseen"]) if row["unseen"] else DASH,
        "missing": f"{percent(row['missing_then'])} / {percent(row['missing_now'])}"
        if row["missing_then"] or row["missing_now"]
        else DASH,
    }


def _cohort(row: dict[Any, Any]) -> dict[str, Any]:
    return {
        "cohort": row["cohort"],
        "whole": row["cohort"] == ALL,
        "issued": f"{row['issued']:,}",
        "known": f"{row['late_known']:,} / {row['days_known']:,}",
        "late": f"{_share(row['predicted'])} / {_share(row['late'])}",
        "expected": _number(row["expected_log_loss"], 3),
        "log_loss": f"{_number(row['log_loss_promised'], 3)} / {_number(row['log_loss'], 3)}",
        "auc": f"{_number(row['expected_auc'], 2)} / {_number(row['auc'], 2)}",
        "ece": f"{_number(row['ece'], 3)} / {_number(row['ece_chance'], 3)}",
        "mae": _number(row["mae"], 1),
        "crps": _number(row["crps"], 1),
        "skills": [_skill(row, loss) for loss in ("log_loss", "crps")],
    }


def _skill(row: dict[Any, Any], loss: str) -> dict[str, Any]:
    gain, low, high = (row[f"{loss}_{part}"] for part in ("skill", "low", "high"))
    signed = [f"{100 * x:+.1f}".replace("-", MINUS) for x in (gain, low, high)]
    return {
        "text": DASH if pd.isna(gain) else tied(f"{signed[0]} %"),
        "interval": "" if pd.isna(high) else f"{signed[1]} to {signed[2]}",
        "worse": bool(high < 0),
    }


def _share(value: float) -> str:
    return DASH if pd.isna(value) else percent(value)


def _number(value: float, places: int) -> str:
    return DASH if pd.isna(value) else f"{value:.{places}f}".replace("-", MINUS)


def _picture(months: pd.DataFrame) -> Picture:
    """By month of issue: log loss promised and realised, and CRPS skill with its interval."""
    skilled = bool(months["crps_skill"].notna().any())  # none where the Baseline serves, or nothing has matured
    picture, row = panels(1 + skilled, 2.9, "Log loss promised and realised, and skill, by month of issue.")
    place = np.arange(len(months))
    row[0].plot(place, months["log_loss_promised"], "o--", ms=4.5, lw=1, color=THEIRS, label="promised")
    row[0].plot(place, months["log_loss"], "o-", ms=4.5, lw=1.4, color=OURS, label="came true")
    row[0].set_title("log loss of what has matured", fontsize=9.5, color=INK, loc="left")
    row[0].legend(frameon=False, fontsize=8.5)
    if skilled:
        gain, low, high = (100 * months[f"crps_{part}"].to_numpy(np.float64) for part in ("skill", "low", "high"))
        row[1].axhline(0, color=INK, lw=0.8)
        row[1].vlines(place, low, high, color=OURS, lw=1.6)
        row[1].plot(place, gain, "o", ms=4.5, color=OURS)
        row[1].set_title("CRPS skill against the customer's own past, %", fontsize=9.5, color=INK, loc="left")
    names = list(months["cohort"])

    def named(x: float, _: float) -> str:
        return names[round(x)] if 0 <= round(x) < len(names) and abs(x - round(x)) < 1e-6 else ""

    for axes in row:
        axes.set_xlim(-0.5, len(months) - 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True, min_n_ticks=1))
        axes.xaxis.set_major_formatter(named)
    return picture
