"""Threads that work while others wait, and no more of them than there may be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TypeVar

from .limits import Limits, Refused

T = TypeVar("T")


class Workers:
    """Some at a time work, while others wait; who would wait too long is sent away.

    Parameters
    ----------
    limits : of requests. name : of the threads. what : how the work is called in sentences.
    """

    def __init__(self, limits: Limits, name: str = "score", what: str = "Scoring") -> None:
        self._limits = limits
        self._what = what
        self._pool = ThreadPoolExecutor(limits.at_once, name)
        self._free = BoundedSemaphore(limits.at_once + limits.waiting)

    async def do(self, work: Callable[[], T]) -> T:
        """The result of work.

        Raises
        ------
        Refused
            503, if too many wait already, or it takes too long.
        """
        if not self._free.acquire(blocking=False):
            raise Refused(503, "Too many requests wait already; ask again in a moment.")
        future = self._pool.submit(work)
        future.add_done_callback(lambda _: self._free.release())
        try:
            async with asyncio.timeout(self._limits.scoring):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            raise Refused(503, f"{self._what} took too long; ask for less, or later.") from None
