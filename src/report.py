"""The report for finance: the champion, the open book and what speaks for it, put together in one page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from . import __version__
from .errors import PaybenchError
from .explain.attributions import attributions
from .explain.cash import paid_by_week
from .explain.drivers import Example, worked_example
from .explain.numbers import date as said
from .explain.page import Findings, currencies, render, waiting
from .explain.trust import Evaluation
from .features import features_at, issue_rows, open_on
from .files import replaced_file
from .ledger import Ledger, as_of, data_hash, day
from .models.learn.bundle import Bundle, read_bundle
from .progress import say, track
from .score import CHUNK, score

if TYPE_CHECKING:
    from .models.training.candidate import Candidate

SAMPLE = 2000
"""Recently issued invoices in the picture of drivers."""


def write_report(
    ledger: Ledger, date: object, out: str | Path, store: str | Path = "mlruns", show: bool = False
) -> None:
    """Write the report for finance, whole or not at all.

    Parameters
    ----------
    ledger : the whole book. date : as_of; nothing dated on it or later has an influence.
    out : the file to write. store : folder of the registry, whose champion speaks. show : progress.

    Raises
    ------
    PaybenchError
        If ``out`` does not end in .html, there is no champion, nothing was known at ``date``, or the workbench is not
        installed.
    """
    if Path(out).suffix.lower() != ".html":
        raise PaybenchError(f"The report is written as .html, not as '{Path(out).name}'; change the file's ending.")
    page = report(ledger, date, store, show)
    with replaced_file(out) as new:
        new.write_text(page, encoding="utf-8")


def report(ledger: Ledger, date: object, store: str | Path = "mlruns", show: bool = False) -> str:
    """The report for finance as HTML (see :func:`write_report`); the same inputs give the same text."""
    try:
        return render(findings(ledger, date, store, show))
    except ImportError as error:
        raise PaybenchError(
            f"The report needs {error.name}, which the base install leaves out: pip install 'paybench[workbench]'."
        ) from None


def findings(ledger: Ledger, date: object, store: str | Path = "mlruns", show: bool = False) -> Findings:
    """Everything that the report tells, as tables."""
    at, folder = day(date), Path(store)
    bundle = read_bundle(folder / "champion")
    table = score(ledger, at, bundle, show=show)
    cut = as_of(ledger, at)
    names = cut.customers.drop_duplicates("customer_id", keep="last").set_index("customer_id")["name"]
    X = open_on(cut, at)
    X = X.iloc[pd.Index(X.index.get_level_values("invoice_id")).get_indexer(table["invoice_id"])]
    table = table.assign(name=table["customer_id"].map(names))
    candidate = _candidate(folder / "candidate")
    trained = bundle.kind == "timing"
    say("explaining", show and trained)
    sample = bundle.seen(cut, _recent(cut)) if trained else None
    return Findings(
        book=ledger.name,
        at=at,
        table=table,
        by_week=_by_week(cut, bundle, X, table["days_overdue"].to_numpy(np.int64), show),
        about=bundle.about,
        kind=bundle.kind,
        evaluation=_evaluation(bundle, candidate),
        X=sample,
        attributions=None if sample is None else attributions(bundle, sample),
        example=_example(cut, bundle, X, table) if trained else None,
        why_baseline="" if trained else _why_baseline(candidate),
        provenance=_provenance(cut, at, bundle, folder / "champion"),
    )


def _candidate(folder: Path) -> Candidate | None:
    from .models.training.candidate import Candidate

    return Candidate(folder) if (folder / "candidate.json").is_file() else None


def _by_week(
    cut: Ledger, bundle: Bundle, X: pd.DataFrame, overdue: NDArray[np.int64], show: bool
) -> NDArray[np.float64]:
    """(n, weeks + 2) P(paid in each week), chunk by chunk."""
    weeks = []
    for i in track(range(0, max(len(X), 1), CHUNK), "spreading over weeks", show):
        predicted = bundle.predict(cut, X.iloc[i : i + CHUNK]).given_unpaid(overdue[i : i + CHUNK])
        weeks.append(paid_by_week(predicted, overdue[i : i + CHUNK]))
    return np.concatenate(weeks)


def _recent(cut: Ledger) -> pd.DataFrame:
    rows = issue_rows(cut).sort_values(["as_of", "invoice_id"], kind="stable").tail(SAMPLE)
    return features_at(cut, rows)


def _example(cut: Ledger, bundle: Bundle, X: pd.DataFrame, table: pd.DataFrame) -> Example | None:
    """In the first currency, the costliest invoice not late yet and likelier to be than not; if none, a milder one."""
    if table.empty:
        return None
    grace = int(bundle.about["grace_days"])
    main = table["currency"] == currencies(table)[0]
    in_time = main & (table["days_overdue"] <= grace)
    likely = in_time & (table["p_late"] > 0.5)
    among = likely if likely.any() else in_time if in_time.any() else main
    which = int(np.argmax(waiting(table).where(among, -1.0).to_numpy()))
    row = bundle.seen(cut, X.iloc[[which]])
    return worked_example(
        row,
        attributions(bundle, row),
        bundle.about["averages"],
        float(table["p_late"].iloc[which]),
    )


def _evaluation(bundle: Bundle, candidate: Candidate | None) -> Evaluation | None:
    """How the bundle was judged; for the Baseline, how it did beside the candidate that was refused."""
    from .models.judge.compare import EMPIRICAL, MODEL

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


def _why_baseline(candidate: Candidate | None) -> str:
    from .models.gate.gate import judge

    if candidate is None:
        return "no model has been trained in this store yet"
    if candidate.declined:
        return candidate.declined
    try:
        verdict = judge(candidate, None)
    except (OSError, KeyError):
        return "what the gate said of the last training is not kept in this store; train again to see it"
    if verdict.promoted:
        return "a trained model has passed the gate and waits for 'paybench promote'"
    return f"the model trained on {said(pd.Timestamp(candidate.about['as_of']))} was refused: {verdict.reason}"


def _recipe(bundle: Bundle) -> str:
    if bundle.kind == "baseline":
        return "Baseline: the customer's own distribution"
    return "a daily hazard and a classifier of late payment"


def _calibration(bundle: Bundle) -> str:
    parts = {"classifier": bundle.late_calibrator, "hazard": bundle.calibrator}
    return "; ".join(f"{name}: shift {c.shift:.3f}, slope {c.slope:.3f}" for name, c in parts.items())


def _provenance(cut: Ledger, at: pd.Timestamp, bundle: Bundle, champion: Path) -> tuple[tuple[str, str], ...]:
    about = bundle.about
    digests = json.loads((champion / "manifest.json").read_text(encoding="utf-8"))["files"]
    parameters = ", ".join(
        f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in about.get("parameters", {}).items()
    )
    facts = {
        "As of": f"{said(at)}; nothing dated that day or later was used",
        "Data known then": f"{data_hash(cut)} (hash), {len(cut.invoices):,} invoices",
        "Model": f"{bundle.version} ({_recipe(bundle)})",
        "Trained on": f"{said(pd.Timestamp(about['as_of']))}, {about['rows']:,} invoices with a known end, "
        f"data hash {about['data_hash']}",
        "Run": str(about.get("run_id", "")),
        "Parameters": f"{parameters}, seed {about['seed']}" if parameters else "",
        "Calibration": _calibration(bundle) if bundle.kind == "timing" else "",
        "Model files, sha256": ", ".join(f"{name} {digest[:12]}" for name, digest in sorted(digests.items())),
        "paybench": f"{__version__} (trained with {about['paybench']})",
    }
    return tuple((name, value) for name, value in facts.items() if value)
