"""Everything that the report tells, as tables: gathered from the champion and from the ledger as it was known."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ... import __version__
from ...decide.cash.forecast import Forecast, forecast
from ...decide.cash.paths import PATHS
from ...decide.decided import Decisions
from ...decide.exceptions import REPORTED, Exceptions, exceptions
from ...decide.saved.speakers import speakers
from ...explain.attributions import attributions
from ...explain.drivers import Example, worked_example
from ...explain.trust import Evaluation
from ...features import features_at, issue_rows
from ...ledger import Ledger, as_of, data_hash, day
from ...models.learn.bundle import Bundle, read_bundle
from ...progress import say
from ...score import score
from .changed import changed
from .deciding import check, decide, nameless
from .kpis import measured
from .weeks import WEEKS, shares

if TYPE_CHECKING:
    from ...models.training.candidate import Candidate

Floats = NDArray[np.float64]

SAMPLE = 2000
"""Recently issued invoices that the drivers are measured on."""


@dataclass(frozen=True)
class Findings:
    """Everything that the page tells.

    Attributes
    ----------
    book : its name. at : as_of.
    table : the score table, with ``name`` (of the customer; missing where it is not known, or left out).
    by_week : (rows of ``table``, weeks + 2) the share of each that is expected in each week, of :func:`~.weeks.shares`.
    changed : customers who pay otherwise than before (:func:`~.changed.changed`).
    exceptions : what a person has to see (:func:`paybench.decide.exceptions.exceptions`).
    about : of the bundle that serves. kind : "timing" or "baseline".
    evaluation : how it was judged, None where nothing was.
    attributions : SHAP values of a sample of recent invoices at issue; None where the Baseline serves.
    example : one worked example, or None.
    why_baseline : why no trained model serves, as a sentence and its values; empty if one does.
    provenance : facts by name, for :mod:`.why`. names : of customers, by number; empty if left out.
    cash : the forecast; None where no invoice is open. kpis, ages : of :func:`~.kpis.measured`, as it.
    decisions : of the day; None where no invoice is open, or none could be made: ``undecided`` says why.
    """

    book: str
    at: pd.Timestamp
    table: pd.DataFrame
    by_week: Floats
    changed: pd.DataFrame
    exceptions: tuple[Exceptions, ...]
    about: dict[str, Any]
    kind: str
    evaluation: Evaluation | None = None
    attributions: pd.DataFrame | None = None
    example: Example | None = None
    why_baseline: tuple[str, dict[str, str]] = ("", {})
    provenance: tuple[tuple[str, Any], ...] = ()
    names: pd.Series | None = None
    cash: Forecast | None = None
    kpis: pd.DataFrame | None = None
    ages: pd.DataFrame | None = None
    decisions: Decisions | None = None
    undecided: str = ""


def findings(
    ledger: Ledger,
    date: object,
    store: str | Path = "mlruns",
    language: str = "en",
    names: bool = True,
    show: bool = False,
    paths: int = PATHS,
    cash: Forecast | None = None,
    decisions: Decisions | None = None,
    withheld: pd.DataFrame | None = None,
) -> Findings:
    """Gather it.

    Parameters
    ----------
    ledger : the whole book. date : as_of; nothing dated on it or later has an influence.
    store : folder of the registry, whose champion speaks. language : of the reasons, "en" or "de".
    names : False leaves out names of customers, and what somebody wrote in words. show : progress.
    paths : futures of the cash that are drawn. cash : the forecast of the same day, where it is at hand.
    decisions : those of the same day and language, where they are at hand; else they are made by the policy "standard".
    withheld : earlier decisions to send nothing (``withheld.parquet`` beside a ledger), for what contacts changed.

    Raises
    ------
    PaybenchError
        As :func:`paybench.score.score`, and if the decisions are of another day or book.
    """
    at, folder = day(date), Path(store)
    check(decisions, ledger, at)
    bundle = read_bundle(folder / "champion")
    table = score(ledger, at, bundle, show=show, language=language)
    cut = as_of(ledger, at)
    called = cut.customers.drop_duplicates("customer_id", keep="last").set_index("customer_id")["name"]
    called = called if names else called.iloc[:0]
    candidate = _candidate(folder / "candidate")
    trained = bundle.kind == "timing"
    undecided = ""
    if table.empty:
        cash = kpis = ages = decisions = None
    else:
        if decisions is None:
            decisions, undecided = decide(ledger, at, folder, withheld, language, names, show, table)
        cash = cash or forecast(ledger, at, speakers(ledger, at, folder), paths=paths, show=show)
        kpis, ages = measured(ledger, at, cut.invoices["issued_on"].min())
    say("explaining", show and trained)
    found = exceptions(cut, at, table, kinds=REPORTED)
    return Findings(
        book=ledger.name,
        at=at,
        table=table.assign(name=table["customer_id"].map(called)),
        by_week=np.zeros((0, WEEKS + 2)) if cash is None else shares(cash, table["invoice_id"]),
        changed=changed(cut, at),
        exceptions=found if names else tuple(_without_words(one) for one in found),
        about=bundle.about,
        kind=bundle.kind,
        evaluation=_evaluation(bundle, candidate),
        attributions=attributions(bundle, bundle.seen(cut, _recent(cut))) if trained else None,
        example=_example(cut, bundle, table, language) if trained else None,
        why_baseline=("", {}) if trained else _why_baseline(candidate),
        provenance=_provenance(cut, bundle, folder / "champion"),
        names=called,
        cash=cash,
        kpis=kpis,
        ages=ages,
        decisions=decisions if decisions is None or names else nameless(decisions),
        undecided=undecided,
    )


def currencies(table: pd.DataFrame) -> list[str]:
    """The currencies of a score table, the one with the most invoices first."""
    counts = table["currency"].value_counts()
    return sorted(map(str, counts.index), key=lambda c: (-int(counts[c]), c))


def waiting(table: pd.DataFrame) -> pd.Series:
    """What waiting for each invoice costs, up to an interest rate: open amount x expected days late, 0 if early."""
    return table["amount_open"] * table["expected_days_late"].clip(lower=0.0)


def name_of(names: pd.Series | None, customer: str) -> str:
    """A customer's name; empty where it is not known, left out, or no other than its number."""
    name = None if names is None else names.get(customer)
    return "" if name is None or pd.isna(name) or name == customer else str(name)


def _without_words(one: Exceptions) -> Exceptions:
    return Exceptions(one.kind, one.rows.assign(detail=""), one.recorded)


def _candidate(folder: Path) -> Candidate | None:
    from ...models.training.candidate import Candidate

    return Candidate(folder) if (folder / "candidate.json").is_file() else None


def _recent(cut: Ledger) -> pd.DataFrame:
    rows = issue_rows(cut).sort_values(["as_of", "invoice_id"], kind="stable").tail(SAMPLE)
    return features_at(cut, rows)


def _example(cut: Ledger, bundle: Bundle, table: pd.DataFrame, language: str) -> Example | None:
    """In the first currency, the costliest invoice not late yet and likelier to be than not; if none, a milder one."""
    if table.empty:
        return None
    grace = int(bundle.about["grace_days"])
    main = table["currency"] == currencies(table)[0]
    in_time = main & (table["days_overdue"] <= grace)
    likely = in_time & (table["p_late"] > 0.5)
    among = likely if likely.any() else in_time if in_time.any() else main
    which = int(np.argmax(waiting(table).where(among, -1.0).to_numpy()))
    row = bundle.seen(cut, features_at(cut, table.iloc[[which]]))
    today = float(table["p_late"].iloc[which])
    return worked_example(row, attributions(bundle, row), bundle.about["averages"], today, language=language)


def _evaluation(bundle: Bundle, candidate: Candidate | None) -> Evaluation | None:
    """How the bundle was judged; for the Baseline, how it did beside the candidate that was refused."""
    from ...models.judge.compare import EMPIRICAL, MODEL

    about: dict[str, Any] = bundle.about
    if bundle.kind == "baseline":
        if candidate is None or candidate.declined:
            return None
        about = candidate.bundle.about
    if "evaluation" not in about:
        return None
    return Evaluation(
        models=about["evaluation"],
        serves=EMPIRICAL if bundle.kind == "baseline" else MODEL,
        rows=int(about["gate_rows"]),
        since=pd.Timestamp(about["gate_from"]),
        rival=EMPIRICAL,
        skill=about["skill"],
        reliability=[] if bundle.kind == "baseline" else about["reliability"],
    )


def _why_baseline(candidate: Candidate | None) -> tuple[str, dict[str, str]]:
    from ...models.gate.gate import judge

    if candidate is None:
        return "no model has been trained in this store yet", {}
    if candidate.declined:
        return "training declined: {reason}", {"reason": candidate.declined}
    try:
        verdict = judge(candidate, None)
    except (OSError, KeyError):
        return "what the gate said of the last training is not kept in this store; train again to see it", {}
    if verdict.promoted:
        return "a trained model has passed the gate and waits for 'paybench promote'", {}
    return "the model trained on {as_of} was refused: {reason}", {
        "as_of": str(candidate.about["as_of"]),
        "reason": verdict.reason,
    }


def _provenance(cut: Ledger, bundle: Bundle, champion: Path) -> tuple[tuple[str, Any], ...]:
    about, trained = bundle.about, bundle.kind == "timing"
    digests = json.loads((champion / "manifest.json").read_text(encoding="utf-8"))["files"]
    parts = {"classifier": bundle.late_calibrator, "hazard": bundle.calibrator} if trained else {}
    facts = {
        "data": (data_hash(cut), len(cut.invoices)),
        "model": bundle.version,
        "trained": (str(about["as_of"]), int(about["rows"]), str(about["data_hash"])),
        "run": str(about.get("run_id", "")),
        "parameters": {**about["parameters"], "seed": about["seed"]} if about.get("parameters") else {},
        "calibration": {name: (c.shift, c.slope) for name, c in parts.items()},
        "files": dict(sorted(digests.items())),
        "paybench": (__version__, str(about["paybench"])),
    }
    return tuple(facts.items())
