"""Rolling origins: train on what was known, test on invoices issued later, every model on the same rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..errors import PaybenchError
from ..files import check_folder, replaced_folder
from ..ledger import Ledger, as_of, day, settle
from ..progress import say
from .baseline import Baseline
from .bundle import Bundle
from .compare import EMPIRICAL, MODEL, Prediction, challengers, for_open, joined, simple_baselines, skills, table
from .fit import fit_timing
from .folds import Book, Rows, choose_horizon, end_of
from .tune import tune

SHOWN = ("auc", "log_loss", "ece", "mae", "crps", "coverage_80", "width_80")


Still = list[tuple[Rows, Prediction, Prediction]]
"""Of each origin the rows that were open, and what the model and the baseline say of them."""


@dataclass(frozen=True)
class Backtest:
    """What every model scored.

    Attributes
    ----------
    metrics : one row per model, over all origins. by_origin : the same per origin.
    skill : 1 - ours / baseline of each loss, with its 95 % interval clustered by customer. about : settings.
    open_metrics, open_skill : the same of the invoices that were open at each origin, given that they were unpaid; of
        days late only, because whether one is late is mostly known by then.
    """

    metrics: pd.DataFrame
    by_origin: pd.DataFrame
    skill: pd.DataFrame
    open_metrics: pd.DataFrame
    open_skill: pd.DataFrame
    about: dict[str, Any]

    def __str__(self) -> str:
        origins = self.about["origins"]
        lines = [
            f"{self.about['rows']} invoices issued from {origins[0]} on, trained on what was known at "
            + (origins[0] if len(origins) == 1 else f"{len(origins)} origins up to {origins[-1]}")
            + f"; horizon {self.about['horizon']} days.",
            _shown(self.metrics),
            f"Skill of {MODEL} against the {EMPIRICAL} (1 - ours / theirs, 95 % interval by customer):",
            *_skills(self.skill),
        ]
        if len(self.open_metrics):
            rows = int(self.open_metrics["n"].iloc[0])
            lines += [f"{rows} invoices that were open at an origin, given that they were unpaid:"]
            lines += [_shown(self.open_metrics), *_skills(self.open_skill)]
        return "\n".join(lines)


def _shown(metrics: pd.DataFrame) -> str:
    shown = metrics[[c for c in SHOWN if c in metrics]].round(3).astype(object)
    return str(shown.where(shown.notna(), "").to_string())


def _skills(skill: pd.DataFrame) -> list[str]:
    return [f"  {name:9s} {s.skill:+.1%}  ({s.low:+.1%} to {s.high:+.1%})" for name, s in skill.iterrows()]


def backtest(
    ledger: Ledger,
    origins: list[object] | None = None,
    until: object | None = None,
    trials: int = 12,
    seed: int = 0,
    show: bool = False,
) -> Backtest:
    """Judge the whole recipe, tuning included, at several cut-offs.

    Parameters
    ----------
    ledger : the whole book.
    origins : cut-offs; each trains on what was known then, and is tested on invoices issued from it up to the next.
        By default four in the second half of the matured rows.
    until : the day up to which outcomes are known; by default the day after the ledger's last entry, or, where
        nothing is open any more, as late as every outcome needs to count as matured.
    trials, seed : of the tuning at each origin. show : progress.

    Raises
    ------
    PaybenchError
        If an origin leaves nothing to train on or to test with.
    """
    end = _end(ledger) if until is None else day(until)
    whole = Book(ledger, end)
    starts = sorted(day(o) for o in origins) if origins else whole.origins(4)
    if not starts:
        raise PaybenchError(
            "No invoice of the ledger has matured, so there is nothing to test with; import a longer history."
        )
    # What is told apart beyond the due date is chosen from what the first origin knew.
    horizon = choose_horizon(as_of(ledger, starts[0]), starts[0])
    whole = Book(ledger, end, horizon)
    parts: list[list[Prediction]] = []
    rows, per_origin = [], []
    still: Still = []
    for start, stop in pairwise([*starts, end]):
        say(f"origin {start:%Y-%m-%d}", show)
        if start >= end:
            raise PaybenchError(
                f"Origin {start:%Y-%m-%d} is not before {end:%Y-%m-%d}, when outcomes end; choose another origin."
            )
        train_rows, test_rows = whole.known_at(start), whole.issued_in(start, stop)
        if len(train_rows) < 20 or len(test_rows) == 0 or train_rows.late.mean() in (0.0, 1.0):
            raise PaybenchError(
                f"Origin {start:%Y-%m-%d} has {len(train_rows)} matured invoices before it and {len(test_rows)} after "
                "it, or one class only; choose another origin."
            )
        tuned = tune(Book(ledger, start, horizon), trials, seed, show)
        bundle = fit_timing(whole, tuned, seed, start)
        ours = Prediction.of(MODEL, bundle.predict(whole.cut, test_rows.X), test_rows, ledger.grace_days, horizon)
        said = [
            ours,
            *challengers(whole, train_rows, test_rows, seed),
            *simple_baselines(whole, start, train_rows, test_rows),
        ]
        parts.append(said)
        rows.append(test_rows)
        if len(opened := whole.open_at(start)):
            still.append((opened, *_of_open(whole, start, bundle, train_rows, opened)))
        per_origin.append(table(said, test_rows.late, test_rows.y, horizon).assign(origin=f"{start:%Y-%m-%d}"))
    late, y = (np.concatenate([getattr(r, name) for r in rows]) for name in ("late", "y"))
    customers = rows[0].customers.append([r.customers for r in rows[1:]])
    together = [joined(list(models)) for models in zip(*parts, strict=True)]
    empirical = next(p for p in together if p.name == EMPIRICAL)
    gained = skills(together[0], empirical, late, y, customers, horizon)
    open_metrics, open_skill = _opened(still, horizon)
    return Backtest(
        metrics=table(together, late, y, horizon),
        by_origin=pd.concat(per_origin).reset_index().set_index(["origin", "model"]),
        skill=_as_table(gained),
        open_metrics=open_metrics,
        open_skill=open_skill,
        about={
            "rows": len(y),
            "origins": [f"{s:%Y-%m-%d}" for s in starts],
            "until": f"{end:%Y-%m-%d}",
            "horizon": horizon,
            "trials": trials,
            "seed": seed,
        },
    )


def write_backtest(result: Backtest, folder: str | Path) -> None:
    """Every table as a CSV file, and summary.txt, whole or not at all."""
    check_folder(folder, "folder of a backtest", "by_origin.csv")
    with replaced_folder(folder) as new:
        result.metrics.to_csv(new / "metrics.csv")
        result.by_origin.to_csv(new / "by_origin.csv")
        result.skill.to_csv(new / "skill.csv")
        result.open_metrics.to_csv(new / "open_metrics.csv")
        result.open_skill.to_csv(new / "open_skill.csv")
        (new / "summary.txt").write_text(str(result) + "\n", encoding="utf-8")


def _of_open(
    book: Book, origin: pd.Timestamp, bundle: Bundle, train: Rows, rows: Rows
) -> tuple[Prediction, Prediction]:
    """What the model and the customers' own distributions say of the invoices open at an origin."""
    baseline = Baseline(book.cut, book.H).fit(train.X, train.y, tail=book.tail(origin))
    said = {MODEL: bundle.predict(book.cut, rows.X), EMPIRICAL: baseline.predict_distribution(rows.X)}
    ours, theirs = (for_open(name, d, rows, book.ledger.grace_days, book.H) for name, d in said.items())
    return ours, theirs


def _opened(still: Still, horizon: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Metrics and skill of days late over the open invoices of all origins; empty tables without any."""
    if not still:
        return pd.DataFrame(), pd.DataFrame()
    late, y = (np.concatenate([getattr(rows, name) for rows, *_ in still]) for name in ("late", "y"))
    customers = still[0][0].customers.append([rows.customers for rows, *_ in still[1:]])
    ours, theirs = (replace(joined(list(said)), p_late=None) for said in zip(*(s for _, *s in still), strict=True))
    return table([ours, theirs], late, y, horizon), _as_table(skills(ours, theirs, late, y, customers, horizon))


def _as_table(skill: dict[str, tuple[float, float, float]]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(skill, orient="index", columns=["skill", "low", "high"]).rename_axis("loss")


def _end(ledger: Ledger) -> pd.Timestamp:
    end = end_of(ledger)
    facts = settle(as_of(ledger, end))
    if (facts["settled_on"].isna() & facts["written_off_on"].isna()).any() or facts.empty:
        return end
    return max(end, facts["due_on"].max() + pd.Timedelta(days=92))
