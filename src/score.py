"""The light scoring script: open invoices and a bundle in, the score table out.

Needs the base install only.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from time import sleep

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .errors import PaybenchError
from .explain.attributions import attributions
from .explain.reasons import baseline_reasons, reasons, with_overdue
from .features import habits, open_on
from .files import replaced_file
from .ledger import Ledger, as_of, day, settle
from .models.learn.bundle import CAP, SURE, Bundle, read_bundle
from .progress import track
from .spreadsheet import csv_bytes

CHUNK = 20_000
"""Invoices scored at a time; bounds the memory."""

COLUMNS = [
    *["invoice_id", "customer_id", "as_of", "currency", "amount_open", "due_on", "days_overdue"],
    *["p_late", "p_late_30", "p_late_60", "p_late_90", "p_never"],
    *["pay_on_p10", "pay_on_p50", "pay_on_p90", "expected_days_late", "risk"],
    *["reason_1", "reason_2", "reason_3", "flags", "model_version"],
]
"""Columns of the score table."""

_COLD = 3


def score(
    ledger: Ledger,
    date: object,
    models: Bundle | str = "champion",
    store: str | Path = "mlruns",
    show: bool = False,
) -> pd.DataFrame:
    """Score every invoice that is open at a date.

    Parameters
    ----------
    ledger : the whole book. date : as_of; nothing dated on it or later has an influence.
    models : a bundle, or "champion" for the one exported in ``store``.
    store : folder of the registry. show : progress.

    Returns
    -------
    DataFrame, one row per open invoice, sorted by customer and invoice; :data:`COLUMNS`. All probabilities are
    conditioned on the invoice being unpaid at ``date``:

    - p_late = P(paid later than due_on + grace), 1 once that day has passed; p_late_30/60/90 = P(days late > 30/60/90);
      p_never = P(written off, or not paid within a year after due);
    - pay_on_p10/50/90 : quantiles of the pay date, NaT where they fall into "never"; expected_days_late =
      E[min(days late, 180)]; risk : low, medium, high by P(still unpaid 30 days after ``date``), its limits from the
      bundle;
    - flags : cold_start (fewer than 3 settled invoices), unseen_value (a code that training did not know), thin_tail
      (a p_late_k above 5 % rests on fewer than 100 matured invoices that late), joined by spaces.

    Raises
    ------
    PaybenchError
        If there is no bundle, it is damaged, it was trained on another book, with other grace days or on what was
        known only after ``date``, or nothing was known at ``date``.
    """
    at = day(date)
    bundle = models if isinstance(models, Bundle) else _exported(models, store)
    cut = as_of(ledger, at)
    if cut.invoices.empty:
        raise PaybenchError(f"Nothing was known at {at:%Y-%m-%d}, so there is nothing to score; give a later as_of.")
    check_fits(bundle, ledger, at)
    X = open_on(cut, at)
    facts = settle(cut).set_index("invoice_id").loc[X.index.get_level_values("invoice_id")]
    order = np.lexsort([X.index.get_level_values(k).to_numpy(dtype=str) for k in ("invoice_id", "customer_id")])
    X, facts = X.iloc[order], facts.iloc[order]
    starts = range(0, max(len(X), 1), CHUNK)
    tables = Path(store) / "tables" if models == "champion" else None  # kept beside the champion, built once
    parts = [
        _chunk(cut, at, bundle, X.iloc[i : i + CHUNK], facts.iloc[i : i + CHUNK], tables)
        for i in track(starts, "scoring", show)
    ]
    table = pd.concat(parts, ignore_index=True)
    if len(table) != len(facts):
        raise PaybenchError(f"{len(facts)} invoices are open but {len(table)} were scored; nothing was written.")
    return table


def write_scores(table: pd.DataFrame, file: str | Path) -> None:
    """Write the score table as Parquet or CSV by the file's ending, whole or not at all.

    Raises
    ------
    PaybenchError
        If the ending is neither.
    """
    ending = check_ending(file)
    with replaced_file(file) as new:
        if ending == ".parquet":
            table.to_parquet(new, index=False)
        else:
            new.write_bytes(csv_bytes(table))


def check_ending(file: str | Path) -> str:
    """The ending of a score file: .parquet or .csv.

    Raises
    ------
    PaybenchError
        If it is neither.
    """
    ending = Path(file).suffix.lower()
    if ending not in (".parquet", ".csv"):
        raise PaybenchError(
            f"Scores are written as .parquet or .csv, not as '{Path(file).name}'; change the file's ending."
        )
    return ending


def check_fits(bundle: Bundle, ledger: Ledger, at: pd.Timestamp) -> None:
    """See that a bundle may score a ledger at a date.

    Raises
    ------
    PaybenchError
        If it was trained on what was known only later, on another book, or with other days of grace.
    """
    about = bundle.about
    if at < day(about["as_of"]):
        raise PaybenchError(
            f"The model was trained on what was known at {about['as_of']}, so it cannot say what it would have said "
            f"at {at:%Y-%m-%d}; give that day or a later one, or use 'paybench backtest'."
        )
    if ledger.name != about["book_name"]:
        raise PaybenchError(
            f"The model was trained on the book '{about['book_name']}', and this ledger is of '{ledger.name}'; "
            "name the --store that serves this book."
        )
    if ledger.grace_days != about["grace_days"]:
        raise PaybenchError(
            f"The model was trained with {about['grace_days']} days of grace, and this ledger has {ledger.grace_days}; "
            "train again."
        )


def _exported(models: str, store: str | Path) -> Bundle:
    if models != "champion":
        raise PaybenchError(f"'{models}' is not exported; 'champion' is, and NAME@ALIAS reads the registry.")
    folder = Path(store) / "champion"
    for _ in range(4):  # a promotion may be putting another bundle in its place at this moment
        with suppress(PaybenchError):
            return read_bundle(folder)
        sleep(0.05)
    return read_bundle(folder)


def _chunk(
    cut: Ledger, at: pd.Timestamp, bundle: Bundle, X: pd.DataFrame, facts: pd.DataFrame, tables: Path | None
) -> pd.DataFrame:
    due = facts["due_on"].reset_index(drop=True)
    overdue = (at - due).dt.days.to_numpy(dtype=np.int64)
    grace = int(bundle.about["grace_days"])
    predicted, rows = bundle.predict_seen(habits(cut, X, *bundle.days), X)
    predicted = predicted.given_unpaid(overdue)
    low, high = bundle.about["risk_limits"]
    still = predicted.later_than(overdue + 29)
    table = pd.DataFrame(
        {
            "invoice_id": facts.index.astype("str"),
            "customer_id": facts["customer_id"].to_numpy(),
            "as_of": at,
            "currency": facts["currency"].to_numpy(),
            "amount_open": facts["amount_open"].to_numpy(),
            "due_on": due,
            "days_overdue": overdue,
            "p_late": np.where(overdue > grace, 1.0, predicted.later_than(grace)),
            **{f"p_late_{k}": predicted.later_than(k) for k in (30, 60, 90)},
            "p_never": predicted.never,
            **{f"pay_on_p{round(q * 100)}": due + _days(predicted.quantile(q)) for q in (0.1, 0.5, 0.9)},
            "expected_days_late": predicted.expected(CAP),
            "risk": np.where((still > high) | (still >= SURE), "high", np.where(still > low, "medium", "low")),
        }
    )
    if bundle.kind == "baseline":
        said = baseline_reasons(X, bundle.about.get("late_share"))
    else:
        said = reasons(rows, attributions(bundle, rows, tables), bundle.about["averages"], overdue > grace)
    said = with_overdue(said, overdue, grace)
    table[list(said.columns)] = said.to_numpy()
    table["flags"] = pd.Series(_flags(bundle, X, table), index=table.index, dtype="str")
    table["model_version"] = bundle.version
    return table[COLUMNS]


def _days(numbers: NDArray[np.float64]) -> pd.Series:
    return pd.Series(pd.to_timedelta(numbers, unit="D")).astype("timedelta64[s]")


def _flags(bundle: Bundle, X: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    thin = np.zeros(len(X), dtype=bool)
    for k in bundle.about["thin"]:
        thin |= (table[f"p_late_{k}"] > 0.05).to_numpy()
    raised = {
        "cold_start": (X["n_settled"] < _COLD).to_numpy(),
        "unseen_value": bundle.encoder.unseen(X) if bundle.encoder else np.zeros(len(X), dtype=bool),
        "thin_tail": thin,
    }
    return [" ".join(name for name, on in raised.items() if on[i]) for i in range(len(X))]
