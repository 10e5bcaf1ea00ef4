"""Everything that is known of a serving model at a date: drift, age, what it promised, and what came true."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .. import __version__
from ..explain.attributions import attributions
from ..features import all_features, labels
from ..files import replaced_folder
from ..ledger import Ledger, data_hash, day, known
from ..models.judge.prediction import Prediction
from ..models.learn.bundle import DAY_BY_DAY, Bundle, read_bundle
from ..models.learn.fit import fit_baseline
from ..models.learn.folds import Book, Rows
from ..progress import say
from ..score import check_fits
from ..spreadsheet import csv_bytes
from .alarms import SCORE, Age, alarms
from .cohorts import Issued, cohorts
from .drift import drift

RECENT = 90
"""Days before the date whose invoices are compared with those that trained: a quarter, with its end."""
IMPORTANT = 10
"""Features that count as important: those with the largest mean |SHAP|."""
SAMPLE = 2_000
"""Training rows whose attributions tell which features matter: the latest."""
CHUNK = 20_000
"""Rows predicted at a time; bounds the memory."""
SCORED = 20_000
"""Training rows whose P(late) is compared, evenly over their time."""
MARK = "alarms.csv"
"""The file that every folder of a monitoring has."""


@dataclass(frozen=True)
class Monitored:
    """What was found.

    Attributes
    ----------
    about : book, as_of, the model's version and as_of, counts, hashes.
    alarms : of :func:`~.alarms.alarms`. cohorts : of :func:`~.cohorts.cohorts`.
    drift : of :func:`~.drift.drift`, P(late) first, with label, importance (mean |SHAP|; NaN of the Baseline),
        important, and name (whether its values are names).
    """

    about: dict[str, Any]
    alarms: pd.DataFrame
    drift: pd.DataFrame
    cohorts: pd.DataFrame

    @property
    def due(self) -> bool:
        """Whether retraining is due."""
        return bool(self.alarms["due"].any())

    @property
    def reasons(self) -> list[str]:
        """Why retraining is due, in sentences; empty if it is not."""
        due = self.alarms[self.alarms["due"]]
        return [f"{what}: {said}" for what, said in zip(due["what"], due["said"], strict=True)]

    @property
    def as_dict(self) -> dict[str, Any]:
        """What a program would read."""
        return self.about | {"due": self.due, "reasons": self.reasons, "alarms": self.alarms.to_dict("records")}

    def __str__(self) -> str:
        raised = self.alarms[self.alarms["raised"]]
        lines = [f"  {'due ' if due else 'look'}  {what}: {said}" for what, due, said in self._told(raised)]
        quiet = len(self.alarms) - len(raised)
        head = "retraining is due" if self.due else "retraining is not due"
        return "\n".join([*lines, f"  fine  {quiet} of {len(self.alarms)} checks", f"{head} ({self.about['model']})"])

    @staticmethod
    def _told(table: pd.DataFrame) -> zip[tuple[str, bool, str]]:
        return zip(table["what"], table["due"], table["said"], strict=True)


def monitor(ledger: Ledger, date: object, store: str | Path | Bundle = "mlruns", show: bool = False) -> Monitored:
    """Look at the champion of a store at a date.

    Parameters
    ----------
    ledger : the whole book; nothing dated on ``date`` or later has an influence.
    date : as_of. store : folder of the registry, or a bundle. show : progress.

    Returns
    -------
    Monitored. What trained is computed again from the ledger as it was known at the model's own as_of. Performance is
    that on invoices issued from then on, and labels are as known at ``date``; an invoice counts when the question has
    been answered for every invoice due that day, paid or not.

    Raises
    ------
    PaybenchError
        If there is no champion, it was trained on another book, with other grace days or on what was known only after
        ``date``, or nothing was known at ``date``.
    """
    at = day(date)
    bundle = store if isinstance(store, Bundle) else read_bundle(Path(store) / "champion")
    check_fits(bundle, ledger, at)
    then = day(bundle.about["as_of"])
    say("what trained, and what was issued since", show)
    book = Book(ledger, at, int(bundle.about["horizon"]))
    trained = book.known_at(then)
    since = book.X[book.issued >= then]
    recent = since[since.index.get_level_values("as_of") >= max(then, at - pd.Timedelta(days=RECENT))]
    say("what the model says of them", show)
    issued = _issued(book, bundle, since, then)
    moved = _moved(book, bundle, trained, recent, issued.p_late[len(since) - len(recent) :])
    found = cohorts(issued)
    age = Age((at - then).days, len(trained), len(book.known_at(at)) - len(trained))
    about = {
        "book": ledger.name,
        "as_of": f"{at:%Y-%m-%d}",
        "model": bundle.version,
        "kind": bundle.kind,
        "model_as_of": f"{then:%Y-%m-%d}",
        "age_days": age.days,
        "trained": age.trained,
        "matured_since": age.matured,
        "issued_since": len(since),
        "recent": len(recent),
        "horizon": book.H,
        "grace_days": ledger.grace_days,
        "data_hash": book.hash,
        "same_past": data_hash(known(ledger, then)) == bundle.about["data_hash"],
        "paybench": __version__,
    }
    return Monitored(about, alarms(age, moved, found), moved, found)


def write_monitored(found: Monitored, folder: str | Path) -> None:
    """Write alarms.csv, drift.csv, cohorts.csv and monitor.html, whole or not at all."""
    from .page import monitor_page

    page = monitor_page(found)
    with replaced_folder(folder) as new:
        for name, table in (("alarms", found.alarms), ("drift", found.drift), ("cohorts", found.cohorts)):
            (new / f"{name}.csv").write_bytes(csv_bytes(table))
        (new / "monitor.html").write_text(page, encoding="utf-8")


def _issued(book: Book, bundle: Bundle, X: pd.DataFrame, then: pd.Timestamp) -> Issued:
    """What the model, and each customer's own past as fitted on the same day, said of rows at issue."""
    grace, H = book.ledger.grace_days, book.H
    own = fit_baseline(book, then)
    table = labels(book.cut, X, book.at, H)
    late = table["late"].to_numpy(dtype=np.float64)
    ripe = (table["days_late_capped"].notna() & table["late"].notna()).to_numpy()
    said: dict[str, list[np.ndarray]] = {}
    for i in range(0, len(X), CHUNK):
        rows, mine = X.iloc[i : i + CHUNK], ripe[i : i + CHUNK]
        known_rows = Rows(rows[mine], table.iloc[i : i + CHUNK][mine])
        for who, model in (("ours", bundle), ("theirs", own)):
            p = model.predict(book.cut, rows).later_than(grace)
            losses = {name: np.full(len(rows), np.nan) for name in ("mae", "crps")}
            if mine.any():
                scored = Prediction.of(who, model.predict(book.cut, known_rows.X), known_rows, grace, H)
                losses["mae"][mine] = np.abs(scored.days - np.minimum(known_rows.y, H))
                losses["crps"][mine] = scored.crps
            for name, values in {"p": p, **losses}.items():
                said.setdefault(f"{who} {name}", []).append(values)
    whole = {key: np.concatenate(parts) for key, parts in said.items()}
    nothing = np.zeros(0)
    return Issued(
        pd.DatetimeIndex(X.index.get_level_values("as_of")).strftime("%Y-%m").to_numpy(dtype=str),
        X.index.get_level_values("customer_id"),
        whole.get("ours p", nothing),
        whole.get("theirs p", nothing),
        late,
        {name: whole.get(f"ours {name}", nothing) for name in ("mae", "crps")},
        {name: whole.get(f"theirs {name}", nothing) for name in ("mae", "crps")},
        same=bundle.kind == "baseline",
    )


def _moved(book: Book, bundle: Bundle, trained: Rows, recent: pd.DataFrame, p_now: np.ndarray) -> pd.DataFrame:
    """The table of drift: P(late), then every feature."""
    X = trained.X
    matters = _importance(book, bundle, X)
    some = X.iloc[np.unique(np.linspace(0, len(X) - 1, min(len(X), SCORED)).astype(np.int64))]
    parts = [bundle.predict(book.cut, some.iloc[i : i + CHUNK]) for i in range(0, len(some), CHUNK)]
    p_then = np.concatenate([part.later_than(book.ledger.grace_days) for part in parts]) if parts else np.zeros(0)
    score = drift(pd.DataFrame({SCORE: p_then}, some.index), pd.DataFrame({SCORE: p_now}, recent.index))
    table = pd.concat([score, drift(X, recent)], ignore_index=True)
    known = {f.name: f for f in all_features()}
    names = table["feature"]
    table["label"] = [
        known[n].sentence.rstrip(".") if n in known else "P(late) as the model says it at issue" for n in names
    ]
    table["name"] = [n in known and known[n].category for n in names]
    table["importance"] = names.map(matters)
    top = matters[matters > 0].sort_values(ascending=False, kind="stable").head(IMPORTANT)
    table["important"] = names.isin(top.index)
    return table


def _importance(book: Book, bundle: Bundle, X: pd.DataFrame) -> pd.Series:
    """Mean |SHAP| of each feature over the latest training rows; empty of a model that has none."""
    if not bundle.late_text or X.empty:
        return pd.Series(dtype=np.float64)
    found = attributions(bundle, bundle.seen(book.cut, X.tail(SAMPLE)))
    return found.drop(columns=["base", DAY_BY_DAY], errors="ignore").abs().mean()
