"""Age classes: by how many days the due date has passed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ...errors import PaybenchError

Ints = NDArray[np.int64]

ENDS = (30, 60, 90)
"""Last days overdue of the usual classes."""

NOT_DUE = "not due"


class Ages:
    """Not due, 1-30, 31-60, ... and the last without an end.

    Parameters
    ----------
    ends : the last day overdue of each class but the last, rising. An invoice is not overdue on its due date yet.

    Raises
    ------
    PaybenchError
        If the ends are not whole numbers above zero that rise.
    """

    def __init__(self, ends: Sequence[int] = ENDS) -> None:
        values = list(ends)
        whole = all(isinstance(end, int | np.integer) and end > 0 for end in values)
        if not values or not whole or any(a >= b for a, b in pairwise(values)):
            raise PaybenchError(f"ends is {ends!r}; give rising whole numbers of days overdue, like (30, 60, 90).")
        self.ends = tuple(int(end) for end in values)
        starts = [1, *(end + 1 for end in self.ends[:-1])]
        classes = [f"{a}-{b}" if a < b else str(a) for a, b in zip(starts, self.ends, strict=True)]
        self.names = [NOT_DUE, *classes, f"{self.ends[-1] + 1}+"]

    def __len__(self) -> int:
        return len(self.names)

    def of(self, due: Ints, at: int) -> Ints:
        """The class of each due date at the start of a day, from 0 (not due)."""
        return np.searchsorted([0, *self.ends], at - due, side="left")
