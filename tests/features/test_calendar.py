"""Which countries the calendar knows."""

from __future__ import annotations

import holidays

from paybench.features.families.calendar import _supported


def test_the_countries_are_those_that_the_package_says_it_supports() -> None:
    assert _supported() == set(holidays.list_supported_countries())
