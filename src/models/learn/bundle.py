"""The bundle: everything that scoring needs, as text, JSON and plain arrays, each file with its sha256.

Nothing in it is pickled or run. Every hash is checked before a byte is parsed, because truncated trees can take
the whole process down.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import PaybenchError
from ...features import Habits, habits
from ...files import replaced_folder
from ...ledger import Ledger
from ..family import daily
from ..family.curve import Curve
from ..family.distribution import (
    EARLIEST,
    LONGEST,
    DaysLate,
    shrunk,
    spread,
    together,
)
from ..family.encode import Encoder
from .calibrate import Calibrator
from .conformal import Conformal
from .sound import check_sound

Floats = NDArray[np.float64]

FORMAT = 4
GRID = (EARLIEST, LONGEST + 1)
"""First and last day late of any bundle."""
DAY_BY_DAY = "day_by_day"
"""Column of what the daily hazard says of P(late), beside the features."""
SURE = 0.9
"""P(unpaid 30 days on) from which the risk is high, whatever that of others."""
_TILE = 512  # rows whose distributions are moved together: few enough for the processor's cache
CAP = 180
"""Days at which expected_days_late stops counting."""


@dataclass(frozen=True)
class Bundle:
    """One trained version, ready to score.

    Attributes
    ----------
    kind : "timing" (a daily hazard and a classifier of late payment) or "baseline" (the customer's own distribution).
    about : what a reader may want to know: as_of, horizon, grace_days, data_hash, metrics, model version, limits of
        ``risk``, training means, thin thresholds. JSON.
    pooled : (bins,) everybody's shares per day late. tail : how "beyond the horizon" spreads. first : day of bin 0.
    calibrator, conformal : of the hazard's distributions, one after the other. encoder, hazard_text : of the hazard,
        as is late_encoder, late_text, late_calibrator : of the classifier; its text is empty where one class only was
        seen.
    """

    kind: str
    about: dict[str, Any]
    first: int
    pooled: Floats
    tail: Floats
    calibrator: Calibrator = field(default_factory=Calibrator)
    encoder: Encoder | None = None
    hazard_text: str = ""
    late_calibrator: Calibrator = field(default_factory=Calibrator)
    late_encoder: Encoder | None = None
    late_text: str = ""
    conformal: Conformal = field(default_factory=Conformal)

    @property
    def version(self) -> str:
        """Name and number of the registered version, or what it would be called without one."""
        return str(self.about.get("version") or f"{self.kind} (not registered)")

    @property
    def grace_days(self) -> int:
        """Days after due that do not count as late."""
        return int(self.about["grace_days"])

    @property
    def days(self) -> tuple[int, int]:
        """First and last day late on which customers' pasts are counted; what lies outside is counted there."""
        return self.first, self.first + len(self.pooled) - 1

    def predict(self, ledger: Ledger, X: pd.DataFrame) -> DaysLate:
        """Distributions of days late of feature rows; a trained one knows that each is unpaid at its as_of.

        Parameters
        ----------
        ledger : where a customer's own past is looked up, as known at each row's as_of.
        X : feature table, indexed by invoice_id, customer_id, as_of.
        """
        return self.predict_from(habits(ledger, X, *self.days), X)

    def predict_from(self, past: Habits, X: pd.DataFrame) -> DaysLate:
        """The same from customers' habits that were looked up before, on at least the bundle's own :attr:`days`."""
        return self.predict_seen(past, X)[0]

    def seen(self, ledger: Ledger, X: pd.DataFrame) -> pd.DataFrame:
        """Feature rows with what the daily hazard says of P(late) (column :data:`DAY_BY_DAY`), to be explained."""
        return self.predict_seen(habits(ledger, X, *self.days), X)[1]

    def predict_seen(self, past: Habits, X: pd.DataFrame) -> tuple[DaysLate, pd.DataFrame]:
        """:meth:`predict_from` and :meth:`seen` at once."""
        own = _on(past, *self.days)
        if self.curve is None:
            counts = own.days_late.astype(np.float64)
            return shrunk(counts, self.first, self.pooled, float(self.about["strength"]), self.tail), X
        plain, usual = self.curve.predict(X, own), np.empty(len(X))
        tiles = [slice(i, i + _TILE) for i in range(0, len(X), _TILE)]
        for tile in tiles:
            said = self.conformal.apply(self.calibrator.apply(plain.rows(tile)), X.iloc[tile])
            plain.mass[tile], usual[tile] = said.mass, said.later_than(self.grace_days)
        rows = X.assign(**{DAY_BY_DAY: usual})
        if self.late_text and not X.empty:
            p_late = self.p_late(rows)
            for tile in tiles:
                plain.mass[tile] = plain.rows(tile).with_later_than(self.grace_days, p_late[tile]).mass
        return plain, rows

    def p_late(self, rows: pd.DataFrame) -> Floats:
        """(n,) P(late | unpaid at as_of) of :meth:`seen` rows where grace is not over yet.

        It is what :func:`paybench.explain.attributions` add up to. Of a baseline, P(late) at issue.
        """
        if self.late is None or self.late_encoder is None:
            return self._own_late(rows)
        raw = self.late.predict(self.late_encoder.transform(rows), num_threads=1) if len(rows) else np.zeros(0)
        late = 1.0 - self.late_calibrator(1.0 - np.asarray(raw, dtype=np.float64))
        return together(late, self.day_by_day(rows))

    def day_by_day(self, rows: pd.DataFrame) -> Floats:
        """(n,) P(late) by the hazard; where grace is over the usual one, because it is no question."""
        said = rows[DAY_BY_DAY].to_numpy(dtype=np.float64)
        overdue = daily.overdue(rows)
        return said if overdue is None else np.where(overdue > self.grace_days, self.usual, said)

    @property
    def usual(self) -> float:
        """P(late) by the hazard of the invoices that trained, averaged in log-odds."""
        return float(self.about["averages"].get(DAY_BY_DAY, 0.5))

    def _own_late(self, X: pd.DataFrame) -> Floats:
        """(n,) P(late) at issue of the customer's own distribution: its settled invoices' number and late share."""
        n, strength = X["n_settled"].to_numpy(dtype=np.float64), float(self.about["strength"])
        share = np.nan_to_num(X["late_share"].to_numpy(dtype=np.float64))
        everybody = spread(self.first, self.pooled[None, :], self.tail).later_than(self.grace_days)[0]
        late: Floats = (n * share + strength * everybody) / (n + strength)
        return late

    @cached_property
    def curve(self) -> Curve | None:
        """The daily hazard; None of a baseline."""
        if self.encoder is None:
            return None
        return Curve(self.hazard_text, self.encoder, self.first, self.pooled, self.tail)

    @cached_property
    def late(self) -> lgb.Booster | None:
        """The classifier's trees."""
        return lgb.Booster(model_str=self.late_text) if self.late_text else None


def _on(past: Habits, first: int, last: int) -> Habits:
    """The same habits on some of their days; what lies outside is counted in the outermost."""
    begin, width = first - past.first, last - first + 1

    def cut(counts: NDArray[np.float32]) -> NDArray[np.float32]:
        kept = counts[:, begin : begin + width].copy()
        kept[:, 0] += counts[:, :begin].sum(axis=1)
        kept[:, -1] += counts[:, begin + width :].sum(axis=1)
        return kept

    return Habits(first, cut(past.days_late), cut(past.lately), past.weekday, past.month_day)


def write_bundle(bundle: Bundle, folder: str | Path) -> None:
    """Write a bundle folder, whole or not at all."""
    files = _files(bundle)
    manifest = {
        "format": FORMAT,
        "kind": bundle.kind,
        "about": bundle.about,
        "first": bundle.first,
        "calibrators": {"hazard": asdict(bundle.calibrator), "late": asdict(bundle.late_calibrator)},
        "conformal": {name: list(moved) for name, moved in bundle.conformal.maps.items()},
        "encoders": {"hazard": _encoded(bundle.encoder), "late": _encoded(bundle.late_encoder)},
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
        If there is none, a file is missing or differs from its sha256, or what it holds cannot be scored with
        (:func:`~.sound.check_sound`).
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
        bundle = _bundle(manifest, files)
        check_sound(bundle, GRID)
        return bundle
    except PaybenchError:
        raise
    except Exception as error:  # of zip, numpy, JSON or LightGBM, each has its own
        raise _damaged(path, f"{type(error).__name__}: {error}") from None


def _digest(manifest: Mapping[str, Any]) -> str:
    """sha256 of a manifest's content, its own digest left out."""
    content = {name: value for name, value in manifest.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _encoded(encoder: Encoder | None) -> dict[str, Any]:
    if encoder is None:
        return {}
    return {"columns": list(encoder.columns), "categories": {k: list(v) for k, v in encoder.categories.items()}}


def _encoder(said: Mapping[str, Any]) -> Encoder | None:
    if not said:
        return None
    return Encoder(tuple(said["columns"]), {k: tuple(v) for k, v in said["categories"].items()})


def _files(bundle: Bundle) -> dict[str, bytes]:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, pooled=bundle.pooled, tail=bundle.tail)
    texts = {"hazard.txt": bundle.hazard_text, "late.txt": bundle.late_text}
    return {name: text.encode() for name, text in texts.items() if text} | {"shares.npz": buffer.getvalue()}


def _bundle(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> Bundle:
    with np.load(io.BytesIO(files["shares.npz"]), allow_pickle=False) as arrays:
        pooled, tail = arrays["pooled"], arrays["tail"]
    encoders, calibrators = manifest["encoders"], manifest["calibrators"]
    return Bundle(
        kind=str(manifest["kind"]),
        about=dict(manifest["about"]),
        first=int(manifest["first"]),
        pooled=pooled,
        tail=tail,
        calibrator=Calibrator(**calibrators["hazard"]),
        encoder=_encoder(encoders["hazard"]),
        hazard_text=files.get("hazard.txt", b"").decode(),
        late_calibrator=Calibrator(**calibrators["late"]),
        late_encoder=_encoder(encoders["late"]),
        late_text=files.get("late.txt", b"").decode(),
        conformal=Conformal({name: tuple(moved) for name, moved in manifest["conformal"].items()}),
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
