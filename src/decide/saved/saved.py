"""Saved forecasts: a folder with tables for people, and what a later comparison needs.

``cash.csv``, ``invoices.csv``, ``kpi.csv`` and the like are for people. ``forecast.json``, ``paths.npz`` (the futures,
in hundredths of a currency unit) and ``invoices.parquet`` are read again by :func:`read_forecast`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ...errors import PaybenchError
from ...files import check_folder, replaced_folder
from ...ledger import day
from ...spreadsheet import csv_bytes
from ..cash.bands import LEVELS, Bands
from ..cash.forecast import BILLING, OPEN, TOTAL, Forecast
from ..cash.items import WEEK
from ..cash.paths import Paths

Floats = NDArray[np.float64]

MARK = "forecast.json"
"""The file that every saved forecast has."""
FORMAT = 1
WEEKS_SHOWN = 13
"""Weeks of ``invoices.csv`` one by one."""
_PATHS, _INVOICES = "paths.npz", "invoices.parquet"
_HUNDREDTHS = 100
_KEYS = ["invoice_id", "customer_id", "currency", "amount", "due_on"]


@dataclass(frozen=True)
class Saved:
    """What a saved forecast said.

    Attributes
    ----------
    about : of :class:`~.forecast.Forecast`. open_book, billing : futures, rounded to hundredths. bands : of the open
        book. invoices : those that were open: invoice_id, customer_id, currency, amount (what was open, currency
        units), due_on. expected : (invoices, weeks) what each was expected to bring in each week, currency units.
    """

    about: dict[str, Any]
    open_book: Paths
    billing: Paths
    bands: Bands
    invoices: pd.DataFrame
    expected: Floats

    @classmethod
    def of(cls, forecast: Forecast) -> Saved:
        """What is kept of a forecast."""
        items = forecast.items
        invoices = pd.DataFrame(
            {
                "invoice_id": items.invoice_id,
                "customer_id": items.customer_id,
                "currency": items.currency,
                "amount": items.amount,
                "due_on": (items.at - pd.to_timedelta(items.days_overdue, unit="D")).astype("datetime64[s]"),
            }
        )
        expected = forecast.paid_in * (items.amount * forecast.learned.kept)[:, None]
        lines = rounded(forecast).lines
        return cls(forecast.about, lines[OPEN], lines[BILLING], forecast.learned.bands, invoices, expected)

    @property
    def at(self) -> pd.Timestamp:
        """as_of."""
        return self.open_book.at

    @property
    def days(self) -> int:
        """Days from as_of on that were forecast."""
        return self.open_book.cash.shape[2]

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies that were forecast."""
        return self.open_book.currencies

    def by_invoice(self, names: pd.Series | None = None) -> pd.DataFrame:
        """The open invoices and when they are expected to be paid, rounded to hundredths.

        Parameters
        ----------
        names : of customers, by customer_id; None = without.

        Returns
        -------
        DataFrame: invoice_id, customer_id, name (if asked for), currency, amount, due_on; expected in ``week_1`` ..
        ``week_13``, in ``later`` weeks of the forecast, and the ``rest`` that is not expected within its sight. They
        add up to the amount.
        """
        table = self.invoices.copy()
        if names is not None:
            table.insert(2, "name", table["customer_id"].map(names).astype("str").fillna(""))
        shown = min(WEEKS_SHOWN, self.expected.shape[1])
        weeks = np.column_stack([self.expected[:, :shown], self.expected[:, shown:].sum(axis=1)])
        hundredths = np.rint(weeks * _HUNDREDTHS)
        rest = np.rint(table["amount"].to_numpy() * _HUNDREDTHS) - hundredths.sum(axis=1)
        table["amount"] = table["amount"].round(2)
        columns = [*(f"week_{k + 1}" for k in range(shown)), "later", "rest"]
        return table.assign(**dict(zip(columns, np.column_stack([hundredths, rest]).T / _HUNDREDTHS, strict=True)))


def rounded(forecast: Forecast) -> Forecast:
    """The same forecast with what comes on each day in whole hundredths, as it is saved."""
    lines = {
        name: replace(paths, cash=np.rint(paths.cash * _HUNDREDTHS) / _HUNDREDTHS)
        for name, paths in forecast.lines.items()
        if name != TOTAL
    }
    return replace(forecast, lines=lines | {TOTAL: lines[OPEN] + lines[BILLING]})


def write_forecast(
    forecast: Forecast,
    folder: str | Path,
    kpis: pd.DataFrame | None = None,
    names: pd.Series | None = None,
    **more: pd.DataFrame,
) -> None:
    """Write a forecast's folder, whole or not at all; the same forecast gives the same bytes.

    Parameters
    ----------
    forecast : what to write: ``cash.csv`` (:meth:`~.forecast.Forecast.table`, rounded to hundredths), ``invoices.csv``
        (:meth:`Saved.by_invoice`), and the files of :func:`read_forecast`.
    folder : a new or empty one, or that of another forecast, which is replaced.
    kpis : goes into ``kpi.csv``. names : of customers, for ``invoices.csv``. more : further tables, by the names of
        their files without ``.csv``.

    Raises
    ------
    PaybenchError
        If the folder holds something else, or cannot be written.
    """
    check_folder(folder, "folder of a forecast", MARK)
    saved = Saved.of(forecast)
    cash = rounded(forecast).table()  # what people read and what is compared later are the same numbers
    cash[["expected", *LEVELS]] = cash[["expected", *LEVELS]].round(2)
    tables = {"cash": cash, "invoices": saved.by_invoice(names)}
    tables |= ({} if kpis is None else {"kpi": kpis}) | more
    with replaced_folder(folder) as new:
        for name, table in tables.items():
            (new / f"{name}.csv").write_bytes(csv_bytes(table))
        kept = {"open_book": saved.open_book.cash, "billing": saved.billing.cash}
        hundredths = {name: np.rint(cash * _HUNDREDTHS).astype(np.int64) for name, cash in kept.items()}
        np.savez_compressed(new / _PATHS, allow_pickle=False, **hundredths)
        weeks = pd.DataFrame(saved.expected, columns=_weeks(saved.expected.shape[1]))
        kept_rows = pd.concat([saved.invoices, weeks], axis=1)
        pq.write_table(pa.Table.from_pandas(kept_rows, preserve_index=False), new / _INVOICES, compression="zstd")
        manifest = {
            "format": FORMAT,
            "about": saved.about,
            "currencies": list(saved.currencies),
            "bands": asdict(saved.bands),
            "files": {_PATHS: hashlib.sha256((new / _PATHS).read_bytes()).hexdigest()},
        }
        manifest["sha256"] = _digest(manifest)
        (new / MARK).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def read_forecast(folder: str | Path) -> Saved:
    """Read a saved forecast.

    Raises
    ------
    PaybenchError
        If there is none, it is of another version of paybench, it is damaged, or a person was erased from it.
    """
    path = Path(folder)
    if not (path / MARK).is_file():
        raise PaybenchError(
            f"There is no forecast at {path}; give the folder that 'paybench forecast ... --out DIR' wrote."
        )
    try:
        manifest = json.loads((path / MARK).read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise PaybenchError(
                f"The forecast at {path} has format {manifest['format']}; this paybench reads {FORMAT}: forecast again."
            )
        if _digest(manifest) != manifest["sha256"]:
            raise _damaged(path, f"{MARK} differs from its sha256")
        if hashlib.sha256((path / _PATHS).read_bytes()).hexdigest() != manifest["files"][_PATHS]:
            raise _damaged(path, f"{_PATHS} differs from its sha256")
        about, at = manifest["about"], day(manifest["about"]["as_of"])
        with np.load(path / _PATHS, allow_pickle=False) as kept:
            cash = [kept[name] / _HUNDREDTHS for name in ("open_book", "billing")]
        rows = pd.read_parquet(path / _INVOICES)
        expected = rows[_weeks(cash[0].shape[2] // WEEK)].to_numpy(dtype=np.float64)
        invoices = rows[_KEYS].assign(amount=rows["amount"].astype(np.float64))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, pa.ArrowException) as error:
        raise _damaged(path, f"{type(error).__name__}: {error}") from None
    if len(rows) != about["open"] or not np.isfinite(expected).all():
        raise PaybenchError(
            f"The forecast at {path} was made of {about['open']} open invoices, and {len(rows)} are left in it; "
            "customers may have been erased since: forecast again."
        )
    paths = [Paths(at, tuple(manifest["currencies"]), futures) for futures in cash]
    return Saved(about, paths[0], paths[1], Bands(**manifest["bands"]), invoices, expected)


def _weeks(count: int) -> list[str]:
    return [f"week_{k + 1}" for k in range(count)]


def _digest(manifest: dict[str, Any]) -> str:
    rest = {key: value for key, value in manifest.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _damaged(path: Path, why: str) -> PaybenchError:
    return PaybenchError(f"The forecast at {path} is damaged ({why}); forecast again.")
