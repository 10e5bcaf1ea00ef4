"""Rolling origins: train on what was known, test on invoices issued later, every model on the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from ...files import check_folder, replaced_folder
from ...ledger import Ledger, as_of, day
from ..learn.folds import Book, Rows, choose_horizon
from .calibration import pit_table, reliability_tables
from .compare import EMPIRICAL, EVERY_LOSS, MODEL, skill_table, skills, table
from .incoming import cash_errors, cash_weeks
from .learning import Learning
from .origin import Judged, Others, cannot_train, judge_origin, outcomes_end
from .parts import by_part
from .prediction import Prediction, joined, joined_rows, true_bucket
from .summary import summary

ORIGINS, LEAST_ROWS, LEAST_DAYS = 8, 50, 14
"""Origins by default: so many, or fewer where one would have fewer test rows or days until the next."""


@dataclass(frozen=True)
class Backtest:
    """What every model scored.

    At issue = on invoices issued after an origin; open = on those open at an origin, given that they were unpaid, of
    days late only, because whether one is late is mostly known by then.

    Attributes
    ----------
    metrics : one row per model, over all origins, at issue. by_origin : the same per origin.
    skill : 1 - ours / theirs of each loss against the customer's own distribution, with its 95 % interval clustered by
        customer. skill_by_origin : the same per origin, at issue and open.
    skill_by_rival : the same against every other model, for each loss that both speak of, at issue and open.
    open_metrics, open_skill : as ``metrics`` and ``skill``, open.
    slices : parts of the book, at issue and open (:func:`~.parts.by_part`).
    reliability : what was said and what came of it (:func:`~.calibration.reliability_tables`), at issue.
    pit : shares per tenth of the predicted distributions (:func:`~.calibration.pit_table`), at issue and open.
    cash : errors of the open book's cash in the next four weeks (:func:`~.incoming.cash_errors`); cash_weeks : its
        weeks.
    about : settings, base rates. learning : the learning curve, if one was asked for.
    """

    metrics: pd.DataFrame
    by_origin: pd.DataFrame
    skill: pd.DataFrame
    skill_by_origin: pd.DataFrame
    skill_by_rival: pd.DataFrame
    open_metrics: pd.DataFrame
    open_skill: pd.DataFrame
    slices: pd.DataFrame
    reliability: pd.DataFrame
    pit: pd.DataFrame
    cash: pd.DataFrame
    cash_weeks: pd.DataFrame
    about: dict[str, Any]
    learning: Learning | None = field(default=None)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by the name of its file."""
        found = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("about", "learning")}
        return found | ({} if self.learning is None else {"learning": self.learning.table})

    def __str__(self) -> str:
        return summary(self.tables, self.about)


def backtest(
    ledger: Ledger,
    origins: Sequence[object] | int | None = None,
    until: object | None = None,
    trials: int = 12,
    seed: int = 0,
    show: bool = False,
    others: Others | None = None,
) -> Backtest:
    """Judge the whole recipe, tuning included, at several cut-offs.

    Parameters
    ----------
    ledger : the whole book.
    origins : cut-offs; each trains on what was known then, and is tested on invoices issued from it up to the next.
        A number takes so many in the second half of the matured rows, with as many rows between them; by default
        eight, fewer where one would have less than 50 rows to test with or less than a fortnight until the next.
    until : the day up to which outcomes are known; by default the day after the ledger's last entry, or, where
        nothing is open any more, as late as every outcome needs to count as matured.
    trials, seed : of the tuning at each origin. show : progress.
    others : called with the rows that are tested at issue and the horizon; what it says is judged beside the models.

    Raises
    ------
    PaybenchError
        If an origin leaves nothing to train on or to test with.
    """
    end = outcomes_end(ledger, until)
    whole = Book(ledger, end)
    cuts = starts(whole, origins)
    # What is told apart beyond the due date is chosen from what the first origin knew.
    horizon = choose_horizon(as_of(ledger, cuts[0]), cuts[0])
    whole = Book(ledger, end, horizon)
    judged = [judge_origin(whole, a, b, trials, seed, others, show) for a, b in pairwise([*cuts, end])]
    rows, said = _together([(j.rows, j.said) for j in judged])
    bucket = true_bucket(rows, ledger.grace_days)
    opened = [j for j in judged if len(j.opened)]
    parts_of_cash = [j.cash for j in judged if len(j.cash)]
    cash = pd.concat(parts_of_cash) if parts_of_cash else pd.DataFrame()
    parts, pits, rivals = {}, {}, {}
    parts["at issue"] = by_part(rows, _pair(said), _of(judged, "rows"), horizon, opened=False)
    pits["at issue"], rivals["at issue"] = pit_table(_pair(said)), _rivals(said, rows, horizon)
    open_metrics, open_skill = pd.DataFrame(), pd.DataFrame()
    if opened:
        still, still_said = _together([(j.opened, j.opened_said) for j in opened])
        parts["open"] = by_part(still, _pair(still_said), _of(opened, "opened"), horizon, opened=True)
        of_days = [replace(p, p_late=None) for p in still_said]
        open_metrics = table(of_days, still.late, still.y, horizon, true_bucket(still, ledger.grace_days))
        pits["open"], rivals["open"] = pit_table(_pair(still_said)), _rivals(of_days, still, horizon)
        open_skill = _against(rivals["open"], EMPIRICAL)
    return Backtest(
        metrics=table(said, rows.late, rows.y, horizon, bucket),
        by_origin=pd.concat([_metrics(j, horizon, ledger.grace_days) for j in judged]),
        skill=_against(rivals["at issue"], EMPIRICAL),
        skill_by_origin=pd.concat([_gains(j, horizon) for j in judged]),
        skill_by_rival=pd.concat(rivals, names=["when"]),
        open_metrics=open_metrics,
        open_skill=open_skill,
        slices=pd.concat(parts, names=["when"]),
        reliability=reliability_tables(rows, _pair(said)),
        pit=pd.concat(pits, names=["when"]),
        cash=cash_errors(cash),
        cash_weeks=cash_weeks(cash),
        about={
            "book": ledger.name,
            "rows": len(rows),
            "customers": int(rows.customers.nunique()),
            "open_rows": sum(len(j.opened) for j in opened),
            "late": float(rows.late.mean()),
            "bucket_rows": int((bucket >= 0).sum()),
            "origins": [f"{s:%Y-%m-%d}" for s in cuts],
            "until": f"{end:%Y-%m-%d}",
            "horizon": horizon,
            "beyond": float((rows.y > horizon).mean()),
            "grace_days": ledger.grace_days,
            "trials": trials,
            "seed": seed,
        },
    )


def write_backtest(result: Backtest, folder: str | Path, pages: Mapping[str, str | bytes] | None = None) -> None:
    """Every table as a CSV file, summary.txt, and ``pages`` by the names of their files, whole or not at all."""
    check_folder(folder, "folder of a backtest", "by_origin.csv")
    with replaced_folder(folder) as new:
        for name, found in result.tables.items():
            found.to_csv(new / f"{name}.csv")
        (new / "summary.txt").write_text(str(result) + "\n", encoding="utf-8")
        for name, page in (pages or {}).items():
            (new / name).write_bytes(page.encode() if isinstance(page, str) else page)


def starts(whole: Book, origins: Sequence[object] | int | None) -> list[pd.Timestamp]:
    """Cut-offs in their order, as :func:`backtest` takes them from a book that knows the outcomes."""
    if origins is not None and not isinstance(origins, int):
        return sorted(day(o) for o in origins)
    if isinstance(origins, int):
        cuts = whole.origins(origins)
    else:
        ripe = whole.known_at(whole.at).X.index.get_level_values("as_of")
        first = whole.origins(1)
        span = (ripe.max() - first[0]).days if first else 0
        cuts = whole.origins(max(min(ORIGINS, len(ripe) // (2 * LEAST_ROWS), span // LEAST_DAYS), 1))
        cuts = [c for c in cuts if not cannot_train(whole.known_at(c))] or cuts[-1:]
    if not cuts:
        raise PaybenchError(
            "No invoice of the ledger has matured, so there is nothing to test with; import a longer history."
        )
    return cuts


def _together(parts: list[tuple[Rows, list[Prediction]]]) -> tuple[Rows, list[Prediction]]:
    """Rows and predictions of all origins; of models that spoke at every one."""
    by_name = [{p.name: p for p in said} for _, said in parts]
    names = [name for name in by_name[0] if all(name in said for said in by_name)]
    return joined_rows([rows for rows, _ in parts]), [joined([said[name] for said in by_name]) for name in names]


def _of(judged: list[Judged], what: str) -> np.ndarray:
    """(n,) number of the origin of each row."""
    return np.repeat(np.arange(len(judged)), [len(getattr(j, what)) for j in judged]).astype(np.float64)


def _pair(said: list[Prediction]) -> tuple[Prediction, Prediction]:
    """Ours and the customers' own distributions."""
    by_name = {p.name: p for p in said}
    return by_name[MODEL], by_name[EMPIRICAL]


def _metrics(j: Judged, horizon: int, grace_days: int) -> pd.DataFrame:
    found = table(j.said, j.rows.late, j.rows.y, horizon, true_bucket(j.rows, grace_days))
    return pd.concat({f"{j.origin:%Y-%m-%d}": found}, names=["origin"])


def _gains(j: Judged, horizon: int) -> pd.DataFrame:
    """Skill against the customers' own distributions at one origin."""
    parts = {}
    for when, rows, said in (("at issue", j.rows, j.said), ("open", j.opened, j.opened_said)):
        if len(rows):
            ours, theirs = _pair(said if when == "at issue" else [replace(p, p_late=None) for p in said])
            parts[when, f"{j.origin:%Y-%m-%d}"] = skill_table(
                skills(ours, theirs, rows.late, rows.y, rows.customers, horizon, EVERY_LOSS)
            )
    return pd.concat(parts, names=["when", "origin"])


def _rivals(said: list[Prediction], rows: Rows, horizon: int) -> pd.DataFrame:
    """Skill against everybody else, by rival and loss."""
    ours, *rivals = said
    return pd.concat(
        {p.name: skill_table(skills(ours, p, rows.late, rows.y, rows.customers, horizon, EVERY_LOSS)) for p in rivals},
        names=["rival"],
    )


def _against(table: pd.DataFrame, rival: str) -> pd.DataFrame:
    return table.loc[[rival]].droplevel("rival")
