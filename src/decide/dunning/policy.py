"""A dunning policy: when what may be sent to whom, as data.

The language in which it is written is told in ``docs/dunning.md``; :mod:`.reading` reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ...ledger.schema import NO_DAY

CHANNELS = ("email", "letter", "phone", "sms")
TONES = ("courtesy", "friendly", "reminder", "firm", "final")
"""The ladder of tones, mildest first."""
NOTHING = "nothing"
"""The action of sending nothing."""

DUE, MONTH_END, LAST = "due", "month_end", "last"
OTHER = "other"
"""The currency or country of which nothing else is said."""
USUAL = "usual"


def action(channel: str, tone: str) -> str:
    """An action as text, 'email:friendly'."""
    return f"{channel}:{tone}"


@dataclass(frozen=True)
class Step:
    """One step of a ladder: ``days`` after ``since`` (the due date, the end of its month, the previous step)."""

    days: int
    channel: str
    tone: str
    since: str = DUE

    @property
    def action(self) -> str:
        """'email:friendly'."""
        return action(self.channel, self.tone)


@dataclass(frozen=True)
class Caps:
    """The most that is sent; None = without limit.

    Attributes
    ----------
    in_7_days, in_30_days : contacts with one customer on so many days in a row, by all channels.
    calls_in_7_days : calls among them (US Regulation F: seven in seven days).
    per_invoice : contacts about one invoice, all in all. gap : days between two contacts about one invoice.
    """

    in_7_days: int | None = 1
    in_30_days: int | None = 4
    calls_in_7_days: int | None = 7
    per_invoice: int | None = 10
    gap: int = 7


@dataclass(frozen=True)
class Pause:
    """What makes dunning wait by itself.

    Attributes
    ----------
    promise_grace : days after a promised day on which payment is still awaited. promise_share : share of what is open
        from which on a promised amount counts.
    whole_dispute : whether a dispute of a part holds all of the invoice.
    unapplied : share of an invoice from which on money that belongs to no invoice yet covers it.
    reply_days : days that a customer's message may wait for an answer.
    plan_grace : days after an instalment's due date.
    """

    promise_grace: int = 3
    promise_share: float = 0.5
    whole_dispute: bool = False
    unapplied: float = 0.5
    reply_days: int = 7
    plan_grace: int = 3


@dataclass(frozen=True)
class Money:
    """What waiting and contacts are worth.

    Attributes
    ----------
    cost_of_capital : share of an amount per year. horizon_days : days after a decision over which its effect counts.
    loss_share : share of what is never paid that is lost for good.
    contact_cost : by channel, strain : by tone (what a contact costs of the customer's goodwill), in units of cost.
    units : how much of a currency one unit of cost is, by currency; 1 where it is not said.
    """

    cost_of_capital: float = 0.08
    horizon_days: int = 60
    loss_share: float = 1.0
    contact_cost: Mapping[str, float] = field(
        default_factory=lambda: {"email": 0.1, "letter": 2.0, "phone": 6.0, "sms": 0.15}
    )
    strain: Mapping[str, float] = field(
        default_factory=lambda: {"courtesy": 0.0, "friendly": 0.1, "reminder": 0.3, "firm": 1.5, "final": 4.0}
    )
    units: Mapping[str, float] = field(default_factory=dict)

    def unit(self, currency: str) -> float:
        """How much of a currency one unit of cost is."""
        return self.units.get(currency, self.units.get(OTHER, 1.0))


@dataclass(frozen=True)
class Collector:
    """Who contacts: by which channels how often a day; empty ``languages``, ``countries``, ``customers`` = all."""

    name: str
    capacity: Mapping[str, int]
    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Override:
    """What is different for a segment, a customer or an invoice.

    Attributes
    ----------
    stop : nothing is sent, before day ``until`` (NO_DAY = ever). reason : why, in the user's words.
    channel : the only one that is used; empty = as the policy says. steps : another ladder; empty = as the policy says.
    zone : time zone of the customer. solvent : what was read as a notice of insolvency, or of
        legal steps, was none, or is over.
    line : where it stands in the file, 0 if in none.
    """

    stop: bool = False
    until: int = NO_DAY
    reason: str = ""
    channel: str = ""
    steps: tuple[Step, ...] = ()
    zone: str = ""
    solvent: bool = False
    line: int = 0


@dataclass(frozen=True)
class Policy:
    """A policy; :func:`read_policy` and :meth:`of` make a checked one.

    Attributes
    ----------
    steps : the ladder. actions : what a choice may take besides the step's own action, never in a harsher tone.
    instead : channels that take the place of a step's own, in this order, where the customer forbids it.
    hours : minutes of the day by channel, from and to. days : weekdays (0 = Monday). holidays : whether public ones of
        the customer's country are kept.
    zones : time zones by country, besides :data:`.zones.MAIN`; in several, hours have to hold in each.
    thresholds : by currency (``other``: of the rest), the least that has to be due on the customer's account.
    explore : share of choices that are left to chance. hold_out : share of customers that are kept out of the choice;
        hold_out_gets : 'usual' (the steps' own actions) or 'nothing'. seed : of who they are.
    capacity : contacts a day by channel; no limit where it is not said.
    segments, customers, invoices : what is different for whom, the last of them counts.
    source : name of the file.
    """

    name: str
    steps: tuple[Step, ...]
    actions: tuple[str, ...] = ()
    instead: tuple[str, ...] = ("email", "letter")
    caps: Caps = Caps()
    hours: Mapping[str, tuple[int, int]] = field(
        default_factory=lambda: dict.fromkeys(CHANNELS, (8 * 60, 21 * 60))  # US Regulation F
    )
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    holidays: bool = True
    zones: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    pause: Pause = Pause()
    explore: float = 0.15
    hold_out: float = 0.0
    hold_out_gets: str = USUAL
    seed: int = 0
    money: Money = Money()
    capacity: Mapping[str, int] = field(default_factory=dict)
    collectors: tuple[Collector, ...] = ()
    segments: Mapping[str, Override] = field(default_factory=dict)
    customers: Mapping[str, Override] = field(default_factory=dict)
    invoices: Mapping[str, Override] = field(default_factory=dict)
    source: str = "policy"

    @classmethod
    def of(cls, said: str | Mapping[str, Any], source: str = "policy") -> Policy:
        """A policy from YAML text, or from what such text says.

        Raises
        ------
        PaybenchError
            If it is no policy: one line for each thing that is wrong, with its place.
        """
        from .reading import parse_policy

        return parse_policy(said, source)

    @cached_property
    def overrides(self) -> tuple[Override, ...]:
        """Every override."""
        return (*self.segments.values(), *self.customers.values(), *self.invoices.values())

    @cached_property
    def ladders(self) -> tuple[tuple[Step, ...], ...]:
        """The ladder, then those of overrides."""
        own = dict.fromkeys(override.steps for override in self.overrides if override.steps)
        return (self.steps, *(steps for steps in own if steps != self.steps))

    @cached_property
    def options(self) -> tuple[str, ...]:
        """Every action that can be taken: the steps' own, the further actions, then what takes a step's place."""
        steps = [step for ladder in self.ladders for step in ladder]
        channels = dict.fromkeys([*self.instead, *(o.channel for o in self.overrides if o.channel)])
        found = [step.action for step in steps] + list(self.actions)
        found += [action(channel, step.tone) for step in steps for channel in channels]
        return tuple(dict.fromkeys(found))

    def threshold(self, currency: str) -> float:
        """The least that has to be due on an account, in currency units."""
        return self.thresholds.get(currency, self.thresholds.get(OTHER, 0.0))


def read_policy(file: str | Path) -> Policy:
    """Read a policy from a YAML file, or one that comes along by its name ('standard', 'gentle').

    Raises
    ------
    PaybenchError
        If there is no such file, or it is no policy: one line for each thing that is wrong, with its place.
    """
    from .reading import read

    return read(file)


def default_policy() -> Policy:
    """The policy that counts where none is given: 'standard'."""
    return read_policy("standard")
