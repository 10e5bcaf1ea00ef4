"""The account of an import: for every row of the input whether it was accepted, why not, and what money it bears."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa

from ..redact import redacted
from .sheet import Sheet

NO_CURRENCY = "unknown"
"""Under this the amounts are summed whose row names no valid currency."""


class Verdict:
    """One entry per row of the input, all files one after the other; the first reason to reject a row counts.

    Attributes
    ----------
    accepted : bool array. ``passed`` : bool array, rows that only frame the others and are no part of the account.
    units : int64 array, the row's amount in 1/10,000 currency unit; ``counted`` says where it has a readable one.
    currency : object array, the currency code of the amount.
    bears_money : list, per sheet whether its rows have amounts with a currency.
    """

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self.sheets = sheets
        self.starts = np.cumsum([0, *(len(sheet) for sheet in sheets)])
        n = int(self.starts[-1])
        self.accepted = np.ones(n, dtype=bool)
        self.passed = np.zeros(n, dtype=bool)
        self.units = np.zeros(n, dtype=np.int64)
        self.counted = np.zeros(n, dtype=bool)
        self.currency = np.full(n, NO_CURRENCY, dtype=object)
        self.bears_money = [False] * len(sheets)
        self._reason = np.full(n, None, dtype=object)
        self._table = np.full(n, None, dtype=object)
        self._flags: list[tuple[int, str, str]] = []
        self._sums: list[tuple[str, np.ndarray, np.ndarray]] = []
        self._leader = np.full(n, -1, dtype=np.int64)

    def positions(self, number: int) -> np.ndarray:
        """The places of one sheet's rows."""
        return np.arange(self.starts[number], self.starts[number + 1])

    def reject(self, positions: np.ndarray, table: str, reason: str | np.ndarray) -> None:
        """Reject the rows at these places (one reason for all, or one each)."""
        positions = np.asarray(positions, dtype=np.int64)
        first = self.accepted[positions]
        self._reason[positions[first]] = reason if isinstance(reason, str) else reason[first]
        self._table[positions[first]] = table
        self.accepted[positions[first]] = False

    def pass_over(self, positions: np.ndarray) -> None:
        """Take the rows at these places out of the account: they are neither accepted nor rejected."""
        self.passed[positions] = True
        self.accepted[positions] = False

    def follow(self, positions: np.ndarray, first: np.ndarray) -> None:
        """Let the rows at these places be accepted only if the first one, of which they are states, is."""
        self._leader[positions] = first

    def settle_states(self) -> None:
        """Reject the states of rows that are rejected."""
        led = np.flatnonzero(self._leader >= 0)
        lost = led[~self.accepted[self._leader[led]]]
        self.reject(lost, "invoices", "it is a later state of a row that is rejected")

    def flag(self, positions: np.ndarray, table: str, reason: str, worth: np.ndarray | None = None) -> None:
        """Keep the rows at these places, and show them to a person, with the sum of what they are ``worth``."""
        self._flags += [(int(at), table, reason) for at in positions]
        if worth is not None and len(worth):
            self._sums.append((reason, positions, worth))

    def rejected(self) -> pd.DataFrame:
        """The rejected rows as the files say them, secrets redacted: file, row (its line), table, reason, content."""
        out = np.flatnonzero(~self.accepted & ~self.passed)
        return self._shown(out, self._table[out], self._reason[out])

    def flagged(self) -> pd.DataFrame:
        """The accepted rows that a person should look at, in the same columns; a row may be there twice."""
        flags = sorted(flag for flag in self._flags if self.accepted[flag[0]])
        at, tables, reasons = zip(*flags, strict=True) if flags else ((), (), ())
        return self._shown(np.array(at, np.int64), np.array(tables, object), np.array(reasons, object))

    def _shown(self, out: np.ndarray, tables: np.ndarray, reasons: np.ndarray) -> pd.DataFrame:
        labels = np.array([sheet.label for sheet in self.sheets], dtype=object)
        lines = np.concatenate([sheet.line for sheet in self.sheets])
        content = pa.concat_arrays([sheet.content for sheet in self.sheets])
        frame = pd.DataFrame(
            {
                "file": labels[np.searchsorted(self.starts, out, side="right") - 1],
                "row": lines[out],
                "table": tables,
                "reason": reasons,
                "content": content.take(pa.array(out)).to_pandas(),
            }
        )
        frame = frame.astype({name: "str" for name in frame if name != "row"})
        return frame.assign(reason=redacted(frame["reason"]), content=redacted(frame["content"]))

    def summary(self) -> dict[str, object]:
        """Rows and amounts of each file, and how often each reason occurs; what was read is accepted or rejected."""
        files = [self._file(number, sheet.label) for number, sheet in enumerate(self.sheets)]
        reasons = Counter(redacted(pd.Series(self._reason[~self.accepted & ~self.passed], dtype="str")).tolist())
        return {
            "files": files,
            "reasons": dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
            "flagged_amounts": {
                reason: self._per_currency(at[self.accepted[at]], worth[self.accepted[at]])
                for reason, at, worth in self._sums
            },
        }

    def _file(self, number: int, label: str) -> dict[str, object]:
        at = self.positions(number)
        accepted, passed = self.accepted[at], self.passed[at]
        counted = self.counted[at] & ~passed
        parts = {"read": ~passed, "accepted": accepted, "rejected": ~accepted & ~passed}
        amounts = {
            str(code): {
                part: _decimal(self.units[at[rows & counted & (self.currency[at] == code)]])
                for part, rows in parts.items()
            }
            for code in sorted(set(self.currency[at[counted]]))
        }
        over = at[self.counted[at] & passed & (self.units[at] != 0)]
        report: dict[str, object] = {"file": label, "rows": {part: int(rows.sum()) for part, rows in parts.items()}}
        report["passed_over"] = int(passed.sum())
        if unread := self.sheets[number].unread:
            report["not_read"] = unread
        if over.size:
            report["passed_over_amounts"] = self._per_currency(over, self.units[over])
        if self.bears_money[number]:
            report |= {"amounts": amounts, "rows_without_readable_amount": int((~counted & ~passed).sum())}
        return report

    def _per_currency(self, at: np.ndarray, worth: np.ndarray) -> dict[str, str]:
        codes = self.currency[at]
        return {str(code): _decimal(worth[codes == code]) for code in sorted(set(codes.tolist()))}


def _decimal(units: np.ndarray) -> str:
    """The exact sum as decimal text with four decimals."""
    return f"{Decimal(sum(units.tolist())).scaleb(-4):.4f}"
