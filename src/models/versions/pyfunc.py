"""The registered version as a ``mlflow.pyfunc`` model, for people who serve with MLflow or Spark.

    model = mlflow.pyfunc.load_model("models:/payment-timing@champion")
    model.predict(pyfunc_rows(ledger, "2026-01-01", bundle))

A row of the input is one open invoice with everything that its score depends on, so that rows can be spread over
workers and kept in a feature store: as_of, the features by their names, and the habits of its customer as four lists
(:func:`pyfunc_rows` makes them of a ledger). A ledger as input would have to stay in one piece; whoever has one asks
``paybench score`` or ``paybench serve``, which also give reasons, and read no model of MLflow's.

The model is a folder with the bundle (text, JSON, plain arrays) and a note for MLflow which module reads it: this one.
Nothing is pickled, and no code lies beside it; where it is loaded, paybench has to be installed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from warnings import catch_warnings, simplefilter

import numpy as np
import pandas as pd

from ... import __version__
from ...errors import PaybenchError
from ...features import Habits, habits, open_on
from ...ledger import Ledger, as_of
from ..family import daily
from ..learn.bundle import CAP, SURE, Bundle, read_bundle, write_bundle

if TYPE_CHECKING:
    from mlflow.models import ModelSignature

PAST = {
    "past_days_late": "days_late",
    "past_lately": "lately",
    "past_weekday": "weekday",
    "past_month_day": "month_day",
}
"""Columns with a customer's habits: which list of :class:`~paybench.features.Habits` each holds."""
OUT = ("p_late", "p_late_30", "p_late_60", "p_late_90", "p_never", "expected_days_late")
"""Columns of the answer that are numbers; pay_on_p10, p50, p90 and risk come behind them."""


def save_pyfunc(bundle: Bundle, path: Path) -> None:
    """Write a bundle as an MLflow model folder with a signature.

    Parameters
    ----------
    bundle : what it answers from. path : the folder, which must not be there yet.
    """
    import mlflow.pyfunc

    write_bundle(bundle, path.parent / "bundle")
    with catch_warnings():
        simplefilter("ignore", UserWarning)  # there is no input example: it would be a customer's
        mlflow.pyfunc.save_model(
            path,
            loader_module=__name__,
            data_path=str(path.parent / "bundle"),
            signature=signature_of(bundle),
            pip_requirements=[f"paybench=={__version__}"],
        )


@dataclass(frozen=True)
class Served:
    """What MLflow asks for predictions."""

    bundle: Bundle

    def predict(self, rows: pd.DataFrame, params: object = None) -> pd.DataFrame:
        """See :func:`answer`; there are no parameters."""
        return answer(self.bundle, rows)


def _load_pyfunc(path: str) -> Served:
    """What MLflow calls to load the model; a damaged bundle is refused."""
    return Served(read_bundle(path))


def columns_of(bundle: Bundle) -> list[str]:
    """The features that a bundle looks at, in their order; the Baseline's only says how overdue an invoice is."""
    found = [c for encoder in (bundle.encoder, bundle.late_encoder) if encoder for c in encoder.columns]
    return list(dict.fromkeys([*found, "days_to_due"]))


def signature_of(bundle: Bundle) -> ModelSignature:
    """The columns that go in and come out, with their types; values may be missing where a feature may be."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema
    from mlflow.types.schema import Array

    names = {c for encoder in (bundle.encoder, bundle.late_encoder) if encoder for c in encoder.categories}
    features = [
        ColSpec(DataType.string if c in names else DataType.double, c, required=c not in names)
        for c in columns_of(bundle)
    ]
    past = [ColSpec(Array(DataType.double), name) for name in PAST]
    given = Schema([ColSpec(DataType.datetime, "as_of"), *features, *past])
    said = [ColSpec(DataType.double, name) for name in OUT]
    dates = [ColSpec(DataType.datetime, f"pay_on_p{q}", required=False) for q in (10, 50, 90)]
    return ModelSignature(given, Schema([*said, *dates, ColSpec(DataType.string, "risk")]))


def pyfunc_rows(ledger: Ledger, date: object, bundle: Bundle) -> pd.DataFrame:
    """What the model wants to know of every invoice that is open at a date.

    Parameters
    ----------
    ledger : the whole book. date : as_of; nothing dated on it or later has an influence.
    bundle : of the version that will answer; its days late are those of the lists.

    Returns
    -------
    DataFrame indexed by invoice_id and customer_id: as_of, the features, and the lists :data:`PAST`.
    """
    cut = as_of(ledger, date)
    X = open_on(cut, date)
    past = habits(cut, X, *bundle.days)
    rows = X[columns_of(bundle)].reset_index("as_of")
    for name, kind in PAST.items():
        rows[name] = getattr(past, kind).astype(np.float64).tolist()
    return rows


def answer(bundle: Bundle, rows: pd.DataFrame) -> pd.DataFrame:
    """The numbers of the score table for rows like :func:`pyfunc_rows`, in their order and with their index.

    They are those of :func:`paybench.score.score` to the last bit; what they mean stands there.

    Raises
    ------
    PaybenchError
        If a column is missing, or a list has not as many numbers as the bundle has days.
    """
    missing = [name for name in ("as_of", *columns_of(bundle), *PAST) if name not in rows]
    if missing:
        raise PaybenchError(f"The rows lack {', '.join(missing)}; make them with pyfunc_rows of this version's bundle.")
    X, past = rows.drop(columns=list(PAST)), _past(bundle, rows)
    if X["days_to_due"].isna().any():
        raise PaybenchError("days_to_due is missing in a row; every open invoice has a due date.")
    overdue = daily.days_overdue(X)
    predicted = bundle.predict_seen(past, X)[0].given_unpaid(overdue)
    low, high = bundle.about["risk_limits"]
    still = predicted.later_than(overdue + 29)
    late = np.where(overdue > bundle.grace_days, 1.0, predicted.later_than(bundle.grace_days))
    thresholds = [predicted.later_than(k) for k in (30, 60, 90)]
    numbers = [late, *thresholds, predicted.never, predicted.expected(CAP)]
    table = pd.DataFrame(dict(zip(OUT, numbers, strict=True)), index=rows.index)
    due = rows["as_of"].dt.as_unit("s") - pd.to_timedelta(overdue, unit="D")
    for q in (10, 50, 90):
        table[f"pay_on_p{q}"] = (due + pd.to_timedelta(predicted.quantile(q / 100), unit="D")).dt.as_unit("s")
    table["risk"] = np.where((still > high) | (still >= SURE), "high", np.where(still > low, "medium", "low"))
    return table


def _past(bundle: Bundle, rows: pd.DataFrame) -> Habits:
    widths = {"past_weekday": 7, "past_month_day": 31}
    lists = {}
    for name in PAST:
        width = widths.get(name, len(bundle.pooled))
        if not rows[name].map(len).eq(width).all():
            raise PaybenchError(f"{name} needs {width} numbers in every row; make the rows with this version's bundle.")
        lists[name] = np.array(rows[name].to_list(), dtype=np.float32).reshape(len(rows), width)
    return Habits(bundle.first, *lists.values())
