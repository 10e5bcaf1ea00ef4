"""Random numbers that belong to one thing and one day: the same whatever else happens in the world.

A sequential generator would give an invoice other numbers as soon as a policy or another customer had drawn before it.
Here a number is a hash of what it is for: the seed, the thing (customer or invoice), the purpose and the day. Every
policy therefore meets the same world (common random numbers), and what a contact changed for one invoice is known.

The hash is the finaliser of SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"),
applied once to the key and once to the key crossed with purpose and day.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

_ODD, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_ALL = 0xFFFFFFFFFFFFFFFF

ALWAYS = 0
"""The day of what is drawn once and for all."""


class Purpose(IntEnum):
    """What a number is drawn for; a new purpose takes a new number, so that no other draw moves."""

    CHARACTER = 0  # the draws of a customer's character are CHARACTER + 0, 1, 2, ...
    INVOICES = 100  # how many on a day, then their terms and amounts
    TERMS = 101
    OTHER_TERMS = 102
    AMOUNT = 103  # a normal draw takes two
    LEVEL = 110
    SQUEEZE = 112
    TIGHT = 113
    SETTLE = 120
    BOUNCE = 121
    PART = 122
    PART_AMOUNT = 123
    CREDIT = 124
    CREDIT_AMOUNT = 125
    OPEN_DISPUTE = 130
    DISPUTE = 131
    CLOSE_DISPUTE = 132
    DISPUTE_AMOUNT = 133
    REPLY = 140
    INTENT = 141
    WORDS = 142
    PROMISE = 143
    COMPLAIN = 144
    ASK = 145
    AHEAD = 146
    POLICY = 150  # a policy may draw POLICY + 0, 1, 2, ...


@dataclass(frozen=True)
class Fork:
    """Another future of the same world: what is drawn for days from ``day`` on comes from ``key``.

    Two forks with one day share everything before it, to the last bit, and are independent of each other afterwards:
    many of them are the true distribution of what is still to come.

    Attributes
    ----------
    day : days since 1970-01-01.
    key : which future; 1, 2, 3, ...
    """

    day: int
    key: int


@dataclass(frozen=True)
class Streams:
    """All random numbers of one world."""

    seed: int
    fork: Fork | None = None

    def keys(self, numbers: np.ndarray) -> np.ndarray:
        """Keys of customers (uint64, same length); customers count from 1, and 0 is the world they share."""
        return _mixed(_mixed(np.asarray(numbers).astype(np.uint64) + np.uint64(_odd(self.seed + 1))))

    def subkeys(self, keys: np.ndarray, day: np.ndarray, nth: np.ndarray) -> np.ndarray:
        """Keys of things of which a customer can have several a day: its invoices."""
        parts = day.astype(np.uint64) * np.uint64(4096) + nth.astype(np.uint64)
        return _mixed(self._future(keys, day) ^ _mixed(parts * np.uint64(_ODD)))

    def uniform(self, keys: np.ndarray, purpose: int, day: int | np.ndarray = ALWAYS) -> np.ndarray:
        """One number in (0, 1) per key, for a purpose on a day (float64, shape of keys and day broadcast)."""
        keys = self._future(keys, day)
        if isinstance(day, np.ndarray):
            what: np.ndarray | np.uint64 = _mixed(day.astype(np.uint64) * np.uint64(1024) + np.uint64(purpose))
        else:
            what = np.uint64(_final(int(day) * 1024 + purpose))
        drawn = _mixed(keys ^ what)
        drawn >>= np.uint64(11)
        return (drawn + 0.5) * 2.0**-53

    def normal(self, keys: np.ndarray, purpose: int, day: int | np.ndarray = ALWAYS) -> np.ndarray:
        """One standard normal number per key (Box and Muller 1958); takes ``purpose`` and ``purpose + 1``."""
        radius = np.sqrt(-2.0 * np.log(self.uniform(keys, purpose, day)))
        return radius * np.cos(2.0 * np.pi * self.uniform(keys, purpose + 1, day))

    def _future(self, keys: np.ndarray, day: int | np.ndarray) -> np.ndarray:
        if self.fork is None:
            return keys
        other = np.uint64(_odd(self.fork.key * 2**32 + 7))
        later = np.asarray(day) >= self.fork.day
        return np.where(later, _mixed(keys ^ other), keys)


def _odd(number: int) -> int:
    """A scalar hash of a whole number (arithmetic modulo 2**64)."""
    return _final((number * _ODD) & _ALL)


def _final(x: int) -> int:
    """The finaliser for one number."""
    x = ((x ^ (x >> 30)) * _FIRST) & _ALL
    x = ((x ^ (x >> 27)) * _SECOND) & _ALL
    return x ^ (x >> 31)


def _mixed(x: np.ndarray) -> np.ndarray:
    """The finaliser of SplitMix64; works on a copy."""
    x = x ^ (x >> np.uint64(30))
    x *= np.uint64(_FIRST)
    x ^= x >> np.uint64(27)
    x *= np.uint64(_SECOND)
    x ^= x >> np.uint64(31)
    return x
