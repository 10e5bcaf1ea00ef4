"""The bundle: everything that scoring needs, as text, JSON and plain arrays, each file with its sha256.

Nothing in it is pickled or run. Every hash is checked before a byte is parsed, because a truncated forest can take
the whole process down.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import PaybenchError
from ..features import past_days_late
from ..files import replaced_folder
from ..ledger import Ledger
from .calibrate import Calibrator
from .distribution import DaysLate
from .encode import Encoder
from .forest import Forest, spread

Floats = NDArray[np.float64]

FORMAT = 1
CAP = 180
"""Days at which expected_days_late stops counting."""


@dataclass(frozen=True)
class Bundle:
    """One trained version, ready to score.

    Attributes
    ----------
    kind : "timing" (a forest) or "baseline" (the customer's own distribution).
    about : what a reader may want to know: as_of, horizon, grace_days, data_hash, metrics, model version, limits of
        ``risk``, training medians, thin thresholds. JSON.
    pooled : (bins,) everybody's shares per day late. tail : how "beyond the horizon" spreads. first : day of bin 0.
    encoder, forest, calibrator : of a "timing" bundle.
    """

    kind: str
    about: dict[str, Any]
    first: int
    pooled: Floats
    tail: Floats
    calibrator: Calibrator = field(default_factory=Calibrator)
    encoder: Encoder | None = None
    forest: Forest | None = None
    late_text: str = ""
    days_text: str = ""

    @property
    def version(self) -> str:
        """Name and number of the registered version, or what it would be called without one."""
        return str(self.about.get("version") or f"{self.kind} (not registered)")

    def predict(self, ledger: Ledger, X: pd.DataFrame) -> DaysLate:
        """Distributions of days late of feature rows, not conditioned on being unpaid so far.

        Parameters
        ----------
        ledger : where the baseline looks up a customer's past, as known at each row's as_of.
        X : feature table, indexed by invoice_id, customer_id, as_of.
        """
        if self.forest is None or self.encoder is None:
            strength = float(self.about["strength"])
            counts = past_days_late(ledger, X, self.first, self.first + len(self.pooled) - 1)
            shares = (counts + strength * self.pooled) / (counts.sum(axis=1, keepdims=True) + strength)
            return spread(self.first, shares, self.tail)
        return self.calibrator.apply(self.forest.predict(self.encoder.transform(X)))

    @cached_property
    def late_trees(self) -> lgb.Booster:
        """The forest with P(late) in its leaves: its prediction is the uncalibrated P(late) at issue."""
        return lgb.Booster(model_str=self.late_text)

    def attributions(self, X: pd.DataFrame) -> pd.DataFrame:
        """Exact SHAP values of P(late), in probability: one column per feature, and ``base`` (the forest's mean).

        A row's values and its base add up to the forest's P(late) at issue, before calibration and before
        conditioning on being unpaid. Path-dependent TreeSHAP (Lundberg et al. 2020) by LightGBM.

        Raises
        ------
        PaybenchError
            If the bundle is a baseline, which has no features.
        """
        if self.encoder is None:
            raise PaybenchError("The champion is the Baseline, which looks at nothing but the customer's own past.")
        names = [*self.encoder.columns, "base"]
        if X.empty:
            return pd.DataFrame(columns=names, index=X.index, dtype=np.float64)
        values = self.late_trees.predict(self.encoder.transform(X), pred_contrib=True)
        return pd.DataFrame(np.asarray(values), columns=names, index=X.index)


def write_bundle(bundle: Bundle, folder: str | Path) -> None:
    """Write a bundle folder, whole or not at all."""
    files = _files(bundle)
    manifest = {
        "format": FORMAT,
        "kind": bundle.kind,
        "about": bundle.about,
        "first": bundle.first,
        "calibrator": {"shift": bundle.calibrator.shift, "slope": bundle.calibrator.slope},
        "columns": list(bundle.encoder.columns) if bundle.encoder else [],
        "categories": {k: list(v) for k, v in bundle.encoder.categories.items()} if bundle.encoder else {},
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    with replaced_folder(folder) as new:
        for name, content in files.items():
            (new / name).write_bytes(content)
        (new / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def read_bundle(folder: str | Path) -> Bundle:
    """Read a bundle folder.

    Raises
    ------
    PaybenchError
        If there is none, or a file is missing or differs from its sha256.
    """
    path = Path(folder)
    manifest_file = path / "manifest.json"
    if not manifest_file.is_file():
        raise PaybenchError(f"There is no model at {path}; train one with 'paybench train', or name another --store.")
    try:
        manifest = json.loads(manifest_file.read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise PaybenchError(f"The bundle at {path} has format {manifest['format']}; this paybench reads {FORMAT}.")
        files = {name: _checked(path, name, digest) for name, digest in manifest["files"].items()}
        return _bundle(manifest, files)
    except (KeyError, TypeError, ValueError, AttributeError, OSError, lgb.basic.LightGBMError) as error:
        raise _damaged(path, f"{type(error).__name__}: {error}") from None


def _files(bundle: Bundle) -> dict[str, bytes]:
    arrays: dict[str, NDArray[Any]] = {"pooled": bundle.pooled, "tail": bundle.tail}
    files = {}
    if bundle.forest is not None:
        arrays |= {"leaves": bundle.forest.leaves.astype(np.float32), "offsets": bundle.forest.offsets}
        files = {"late.txt": bundle.late_text.encode(), "days.txt": bundle.days_text.encode()}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return files | {"histograms.npz": buffer.getvalue()}


def _bundle(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> Bundle:
    with np.load(io.BytesIO(files["histograms.npz"]), allow_pickle=False) as arrays:
        pooled, tail = arrays["pooled"], arrays["tail"]
        leaves = arrays["leaves"].astype(np.float64) if "leaves" in arrays else None
        offsets = arrays["offsets"] if "offsets" in arrays else None
    common = {"about": dict(manifest["about"]), "first": int(manifest["first"]), "pooled": pooled, "tail": tail}
    if leaves is None or offsets is None:
        return Bundle(kind="baseline", **common)
    late = files["late.txt"].decode()
    return Bundle(
        kind="timing",
        **common,
        calibrator=Calibrator(**manifest["calibrator"]),
        encoder=Encoder(tuple(manifest["columns"]), {k: tuple(v) for k, v in manifest["categories"].items()}),
        forest=Forest(late, common["first"], leaves, offsets, tail),
        late_text=late,
        days_text=files["days.txt"].decode(),
    )


def _checked(path: Path, name: str, digest: str) -> bytes:
    if Path(name).name != name:
        raise _damaged(path, f"it names a file outside itself, {name}")
    content = (path / name).read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise _damaged(path, f"{name} differs from its sha256")
    return content


def _damaged(path: Path, why: str) -> PaybenchError:
    return PaybenchError(f"The bundle at {path} is damaged ({why}); export it again with 'paybench promote'.")
