"""Places of a text that are taken."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable


class Places:
    """Spans of a text, by whatever order given; asked in the time that a search takes."""

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        for start, end in sorted(spans):
            if self.ends and start < self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], end)
            else:
                self.starts.append(start)
                self.ends.append(end)

    def meet(self, start: int, end: int) -> bool:
        """Whether any of them has a letter in common with the one from ``start`` to ``end``.

        >>> Places([(2, 4), (3, 6)]).meet(5, 9), Places([(2, 4)]).meet(4, 9)
        (True, False)
        """
        before = bisect_left(self.starts, end) - 1
        return before >= 0 and self.ends[before] > start

    def following(self, start: int) -> int:
        """The number of the first that begins at ``start`` or later."""
        return bisect_left(self.starts, start)

    def has(self, place: int) -> bool:
        """Whether a letter is in any of them."""
        at = bisect_right(self.starts, place) - 1
        return at >= 0 and place < self.ends[at]
