"""A negotiation policy: what may be granted to whom without asking a person, as data.

Its keys are told in ``docs/conversation.md``; :mod:`.reading` reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ...decide.dunning.policy import OTHER

RISKS = ("low", "medium", "high")
VALUES = ("small", "middle", "large")
"""Levels from the lowest on."""


@dataclass(frozen=True)
class Plan:
    """What an instalment plan may look like.

    Attributes
    ----------
    most : instalments by risk. default : instalments that are proposed where no number is named.
    every_days : days between two instalments where none are named; 30 = the same day of the next months.
    first_share : least share of the sum in the first instalment, by risk.
    first_within_days : days from today within which the first instalment has to be paid.
    least : smallest instalment by currency.
    """

    most: Mapping[str, int]
    default: int
    every_days: int
    first_share: Mapping[str, Decimal]
    first_within_days: int
    least: Mapping[str, Decimal]


@dataclass(frozen=True)
class Policy:
    """A policy; :func:`read_policy` makes a checked one.

    Attributes
    ----------
    default_days : days from today that are proposed where no day is named.
    longest_days : by risk, then value: days after today, or after the due date if that is later, up to the latest day.
    most_extensions : promises about one invoice, kept or not, from which on a person decides.
    broken_tolerated : by value: promises broken in 365 days above which a person decides.
    part_share : least share of the sum that counts as a part payment.
    paid_check_days : days that dunning waits where a customer says that it has paid.
    approval : sum by currency above which a person has to sign.
    waiver : by currency: interest and fees that are waived without asking a person.
    """

    name: str
    default_days: int
    longest_days: Mapping[str, Mapping[str, int]]
    most_extensions: int
    broken_tolerated: Mapping[str, int]
    plan: Plan
    part_share: Decimal
    paid_check_days: int
    approval: Mapping[str, Decimal]
    waiver: Mapping[str, Decimal]


def of_currency(amounts: Mapping[str, Decimal], currency: str) -> Decimal:
    """The amount that counts for a currency: its own, else that of the others, else none."""
    return amounts.get(currency, amounts.get(OTHER, Decimal(0)))


def read_policy(said: str | Path | Mapping[str, Any] | None = None) -> Policy:
    """Read a policy from a YAML file, or from what such a file says.

    Parameters
    ----------
    said : a file; the keys and values of one; None, or the name 'standard', for the one that comes along. What is not
        given is as in the standard policy.

    Raises
    ------
    PaybenchError
        If there is no such file, or it is no policy: one line for each thing that is wrong, with the path of its key.
    """
    from .reading import read

    return read(said)
