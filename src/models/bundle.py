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
from .distribution import EARLIEST, LONGEST, DaysLate, mixed
from .encode import Encoder
from .forest import Forest, shrunk, spread

Floats = NDArray[np.float64]

FORMAT = 2
GRID = (EARLIEST, LONGEST + 1)
"""First and last day late on which customers' pasts are counted; what lies outside is counted there."""
CAP = 180
"""Days at which expected_days_late stops counting."""


@dataclass(frozen=True)
class Bundle:
    """One trained version, ready to score.

    Attributes
    ----------
    kind : "timing" (a forest) or "baseline" (the customer's own distribution).
    about : what a reader may want to know: as_of, horizon, grace_days, data_hash, metrics, model version, limits of
        ``risk``, training means, thin thresholds. JSON.
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

    @property
    def own_share(self) -> float:
        """Weight of the customer's own distribution in the mixture with the forest (1 for a baseline)."""
        return 1.0 if self.forest is None else float(self.about.get("own_share", 0.0))

    def predict(self, ledger: Ledger, X: pd.DataFrame) -> DaysLate:
        """Distributions of days late of feature rows, not conditioned on being unpaid so far.

        Parameters
        ----------
        ledger : where a customer's own past is looked up, as known at each row's as_of.
        X : feature table, indexed by invoice_id, customer_id, as_of.
        """
        return self.predict_from(own_past(ledger, X) if self.own_share else None, X)

    def predict_from(self, past: Floats | None, X: pd.DataFrame) -> DaysLate:
        """The same from customers' pasts that were looked up before (:func:`own_past`; None if own_share is 0)."""
        if self.forest is None or self.encoder is None:
            return self._own(past)
        predicted = self.forest.predict(self.encoder.transform(X))
        if self.own_share:
            predicted = mixed(predicted, self._own(past), self.own_share)
        return self.calibrator.apply(predicted)

    def p_late_at_issue(self, X: pd.DataFrame) -> Floats:
        """(n,) P(late) before calibration and conditioning on being unpaid: what :meth:`attributions` add up to."""
        said = self.attributions(X).sum(axis=1).to_numpy() if self.encoder else self._own_late(X)
        return np.asarray(said, dtype=np.float64)

    def _own(self, past: Floats | None) -> DaysLate:
        if past is None:
            raise ValueError("This bundle needs customers' pasts: predict(ledger, X).")
        start = self.first - GRID[0]
        counts = past[:, start : start + len(self.pooled)].copy()
        counts[:, 0] += past[:, :start].sum(axis=1)
        counts[:, -1] += past[:, start + len(self.pooled) :].sum(axis=1)
        return shrunk(counts, self.first, self.pooled, float(self.about["strength"]), self.tail)

    def _own_late(self, X: pd.DataFrame) -> Floats:
        """(n,) P(late) of the customer's own distribution: number and late share of settled invoices decide it."""
        n, strength = X["n_settled"].to_numpy(dtype=np.float64), float(self.about["strength"])
        share = np.nan_to_num(X["late_share"].to_numpy(dtype=np.float64))
        late: Floats = (n * share + strength * self._pooled_late) / (n + strength)
        return late

    @property
    def _pooled_late(self) -> float:
        pooled = spread(self.first, self.pooled[None, :], self.tail)
        return float(pooled.later_than(int(self.about["grace_days"]))[0])

    @cached_property
    def late_trees(self) -> lgb.Booster:
        """The forest with P(late) in its leaves: its prediction is the uncalibrated P(late) at issue."""
        return lgb.Booster(model_str=self.late_text)

    def attributions(self, X: pd.DataFrame) -> pd.DataFrame:
        """Exact SHAP values of P(late), in probability: one column per feature, and ``base`` (the mean).

        A row's values and its base add up to P(late) at issue, before calibration and before conditioning on being
        unpaid. The forest's part is path-dependent TreeSHAP (Lundberg et al. 2020) by LightGBM, times its weight. The
        part of the customer's own distribution differs from everybody's by the customer's record alone, and is
        counted to ``late_share``.

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
        raw = self.late_trees.predict(self.encoder.transform(X), pred_contrib=True)
        values = pd.DataFrame(np.asarray(raw) * (1 - self.own_share), columns=names, index=X.index)
        if self.own_share:
            values["late_share"] += self.own_share * (self._own_late(X) - self._pooled_late)
            values["base"] += self.own_share * self._pooled_late
        return values


def own_past(ledger: Ledger, X: pd.DataFrame) -> Floats:
    """(n, days of :data:`GRID`) how often each row's customer had settled so many days late before its as_of."""
    return past_days_late(ledger, X, *GRID)


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
        manifest["sha256"] = _digest(manifest)
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
        if _digest(manifest) != manifest["sha256"]:
            raise _damaged(path, "manifest.json differs from its sha256")
        files = {name: _checked(path, name, digest) for name, digest in manifest["files"].items()}
        return _bundle(manifest, files)
    except (KeyError, TypeError, ValueError, AttributeError, OSError, lgb.basic.LightGBMError) as error:
        raise _damaged(path, f"{type(error).__name__}: {error}") from None


def _digest(manifest: Mapping[str, Any]) -> str:
    """sha256 of a manifest's content, its own digest left out."""
    content = {name: value for name, value in manifest.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


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
        leaves, offsets = arrays.get("leaves"), arrays.get("offsets")
    common = {"about": dict(manifest["about"]), "first": int(manifest["first"]), "pooled": pooled, "tail": tail}
    if leaves is None or offsets is None:
        return Bundle(kind="baseline", **common)
    late = files["late.txt"].decode()
    return Bundle(
        kind="timing",
        **common,
        calibrator=Calibrator(**manifest["calibrator"]),
        encoder=Encoder(tuple(manifest["columns"]), {k: tuple(v) for k, v in manifest["categories"].items()}),
        forest=Forest(late, common["first"], leaves.astype(np.float64), offsets, tail),
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
