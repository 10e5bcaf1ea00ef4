"""Exchange rates with dates: the only way in which amounts of several currencies come together."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import PaybenchError
from ...ledger import day
from ...ledger.schema import DATE, days, to_dates


class Rates:
    """A table of rates into one currency.

    Parameters
    ----------
    table : DataFrame with columns currency, dated (day from which a rate is known) and rate (what one unit of
        ``currency`` is worth in ``into``, above zero).
    into : ISO 4217 code; it needs no row of its own.

    Raises
    ------
    PaybenchError
        If a column is missing, a date is none, or a rate is not above zero.
    """

    def __init__(self, table: pd.DataFrame, into: str) -> None:
        missing = [name for name in ("currency", "dated", "rate") if name not in table.columns]
        if missing:
            raise PaybenchError(
                f"The table of rates has no column {missing[0]!r}; it needs currency, dated and rate "
                f"(what one unit is worth in {into})."
            )
        rate = pd.to_numeric(table["rate"], errors="coerce").to_numpy(np.float64)
        if not (np.isfinite(rate) & (rate > 0)).all():
            wrong = table["rate"].iloc[int(np.flatnonzero(~(np.isfinite(rate) & (rate > 0)))[0])]
            raise PaybenchError(f"The table of rates holds the rate '{wrong}'; every rate is a number above zero.")
        self.into = into
        dated = days(pd.Series([day(date) for date in table["dated"]], dtype=DATE))
        names = table["currency"].astype("str").to_numpy()
        self._table = pd.DataFrame({"currency": names, "day": dated, "rate": rate}).sort_values("day", kind="stable")

    @classmethod
    def of(cls, table: pd.DataFrame | None, into: str | None) -> Rates | None:
        """Rates, or None where neither is given.

        Raises
        ------
        PaybenchError
            If only one of the two is given.
        """
        if (table is None) != (into is None):
            raise PaybenchError(
                "Conversion needs both a table of rates (`rates`) and the currency to convert into (`into`); "
                f"{'rates' if table is None else 'into'} is missing."
            )
        return None if table is None or into is None else cls(table, into)

    def at(self, currencies: pd.Index, at: int) -> NDArray[np.float64]:
        """Of each currency the latest rate dated before a day (in days since 1970-01-01), shape (len(currencies),).

        Raises
        ------
        PaybenchError
            If a currency has none.
        """
        latest = self._table[self._table["day"] < at].drop_duplicates("currency", keep="last")
        found = latest.set_index("currency")["rate"].reindex(currencies)
        found[currencies == self.into] = 1.0
        if found.isna().any():
            date = pd.Timestamp(to_dates(np.array([at]))[0])
            raise PaybenchError(
                f"There is no rate of {found.index[found.isna()][0]} into {self.into} dated before {date:%Y-%m-%d}; "
                "add one to the table of rates, or leave the currencies apart."
            )
        return found.to_numpy(np.float64)
