"""What is sent to customers, who decides it, and what it does.

A *policy* is any callable that takes a :class:`View` of the morning and returns :class:`Actions`. It sees what the
books know at the start of the day. What it sends works from the next day on: a contact wakes who has forgotten the
invoice, presses who remembers it, may end a dispute, and tires and annoys.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ..errors import PaybenchError
from .calendar import Calendar
from .delays import CONTESTED, FORGOTTEN, MINDS, REMEMBERED, Plans
from .forward import TILE, forward, summed
from .settings import CHANNELS, TONES, Effects, Settings
from .streams import Purpose, Streams

NOTHING = -1
"""The channel of a decision to send nothing."""

HARSH = np.array([0.0, 0.02, 0.06, 0.25, 0.45])
"""How much each tone costs of the goodwill of who is wholly annoyed by it."""

TIRED_DAYS = 7.0
"""Half-life of what recent contacts still tire a customer."""

WEARS_OFF = 4.0
"""Hard world: pressure wears off as a power of time on this scale in days; further contacts go along with it."""

HORIZON = 60
"""Days over which the effect of a contact is summed."""

GAIN_DAYS = (14, 30, 60)
"""Days after a contact at which its effect is told."""


@dataclass(frozen=True)
class View:
    """What the books know at the start of a day about invoices that are open then; arrays of length n.

    Attributes
    ----------
    today : days since 1970-01-01. workday : whether banks work.
    invoice, customer : positions that stay the same all through the block of customers.
    days_overdue, age : calendar days since due (negative before), since issue.
    cents_open : open amount. disputed : whether a dispute is open.
    promised_on : the latest day promised for it, 0 if none.
    step : decisions made about it so far. since : days since the last one (large if none).
    customer_since : days since anything was last sent to the customer.
    allowed : channels that the customer has not forbidden, (n, len(CHANNELS)).
    """

    today: int
    workday: bool
    invoice: np.ndarray
    customer: np.ndarray
    days_overdue: np.ndarray
    age: np.ndarray
    cents_open: np.ndarray
    disputed: np.ndarray
    promised_on: np.ndarray
    step: np.ndarray
    since: np.ndarray
    customer_since: np.ndarray
    allowed: np.ndarray
    _draw: Callable[[int], np.ndarray] = field(repr=False)
    _hidden: Callable[[], np.ndarray] | None = field(repr=False, default=None)

    def __len__(self) -> int:
        return len(self.invoice)

    def uniform(self, nth: int = 0) -> np.ndarray:
        """Random numbers in (0, 1) for the policy's own use, one per invoice, the same under every policy."""
        return self._draw(nth)

    @property
    def hidden(self) -> np.ndarray:
        """How badly the customer is in cash (standard deviations); only for policies with ``sees_hidden = True``.

        Raises
        ------
        PaybenchError
            If the policy does not say that it sees it.
        """
        if self._hidden is None:
            raise PaybenchError("A policy sees what the books know; only one with sees_hidden = True sees 'hidden'.")
        return self._hidden()


@dataclass(frozen=True)
class Actions:
    """Decisions about some rows of a view, at most one for each; arrays of one length.

    Attributes
    ----------
    row : positions in the view. channel : position in ``CHANNELS``, or :data:`NOTHING`. tone : position in ``TONES``.
    propensity : the chance with which the policy, as it believes, makes this decision.
    """

    row: np.ndarray
    channel: np.ndarray
    tone: np.ndarray
    propensity: np.ndarray

    def checked(self, n: int) -> Actions:
        """Itself, if it can be carried out on a view of n rows.

        Raises
        ------
        PaybenchError
            If it cannot: a row twice or outside, an unknown channel or tone, a propensity outside (0, 1].
        """
        for what, value in (("row", self.row), ("channel", self.channel), ("tone", self.tone)):
            if not np.issubdtype(np.asarray(value).dtype, np.integer):
                raise PaybenchError(f"A policy gave a {what} that is no whole number; give positions as integers.")
        row = np.asarray(self.row, dtype=np.int64)
        parts = (self.channel, self.tone, self.propensity)
        if any(len(p) != len(row) for p in parts):
            raise PaybenchError("A policy returned arrays of different lengths; give one value of each per decision.")
        if len(row) and (row.min() < 0 or row.max() >= n or np.unique(row).size < row.size):
            raise PaybenchError(f"A policy decided twice on one row, or on a row outside its view of {n}; decide once.")
        for what, value, names, least in (("channel", self.channel, CHANNELS, NOTHING), ("tone", self.tone, TONES, 0)):
            if len(row) and not (np.min(value) >= least and np.max(value) < len(names)):
                raise PaybenchError(f"A policy chose a {what} that is none of {', '.join(names)}; give its position.")
        if len(row) and not (np.min(self.propensity) > 0 and np.max(self.propensity) <= 1):
            raise PaybenchError("A policy gave a propensity outside (0, 1]; give the chance of what it decided.")
        return self


class Policy(Protocol):
    """Who decides what is sent; ``name`` and ``sees_hidden`` are optional attributes."""

    def __call__(self, view: View) -> Actions | None:
        """Decide on a morning; None = nothing today."""
        ...


def worn(settings: Settings, since: np.ndarray) -> np.ndarray:
    """What is left of pressure some days after the contact: it halves, or (hard world) lingers."""
    if settings.hard:
        return (1.0 + since / WEARS_OFF) ** -0.8
    return np.exp2(since / -settings.effects.fades)


def added(settings: Settings, press: np.ndarray, since: np.ndarray, more: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pressure with more of it put today: its size when it began, and the days since then.

    Halving forgets its age, so that all of it begins today; what lingers keeps the age of the first contact.
    """
    left = worn(settings, since)
    if not settings.hard:
        return press * left + more, np.zeros_like(since)
    fresh = press == 0
    return np.where(fresh, more, press + more / left), np.where(fresh, 0, since)


@dataclass(frozen=True)
class Blow:
    """What contacts do to the invoices they are about; arrays of length n."""

    reach: np.ndarray
    solve: np.ndarray
    press: np.ndarray

    @classmethod
    def of(
        cls,
        effects: Effects,
        channel: np.ndarray,
        tone: np.ndarray,
        likes: np.ndarray,
        yields: np.ndarray,
        tired: np.ndarray,
        lost: np.ndarray,
    ) -> Blow:
        """The effect for customers with a preferred channel, tired by recent contacts, of lost goodwill."""
        power = np.where(channel == likes, effects.liked, 1.0 / effects.liked) * effects.tires**tired * (1.0 - lost)
        return cls(
            reach=np.minimum(np.array(effects.reach)[channel] * power, 1.0),
            solve=np.minimum(np.array(effects.solves)[channel] * power, 1.0),
            press=np.array(effects.pressure)[tone] * yields * power,
        )

    def moved(self, mass: np.ndarray) -> np.ndarray:
        """The masses of the minds after it, (MINDS, n)."""
        woken, solved = mass[FORGOTTEN] * self.reach, mass[CONTESTED] * self.solve
        return np.stack([mass[REMEMBERED] + woken + solved, mass[FORGOTTEN] - woken, mass[CONTESTED] - solved])


@dataclass(frozen=True)
class Moments:
    """The state of invoices at the moment of a contact; arrays over n contacts.

    Attributes
    ----------
    invoice : position. day : of the contact. mass, never : of the minds before it, (MINDS, n), and of never, (n,).
    last : what is left of the plans. press, since : earlier pressure and the days since. blow : its effect.
    squeezed, shared : state of the chains. alive : whether the invoice could still be paid.
    """

    invoice: np.ndarray
    day: np.ndarray
    mass: np.ndarray
    never: np.ndarray
    last: np.ndarray
    press: np.ndarray
    since: np.ndarray
    blow: Blow
    squeezed: np.ndarray
    shared: np.ndarray
    alive: np.ndarray


def true_effects(
    moments: Moments,
    plans: Plans,
    between: np.ndarray,
    calendar: Calendar,
    bounced: np.ndarray,
    settings: Settings,
) -> dict[str, np.ndarray]:
    """What each contact changes about its invoice in expectation, if nothing else is ever sent about it.

    Returns
    -------
    ``gain_14``, ``gain_30``, ``gain_60``: by how much P(settled within k days) rises; ``days_saved``: by how many days
    the mean of min(days until settled, 60) falls; arrays (n,).
    """
    n = len(moments.invoice)
    rise = {k: np.zeros(n) for k in GAIN_DAYS}
    saved = np.zeros(n)
    alive = np.flatnonzero(moments.alive)
    alive = alive[np.argsort(moments.day[alive] % 7, kind="stable")]
    for rows in tiles(alive, moments.day[alive] % 7):
        own = plans.take(moments.invoice[rows])
        mass = moments.mass[:, rows]
        total = mass.sum(axis=0) + moments.never[rows]
        mass = mass / np.where(total > 0, total, 1.0)
        blow = Blow(moments.blow.reach[rows], moments.blow.solve[rows], moments.blow.press[rows])
        steps = np.arange(HORIZON + 1)[:, None]
        earlier = moments.press[rows] * worn(settings, moments.since[rows] + steps)
        begun, ago = added(settings, moments.press[rows], moments.since[rows], blow.press)
        pressed = begun * worn(settings, ago + steps)
        settled = [
            forward(
                own, start, moments.last[:, rows], moments.day[rows], moments.squeezed[rows], moments.shared[rows],
                between, calendar, HORIZON, bounced, np.exp(strength),
            )
            for start, strength in ((mass, earlier), (blow.moved(mass), pressed))
        ]  # fmt: skip
        difference = settled[1] - settled[0]
        for k in GAIN_DAYS:
            rise[k][rows] = difference[k]
        saved[rows] = summed(difference[:HORIZON])
    return {**{f"gain_{k}": v for k, v in rise.items()}, "days_saved": saved}


def tiles(rows: np.ndarray, groups: np.ndarray) -> list[np.ndarray]:
    """Rows, sorted by group, cut where the group changes and after :data:`TILE` of them."""
    if not rows.size:
        return []
    cuts = np.flatnonzero(np.diff(groups)) + 1
    parts = np.split(rows, cuts)
    return [part[i : i + TILE] for part in parts for i in range(0, len(part), TILE)]


def drawer(streams: Streams, keys: np.ndarray, day: int) -> Callable[[int], np.ndarray]:
    """The random numbers of a policy on a day."""
    return lambda nth: streams.uniform(keys, Purpose.POLICY + nth, day)


def empty_moments() -> Moments:
    """No contact at all."""
    none, minds = np.zeros(0), np.zeros((MINDS, 0))
    whole = np.zeros(0, dtype=np.int64)
    return Moments(whole, whole, minds, none, minds, none, none, Blow(none, none, none), whole, whole, whole > 0)
