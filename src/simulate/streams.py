"""Random numbers that belong to one customer and one purpose."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

WORLD = 0
"""The number under which the draws that all customers share are made; customers count from 1."""


class Purpose(IntEnum):
    """What a stream is drawn for; a new purpose takes a new number, so that no other stream moves."""

    CHARACTER = 0
    LIQUIDITY = 1
    INVOICES = 2
    SETTLEMENT = 3
    BOOKINGS = 4


def stream(seed: int, customer: int, purpose: Purpose) -> np.random.Generator:
    """The generator of one customer (or of :data:`WORLD`) for one purpose, independent of all others."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(customer, int(purpose))))
