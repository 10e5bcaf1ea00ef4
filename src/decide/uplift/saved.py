"""What was learned about contacts as a folder of text: ``uplift.json`` and LightGBM's own text, nothing pickled."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import PaybenchError
from ...files import check_folder, replaced_folder
from ...models.family.encode import Encoder
from .forest import Forest
from .judging import Interval, Judged
from .learn import Uplift
from .learners import DRLearner
from .ranked import Line, Ranks
from .shrink import Averages

MARK = "uplift.json"
"""The file that every saved uplift has."""
FORMAT = 1
_TREES = ("prognosis", "trees")


def save(uplift: Uplift, folder: str | Path) -> None:
    """Write it, whole or not at all; a folder of an earlier one is replaced.

    Raises
    ------
    PaybenchError
        If the folder holds something else.
    """
    check_folder(folder, "saved uplift", MARK)
    with replaced_folder(folder) as new:
        write(uplift, new)


def write(uplift: Uplift, folder: Path) -> None:
    """Write it into a folder that is there."""
    said: dict[str, Any] = {
        "format": FORMAT,
        "date": f"{uplift.date:%Y-%m-%d}",
        **{name: getattr(uplift, name) for name in ("horizon", "lost_share", "decisions", "customers", "declined")},
        "averages": _cells(uplift.averages.reset_index()),
        "by_group": None if uplift.by_group is None else _cells(uplift.by_group),
        "judged": None if uplift.judged is None else _of_judged(uplift.judged),
        "learner": None,
    }
    if uplift.learner is not None:
        said["learner"], texts = _of_learner(uplift.learner)
        for name, text in texts.items():
            (folder / f"{name}.txt").write_text(text, encoding="ascii", newline="\n")
    (folder / MARK).write_text(json.dumps(said, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def read(folder: str | Path) -> Uplift:
    """Read what :func:`save` wrote: its effects are the same to the last bit.

    Raises
    ------
    PaybenchError
        If there is none, or it was damaged or made by another version.
    """
    place = Path(folder)
    if not (place / MARK).is_file():
        raise PaybenchError(f"There is no saved uplift in {folder}; name a folder that holds {MARK}.")
    try:
        said = json.loads((place / MARK).read_text(encoding="utf-8"))
        if said["format"] != FORMAT:
            raise ValueError(f"its format is {said['format']}, not {FORMAT}")
        return Uplift(
            date=pd.Timestamp(said["date"]),
            learner=None if said["learner"] is None else _to_learner(said["learner"], place),
            averages=_table(said["averages"]).set_index("action"),
            judged=None if said["judged"] is None else _to_judged(said["judged"]),
            by_group=None if said["by_group"] is None else _table(said["by_group"]),
            **{name: said[name] for name in ("horizon", "lost_share", "decisions", "customers", "declined")},
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise PaybenchError(
            f"The saved uplift in {folder} cannot be read ({type(error).__name__}: {error}); "
            "learn it again, or restore it."
        ) from None


def _of_learner(learner: DRLearner) -> tuple[dict[str, Any], dict[str, str]]:
    """As JSON, and the texts of its trees."""
    if learner.averages_ is None or learner.encoder_ is None or learner.ranks_ is None or learner.common_ is None:
        raise ValueError("This DRLearner has not learned yet; call fit first.")
    assert learner.prognosis_ is not None
    assert learner.trees_ is not None
    texts = {"prognosis": learner.prognosis_.text, "trees": learner.trees_.text}
    said = {
        "actions": list(learner.actions),
        **{name: getattr(learner, name) for name in ("folds", "seed", "sure", "ridge")},
        "averages": {f.name: _plain(getattr(learner.averages_, f.name)) for f in fields(Averages)},
        "encoder": {
            "columns": list(learner.encoder_.columns),
            "categories": {name: list(values) for name, values in learner.encoder_.categories.items()},
        },
        "ranks": {
            "quantiles": [_plain(q) for q in learner.ranks_.quantiles],
            "categories": list(learner.ranks_.categories),
        },
        "common": _of_line(learner.common_),
        "own": [_of_line(line) for line in learner.own_],
        "kept": _plain(learner.kept_),
        "centre": _plain(learner.centre_),
        "columns": {"prognosis": learner.prognosis_.columns, "trees": learner.trees_.columns},
        "sha256": {name: hashlib.sha256(text.encode("ascii")).hexdigest() for name, text in texts.items()},
    }
    return said, texts


def _to_learner(said: dict[str, Any], folder: Path) -> DRLearner:
    learner = DRLearner(**{name: said[name] for name in ("folds", "seed", "sure", "ridge")})
    learner.actions = tuple(said["actions"])
    means = said["averages"]
    found, error, held = (np.array([float(v) for v in means[name]]) for name in ("found", "error", "believed"))
    learner.averages_ = Averages(found, error, held, float(means["common"]), float(means["common_error"]))
    categories = {name: tuple(values) for name, values in said["encoder"]["categories"].items()}
    learner.encoder_ = Encoder(tuple(said["encoder"]["columns"]), categories)
    quantiles = tuple(np.array(q, dtype=np.float64) for q in said["ranks"]["quantiles"])
    learner.ranks_ = Ranks(quantiles, tuple(said["ranks"]["categories"]))
    learner.common_, learner.own_ = _to_line(said["common"]), tuple(map(_to_line, said["own"]))
    learner.kept_ = np.array(said["kept"], dtype=np.float64).reshape(3, len(learner.actions))
    learner.centre_ = np.array(said["centre"], dtype=np.float64)
    learner.prognosis_, learner.trees_ = (_forest(name, said, folder) for name in _TREES)
    return learner


def _forest(name: str, said: dict[str, Any], folder: Path) -> Forest:
    text = (folder / f"{name}.txt").read_text(encoding="ascii")
    if hashlib.sha256(text.encode("ascii")).hexdigest() != said["sha256"][name]:
        raise ValueError(f"{name}.txt was changed")
    return Forest(text, int(said["columns"][name]))


def _of_line(line: Line) -> dict[str, Any]:
    return {"coefficients": _plain(line.coefficients), "centre": _plain(line.centre)}


def _to_line(said: dict[str, Any]) -> Line:
    return Line(np.array(said["coefficients"], dtype=np.float64), np.array(said["centre"], dtype=np.float64))


def _of_judged(judged: Judged) -> dict[str, Any]:
    said = asdict(replace(judged, calibration=pd.DataFrame()))
    return said | {"calibration": _cells(judged.calibration)}


def _to_judged(said: dict[str, Any]) -> Judged:
    intervals = {name: Interval(**said[name]) for name in ("autoc", "qini", "slope", "choice")}
    return Judged(**(said | intervals | {"calibration": _table(said["calibration"])}))


def _plain(values: NDArray[np.float64] | float) -> Any:
    """As JSON has it; a number without bound is text there."""
    if isinstance(values, float):
        return values if np.isfinite(values) else str(values)
    return [_plain(v) for v in values.tolist()] if values.ndim == 1 else [_plain(row) for row in values]


def _cells(table: pd.DataFrame) -> dict[str, list[Any]]:
    """Columns; what is missing is null."""
    return {str(name): [None if pd.isna(v) else v for v in table[name].tolist()] for name in table.columns}


def _table(said: dict[str, list[Any]]) -> pd.DataFrame:
    found = pd.DataFrame(said)
    texts = [name for name in ("group", "action") if name in found]
    numbers = [name for name in found.columns if name not in (*texts, "decisions", "customers")]
    return found.astype({**dict.fromkeys(texts, "str"), **dict.fromkeys(numbers, "float64")})
