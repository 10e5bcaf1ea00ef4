"""What segments are made by: where the borders lie, how far back is looked, how sure a move has to be."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from ...errors import PaybenchError


@dataclass(frozen=True)
class Settings:
    """The numbers behind a segmentation.

    Attributes
    ----------
    most_days : an invoice counts at most so many days overdue, and counts once so many days have passed since it was
        due, paid or not.
    slow, risky : days overdue on average (0 for what is paid in time) above which a customer is slow, and risky.
    large, middle : the largest customers that bring this share of a currency's yearly billing are large; those that
        follow up to the second share are middle; the others are small.
    half_life : days after which an invoice counts half.
    margin : a customer leaves its segment once the estimate lies so many standard deviations beyond the border;
    patience : or once it lay beyond the border, however little, in so many months running.
    """

    most_days: int = 30
    slow: float = 10.0
    risky: float = 18.0
    large: float = 0.5
    middle: float = 0.9
    half_life: int = 730
    margin: float = 1.0
    patience: int = 4

    def __post_init__(self) -> None:
        """See that the borders are in order."""
        for name in ("most_days", "half_life", "patience"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise PaybenchError(f"{name} is {value!r}; give a whole number above zero.")
        for name in ("slow", "risky", "large", "middle", "margin"):
            value = getattr(self, name)
            if not isinstance(value, int | float) or not isfinite(value):
                raise PaybenchError(f"{name} is {value!r}; give a number.")
        if not 0 < self.slow < self.risky < self.most_days:
            raise PaybenchError(
                f"slow is {self.slow:g}, risky {self.risky:g} and most_days {self.most_days}; give days with "
                "0 < slow < risky < most_days."
            )
        if not 0 < self.large < self.middle < 1:
            raise PaybenchError(
                f"large is {self.large:g} and middle {self.middle:g}; give shares with 0 < large < middle < 1."
            )
        if self.margin < 0:
            raise PaybenchError(f"margin is {self.margin:g}; give standard deviations, 0 or more.")
