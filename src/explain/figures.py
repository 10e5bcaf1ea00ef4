"""Pictures of a candidate, for notebooks: each function returns one matplotlib figure and changes nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..models.family.distribution import DaysLate
from ..models.judge.compare import DIRECT_LATE, EMPIRICAL, MODEL
from ..models.learn.metrics import reliability as reliability_table
from .canvas import INK, OTHER, OURS, THEIRS, Picture, panels, tidy
from .words import lateness

Floats = NDArray[np.float64]

COLOURS = {MODEL: OURS, EMPIRICAL: THEIRS, DIRECT_LATE: "#5b9a68", "logistic regression": OTHER}
"""Whose line has which colour; the pictures of P(late) show these models."""

_SKILLS = {"log_loss": "P(late): log loss", "mae": "days late: absolute error", "crps": "distribution: CRPS"}


def discrimination(rows: pd.DataFrame) -> Picture:
    """ROC and precision-recall curves of P(late).

    Parameters
    ----------
    rows : the gate's rows (:attr:`~paybench.models.training.candidate.Candidate.rows`).
    """
    from sklearn.metrics import precision_recall_curve, roc_curve

    picture, (roc, pr) = panels(2, alt="ROC and precision-recall curves of P(late) of the model and three others")
    late = rows["late"].to_numpy()
    for name, colour in COLOURS.items():
        p = rows[f"p: {name}"].to_numpy()
        false_positive, true_positive, _ = roc_curve(late, p)
        precision, recall, _ = precision_recall_curve(late, p)
        style: dict[str, Any] = {
            "color": colour,
            "lw": 2.2 if name == MODEL else 1.3,
            "zorder": 3 if name == MODEL else 2,
        }
        roc.plot(false_positive, true_positive, label=name, **style)
        pr.plot(recall[:-1], precision[:-1], **style)
    roc.plot([0, 1], [0, 1], color=INK, lw=0.8, ls=":")
    pr.axhline(late.mean(), color=INK, lw=0.8, ls=":")
    pr.text(0.01, late.mean(), "share of late invoices", va="bottom", fontsize=8, color=INK)
    roc.set(title="ROC", xlabel="share of on-time invoices flagged", ylabel="share of late invoices flagged")
    pr.set(title="Precision and recall", xlabel="recall: share of late invoices flagged", ylabel="precision")
    roc.legend(loc="lower right", frameon=False, fontsize=9)
    for axes in (roc, pr):
        axes.set(xlim=(0, 1), ylim=(0, 1.01))
    return picture


def reliability(rows: pd.DataFrame) -> Picture:
    """Predicted against observed share of late invoices in ten bins of equal count, with where P(late) lies below it.

    Parameters
    ----------
    rows : the gate's rows.
    """
    picture, (curve, histogram) = panels(
        2, alt="Predicted against observed share of late invoices; histogram of P(late)"
    )
    late = rows["late"].to_numpy()
    for name in (MODEL, EMPIRICAL):
        p = rows[f"p: {name}"].to_numpy()
        table = reliability_table(late, p)
        spread = 1.96 * np.sqrt(table["observed"] * (1 - table["observed"]) / table["n"])
        curve.errorbar(
            table["predicted"], table["observed"], spread, color=COLOURS[name], marker="o", ms=5, lw=1.5,
            elinewidth=0.8, label=name, zorder=3 if name == MODEL else 2,
        )  # fmt: skip
        histogram.hist(p, np.linspace(0, 1, 26).tolist(), histtype="step", color=COLOURS[name], lw=1.8)
    curve.plot([0, 1], [0, 1], color=INK, lw=0.8, ls=":")
    curve.set(title="Reliability", xlabel="predicted P(late)", ylabel="observed share late", xlim=(0, 1), ylim=(0, 1))
    curve.legend(loc="upper left", frameon=False, fontsize=9)
    histogram.set(title="What is predicted", xlabel="predicted P(late)", ylabel="invoices", xlim=(0, 1))
    return picture


def skill_bars(skill: dict[str, list[float]]) -> Picture:
    """Skill against the customer's own distribution, with its 95 % interval.

    Parameters
    ----------
    skill : (skill, low, high) by loss, as in ``Candidate.about["skill"]``.
    """
    picture, (axes,) = panels(1, height=1.0 + 0.55 * len(skill), alt="Skill with its 95 % interval, by loss")
    for i, (gained, low, high) in enumerate(skill.values()):
        colour = OURS if low > 0 else OTHER
        axes.barh(i, gained, 0.5, color=colour, alpha=0.55)
        axes.plot([low, high], [i, i], color=colour, lw=2.5, marker="|", ms=10, mew=2)
        axes.annotate(f"{gained:+.1%}", (high, i), (8, 0), textcoords="offset points", va="center", color=INK)
    axes.axvline(0, color=INK, lw=1)
    axes.set_yticks(range(len(skill)), [_SKILLS.get(name, name) for name in skill])
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:+.1%}")
    axes.set(title=f"Skill against the {EMPIRICAL} (95 % interval, by customer)", xlabel="1 - ours / theirs")
    return picture


def pit(said: DaysLate, y: Floats, horizon: int) -> Picture:
    """Histogram of the probability integral transform: flat if the distributions are calibrated.

    Whole days make an interval of each outcome's transform, which is spread evenly over the bins that it meets
    (Czado, Gneiting and Held 2009); beyond the horizon the interval ends at 1.

    Parameters
    ----------
    said : (n,) distributions. y : (n,) days late, horizon + 1 = beyond. horizon : H in days.
    """
    picture, (axes,) = panels(1, height=3.0, alt="Histogram of the probability integral transform")
    low, high = said.pit(y, horizon)
    edges = np.linspace(0, 1, 11)
    reached = np.clip((edges[None, :] - low[:, None]) / np.maximum(high - low, 1e-12)[:, None], 0, 1)
    density = np.diff(reached, axis=1).mean(axis=0) * 10
    axes.bar(edges[:-1], density, 0.1, align="edge", color=OURS, alpha=0.7, edgecolor="white")
    axes.axhline(1, color=INK, lw=1, ls=":")
    axes.set(title="PIT: where the outcomes fell in their distributions", xlim=(0, 1), ylabel="density (flat = 1)")
    axes.set_xlabel("predicted probability of being paid by the day on which it was")
    return picture


def median_and_actual(rows: pd.DataFrame, horizon: int) -> Picture:
    """Predicted median against actual days late, one cell per group of invoices, the darker the more.

    Parameters
    ----------
    rows : the gate's rows. horizon : H; what is beyond lies at H + 1.
    """
    picture, (axes, errors) = panels(2, alt="Predicted median against actual days late; distribution of the error")
    days, y = rows[f"days: {MODEL}"].to_numpy(), rows["y"].to_numpy()
    actual = np.minimum(y, horizon + 1)
    low, high = np.quantile(actual, 0.005), horizon + 1
    axes.hexbin(days, actual, gridsize=34, extent=(low, high, low, high), bins="log", cmap="Blues", mincnt=1)
    axes.plot([low, high], [low, high], color=THEIRS, lw=1.2)
    axes.set(
        title="Predicted and actual: the darker, the more invoices",
        xlabel="predicted median, days late",
        ylabel="actual, days late",
    )
    error = np.clip(days - np.minimum(y, horizon), -45, 45)
    errors.hist(error, np.arange(-45.5, 46.5, 3).tolist(), color=OURS, alpha=0.7, edgecolor="white")
    errors.axvline(0, color=INK, lw=1, ls=":")
    errors.set(title="Error", xlabel="predicted - actual, days (cut at 45)", ylabel="invoices")
    return picture


def intervals(said: DaysLate, y: Floats, horizon: int, count: int = 48) -> Picture:
    """80 % intervals of some invoices, from the soonest to the latest median, and when each was paid.

    Parameters
    ----------
    said, y, horizon : as in :func:`pit`. count : how many invoices, evenly over the order of the medians.
    """
    picture, (axes,) = panels(1, height=3.6, alt="80 % intervals of some invoices, and when each was paid")
    low, median, high = (np.fmin(said.quantile(q), horizon + 1.0) for q in (0.1, 0.5, 0.9))
    order = np.lexsort((high, median))
    chosen = _evenly(order, count)
    actual, place = np.minimum(y, horizon + 1)[chosen], np.arange(len(chosen))
    inside = (actual >= low[chosen]) & (actual <= high[chosen])
    axes.vlines(place, low[chosen], high[chosen], color=OURS, alpha=0.35, lw=5, label="80 % interval")
    axes.scatter(place, median[chosen], color=OURS, marker="_", s=60, label="median", zorder=2)
    axes.scatter(place[inside], actual[inside], color=INK, s=16, label="outcome, inside", zorder=3)
    axes.scatter(place[~inside], actual[~inside], color=THEIRS, marker="D", s=22, label="outcome, outside", zorder=3)
    axes.axhline(horizon + 0.5, color=OTHER, lw=0.8, ls="--")
    axes.text(len(chosen) - 1, horizon + 4, f"beyond {horizon} days", ha="right", fontsize=8, color=OTHER)
    axes.set(title=f"{len(chosen)} invoices, by their predicted median", ylabel="days late", xticks=[])
    axes.margins(y=0.12)
    axes.legend(frameon=False, fontsize=9, ncols=4, loc="upper center", bbox_to_anchor=(0.5, -0.02))
    return picture


def distributions(said: DaysLate, y: Floats, horizon: int, count: int = 6) -> Picture:
    """Whole distributions of a few invoices, from the soonest to the latest median.

    Parameters
    ----------
    said, y, horizon : as in :func:`pit`. count : how many, evenly over the order of the medians.
    """
    across = 3
    down = -(-count // across)
    picture = Picture(figsize=(9.6, 2.0 * down + 0.4), layout="constrained")
    picture.alt = "Predicted distributions of days late of a few invoices, with the actual day"
    grid = picture.subplots(down, across, sharex=True, sharey=True, squeeze=False).ravel()
    median = np.fmin(said.quantile(0.5), horizon + 1.0)
    order = np.argsort(median, kind="stable")
    chosen = _evenly(order, count)
    late = said.later_than(0)
    shown = np.arange(max(said.first, -20), horizon + 1)
    for axes, i in zip(grid, chosen, strict=False):
        tidy(axes)
        axes.bar(shown, said.mass[i, shown - said.first], 1.0, color=OURS, alpha=0.7)
        axes.axvline(0, color=OTHER, lw=0.8, ls="--")
        actual = f"paid {lateness(y[i])}" if y[i] <= horizon else f"unpaid after {horizon} days"
        axes.axvline(min(y[i], horizon), color=THEIRS, lw=2)
        axes.set_title(f"P(late) {late[i]:.0%}, median {median[i]:.0f}; {actual}", fontsize=9)
    picture.supxlabel("days late (dashed: the due date; orange: when it was paid)", fontsize=9, color=INK)
    picture.supylabel("probability of the day", fontsize=9, color=INK)
    return picture


def _evenly(order: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return order[np.linspace(0, len(order) - 1, min(count, len(order))).astype(np.int64)]
