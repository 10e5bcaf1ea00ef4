"""Which customer an address belongs to: a table that somebody keeps, since the ledger has no addresses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from ...errors import PaybenchError

COLUMNS = ("customer_id", "channel", "address")


class Addresses:
    """Addresses of customers.

    Parameters
    ----------
    known : customer by channel and address, as they are written; small and large letters do not matter.
    """

    def __init__(self, known: Mapping[tuple[str, str], str] | None = None) -> None:
        self._known = {(channel, _plain(address)): customer for (channel, address), customer in (known or {}).items()}

    @classmethod
    def read(cls, file: str | Path) -> Addresses:
        """From a CSV file with customer_id, channel and address.

        Raises
        ------
        PaybenchError
            If it cannot be read, lacks a column, or gives one address to two customers.
        """
        try:
            table = pd.read_csv(file, dtype="str", keep_default_na=False)
        except (OSError, ValueError) as error:
            raise PaybenchError(
                f"The addresses cannot be read from {file} ({error}); give a CSV file with {', '.join(COLUMNS)}."
            ) from None
        missing = [name for name in COLUMNS if name not in table]
        if missing:
            raise PaybenchError(f"{file} has no column '{missing[0]}'; a list of addresses has {', '.join(COLUMNS)}.")
        known: dict[tuple[str, str], str] = {}
        for row in table[list(COLUMNS)].itertuples(index=False):
            key = (str(row.channel), _plain(str(row.address)))
            if known.setdefault(key, str(row.customer_id)) != row.customer_id:
                raise PaybenchError(
                    f"{file} gives one {row.channel} address to {known[key]} and to {row.customer_id}; "
                    "an answer could reach the wrong one, so give each its own."
                )
        return cls(known)

    def customer(self, channel: str, address: str) -> str:
        """Whose an address is; empty where nobody is known by it."""
        return self._known.get((channel, _plain(address)), "")

    def of(self, customer_id: str, channel: str) -> str:
        """A customer's first address on a channel; empty where there is none."""
        return next(
            (address for (by, address), customer in self._known.items() if customer == customer_id and by == channel),
            "",
        )


def _plain(address: str) -> str:
    return address.strip().casefold()
