"""Laws of the random numbers: uniform, independent, each belonging to one thing, one purpose and one day."""

from __future__ import annotations

import numpy as np
import pytest

from paybench.simulate.streams import ALWAYS, Fork, Purpose, Streams

STREAMS = Streams(3)
N = 20_000
KEYS = STREAMS.keys(np.arange(1, N + 1))
DAY = 19_800


def along(what: str, streams: Streams = STREAMS) -> np.ndarray:
    """Numbers that differ in one thing only: the customer, the day, the purpose, the seed or the invoice of a day."""
    one = KEYS[:1]
    if what == "customers":
        return streams.uniform(KEYS, Purpose.SETTLE, DAY)
    if what == "days":
        return np.array([streams.uniform(one, Purpose.SETTLE, day)[0] for day in range(N)])
    if what == "purposes":
        return np.array([streams.uniform(KEYS[k : k + 1], p, DAY)[0] for k in range(N // 200) for p in range(200)])
    if what == "seeds":
        return np.array([Streams(s).uniform(Streams(s).keys(np.ones(1)), Purpose.SETTLE)[0] for s in range(N)])
    if what == "invoices":
        of_a_day = streams.subkeys(np.repeat(one, N), np.full(N, DAY), np.arange(N) % 4096)[:4096]
        return streams.uniform(of_a_day, Purpose.AMOUNT, DAY)
    return streams.uniform(KEYS, Purpose.AMOUNT, np.arange(N))  # a day of its own for each


KINDS = ("customers", "days", "purposes", "seeds", "invoices", "own days")


@pytest.mark.parametrize("what", KINDS)
def test_numbers_are_uniform_and_do_not_follow_from_their_neighbours(what: str) -> None:
    numbers = along(what)
    counts = np.bincount((numbers * 64).astype(np.int64), minlength=64)
    expected = numbers.size / 64
    neighbours = np.corrcoef(numbers[1:], numbers[:-1])[0, 1]

    # They lie strictly between 0 and 1.
    assert ((numbers > 0) & (numbers < 1)).all()

    # Chi-square over 64 bins, 63 degrees of freedom: five standard deviations are not reached.
    assert ((counts - expected) ** 2 / expected).sum() < 63 + 5 * np.sqrt(2 * 63)

    # One number tells nothing about the next.
    assert abs(neighbours) < 4 / np.sqrt(numbers.size)

    # No number comes twice.
    assert np.unique(numbers).size == numbers.size


@pytest.mark.parametrize(
    ("purpose", "day"), [(Purpose.SETTLE, DAY + 1), (Purpose.SETTLE, DAY + 7), (Purpose.BOUNCE, DAY)]
)
def test_other_days_and_purposes_are_independent(purpose: Purpose, day: int) -> None:
    numbers, others = STREAMS.uniform(KEYS, Purpose.SETTLE, DAY), STREAMS.uniform(KEYS, purpose, day)
    cells = np.histogram2d(numbers, others, bins=8, range=((0, 1), (0, 1)))[0]

    # Chi-square of the 64 pairs of bins.
    assert ((cells - N / 64) ** 2 / (N / 64)).sum() < 63 + 5 * np.sqrt(2 * 63)


def test_a_number_belongs_to_its_key_alone() -> None:
    # Who else is drawn for, and in which order, changes nothing, to the last bit.
    numbers = STREAMS.uniform(KEYS, Purpose.SETTLE, DAY)
    normals = STREAMS.normal(KEYS, Purpose.LEVEL, DAY)
    for n in (1, 2, 3, 7, 8, 9, 31, 1001):
        assert np.array_equal(STREAMS.uniform(KEYS[:n], Purpose.SETTLE, DAY), numbers[:n])
        assert np.array_equal(STREAMS.normal(KEYS[:n], Purpose.LEVEL, DAY), normals[:n])
    assert np.array_equal(STREAMS.normal(KEYS[::-1], Purpose.LEVEL, DAY), normals[::-1])
    assert np.array_equal(STREAMS.normal(KEYS[5::3], Purpose.LEVEL, DAY), normals[5::3])
    assert np.array_equal(STREAMS.keys(np.arange(7, 10)), KEYS[6:9])


def test_one_day_for_all_is_that_day_for_each() -> None:
    # A day given once and the same day given for every key mean the same number.
    once, each = (STREAMS.uniform(KEYS[:50], Purpose.SETTLE, day) for day in (DAY, np.full(50, DAY)))
    assert np.array_equal(once, each)


def test_normal_numbers_are_normal() -> None:
    normals = STREAMS.normal(KEYS, Purpose.LEVEL)

    # Mean 0, variance 1, no skew, the kurtosis of the normal law.
    for power, moment, spread in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs((normals**power).mean() - moment) < 4 * np.sqrt(spread / N)


def test_forks_share_the_past_and_nothing_of_the_future() -> None:
    first, second = (Streams(3, Fork(DAY, key)) for key in (1, 2))
    for day in (ALWAYS, DAY - 400, DAY - 1):
        # Before the day a fork is the world itself.
        assert np.array_equal(first.uniform(KEYS, Purpose.SETTLE, day), STREAMS.uniform(KEYS, Purpose.SETTLE, day))
    for day in (DAY, DAY + 1, DAY + 300):
        drawn = [s.uniform(KEYS, Purpose.SETTLE, day) for s in (STREAMS, first, second)]
        for one, other in ((0, 1), (0, 2), (1, 2)):
            # From the day on any two are different and unrelated.
            assert not (drawn[one] == drawn[other]).any()
            assert abs(np.corrcoef(drawn[one], drawn[other])[0, 1]) < 4 / np.sqrt(N)

    # Where every key has a day of its own the same holds key by key.
    days = DAY - 10 + np.arange(N) % 20
    same = first.uniform(KEYS, Purpose.AMOUNT, days) == STREAMS.uniform(KEYS, Purpose.AMOUNT, days)
    assert np.array_equal(same, days < DAY)


def test_purposes_do_not_run_into_each_other() -> None:
    # Each purpose has a number of its own, and all lie below the width of a day.
    assert len({int(p) for p in Purpose}) == len(Purpose)
    assert max(Purpose) < 1024 - 100

    # A normal number takes two: the next number belongs to nothing else.
    for purpose in (Purpose.AMOUNT, Purpose.LEVEL):
        assert purpose + 1 not in {int(p) for p in Purpose}
