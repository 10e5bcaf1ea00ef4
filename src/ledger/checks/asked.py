"""The tables as they are asked: with what follows from each row, and what the other tables say of it.

A column that is added says in its name what it holds, because the pages of Great Expectations show it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..book import Ledger
from ..cut import as_of
from ..schema import LAST_YEAR, MONEY_UNITS, TABLES, units
from .suites import ISO_SHAPE, MOST, SPREAD

_FEW = 30
"""Amounts of a currency below which nothing is said of their distribution."""


class Asked:
    """The tables of one ledger, ready to be asked.

    Parameters
    ----------
    ledger : the whole book. What one table says of another's rows is taken from the last version of each row.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.latest = as_of(ledger, f"{LAST_YEAR + 1}-01-01")
        self.invoices = self.latest.invoices.drop_duplicates("invoice_id", keep="last").set_index("invoice_id")
        self.invoices = self.invoices[self.invoices.index.notna()]
        self.billed_to = pd.Index(ledger.invoices["customer_id"].unique())
        self.master = pd.Index(ledger.customers["customer_id"].unique())

    def table(self, name: str) -> pd.DataFrame:
        """One table with its further columns; ``row`` is the place of each row, text of blanks is missing."""
        spec, given = TABLES[name], self.ledger.table(name)[TABLES[name].names].reset_index(drop=True)
        frame = given.assign(row=np.arange(len(given)))
        for column in spec.columns:
            if column.kind in ("id", "text"):
                frame[column.name] = frame[column.name].where(frame[column.name].str.strip() != "")
            if column.kind == "date":
                frame[f"year of {column.name}"] = frame[column.name].dt.year.astype("float64")
        repeats = given.duplicated(keep="first") & frame[list(spec.key)].notna().all(axis=1)
        frame["repeats"] = frame[spec.key[0]].where(repeats)
        if spec.dated:
            frame["days until recorded"] = _days(frame[spec.dated], frame["recorded_on"].fillna(frame[spec.dated]))
        if name == "invoices":
            frame["unknown customer"] = self._unknown(frame["customer_id"], self.master)
        elif "customer_id" in frame and name != "customers":
            frame["unknown customer"] = self._unknown(frame["customer_id"], self.billed_to.union(self.master))
        if "invoice_id" in frame and name != "invoices":
            frame["unknown invoice"] = self._unknown(frame["invoice_id"], self.invoices.index)
        more = getattr(self, f"_{name}", None)
        return frame if more is None else more(frame)

    @staticmethod
    def _unknown(numbers: pd.Series, known: pd.Index) -> pd.Series:
        """The numbers that nothing bears; none if nothing bears any."""
        missing = (known.get_indexer(pd.Index(numbers)) < 0) & numbers.notna().to_numpy() & bool(len(known))
        return numbers.where(missing)

    def _of_invoice(self, frame: pd.DataFrame, column: str) -> pd.Series:
        at = self.invoices.index.get_indexer(pd.Index(frame["invoice_id"]))
        values = self.invoices[column].reset_index(drop=True).reindex(at)
        return values.set_axis(frame.index)

    def _invoices(self, frame: pd.DataFrame) -> pd.DataFrame:
        paid = pd.Series(_whole(self.latest.payments["amount"])).groupby(self.latest.payments["invoice_id"].to_numpy())
        total = paid.sum().reindex(self.invoices.index)
        billed = pd.Series(_whole(self.invoices["amount"]), self.invoices.index)
        over = total.fillna(0) - billed - round(self.ledger.tolerance * MONEY_UNITS)
        once = frame["invoice_id"].where(~frame["invoice_id"].duplicated(keep="last"))
        at = self.invoices.index.get_indexer(pd.Index(once))
        for name, values in {"paid above the amount": over, "paid in all": total}.items():
            frame[name] = (values / MONEY_UNITS).reset_index(drop=True).reindex(at).to_numpy()
        frame["days to due"] = _days(frame["issued_on"], frame["due_on"])
        frame["same as invoice"] = self._same_invoice(frame, once)
        return self._amounts(frame)

    @staticmethod
    def _same_invoice(frame: pd.DataFrame, once: pd.Series) -> pd.Series:
        """The number of an earlier invoice over the same; instalments of one invoice are not the same."""
        what = ["customer_id", "currency", "amount", "issued_on"]
        whole = frame[once.notna() & frame["parent_id"].isna() & frame[what].notna().all(axis=1)]
        return _first_of_the_same(whole, what, "invoice_id").reindex(frame.index)

    def _payments(self, frame: pd.DataFrame) -> pd.DataFrame:
        currency = self._of_invoice(frame, "currency")
        frame["currency of the invoice"] = currency.where(currency.str.match(ISO_SHAPE, na=False))
        frame["customer of the invoice"] = self._of_invoice(frame, "customer_id")
        frame["days after issue"] = _days(self._of_invoice(frame, "issued_on"), frame["paid_on"])
        once = frame[~frame["payment_id"].duplicated(keep="last") & frame["payment_id"].notna()]
        what = ["customer_id", "invoice_id", "currency", "amount", "paid_on", "kind"]
        frame["same as payment"] = _first_of_the_same(once, what, "payment_id").reindex(frame.index)
        return self._amounts(frame)

    @staticmethod
    def _amounts(frame: pd.DataFrame) -> pd.DataFrame:
        """Amounts that four decimals cannot write, and how far out each is: in quartile ranges of the logarithm."""
        amount = frame["amount"]
        exact = np.isclose(_whole(amount) / MONEY_UNITS, amount, rtol=1e-12, atol=1e-9)
        frame["amount not of four decimals"] = amount.where(~exact)
        size = np.log(amount.abs().where(np.isfinite(amount) & (amount != 0)))
        by = size.groupby(frame["currency"])
        upper, lower = by.transform("quantile", 0.75), by.transform("quantile", 0.25)
        spread = (upper - lower).clip(lower=SPREAD)
        frame["quartile ranges above"] = ((size - upper) / spread).where(by.transform("count") >= _FEW)
        return frame

    def _contacts(self, frame: pd.DataFrame) -> pd.DataFrame:
        order = ["customer_id", "channel", "changed_on"]
        said = self.latest.consents[[*order, "allowed"]].dropna()
        said = said.drop_duplicates(order, keep="last").sort_values("changed_on", kind="stable")
        asked = frame[["customer_id", "channel", "sent_on"]].dropna().sort_values("sent_on", kind="stable")
        found = pd.merge_asof(
            asked.reset_index(),
            said,
            left_on="sent_on",
            right_on="changed_on",
            by=["customer_id", "channel"],
            allow_exact_matches=False,
        ).set_index("index")
        frame["forbidden since"] = found["changed_on"].where(found["allowed"].eq(False)).reindex(frame.index)
        return frame

    def _disputes(self, frame: pd.DataFrame) -> pd.DataFrame:
        frame["days to close"] = _days(frame["opened_on"], frame["closed_on"])
        over = frame["amount"] - self._of_invoice(frame, "amount")
        frame["disputed above the amount"] = over.where(over > self.ledger.tolerance)
        return frame

    def _promises(self, frame: pd.DataFrame) -> pd.DataFrame:
        frame["days to promised"] = _days(frame["made_on"], frame["promised_on"])
        return frame


def _days(earlier: pd.Series, later: pd.Series) -> pd.Series:
    return (later - earlier).dt.days.astype("float64")


def _whole(amounts: pd.Series) -> np.ndarray:
    """Amounts in integers, those that are none as 0."""
    return units(amounts.where(amounts.abs() < MOST, 0.0))


def _first_of_the_same(rows: pd.DataFrame, what: list[str], number: str) -> pd.Series:
    """For each row but the first of several that are equal: the number of the first."""
    later = rows.duplicated(what)
    if not later.any():
        return pd.Series(index=rows.index, dtype="str")
    some = rows[rows.duplicated(what, keep=False)]
    return some.groupby(what, dropna=False, sort=False)[number].transform("first").where(later)
