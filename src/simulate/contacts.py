"""What contacts do, and what each of them truly changes.

What a policy (:mod:`.view`) sends works from the next day on: a contact wakes who has forgotten the invoice, presses
who remembers it, may end a dispute, and tires and annoys.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .calendar import ANY_DAY, Calendar
from .delays import CONTESTED, FORGOTTEN, MINDS, REMEMBERED, Plans
from .forward import TILE, forward, summed
from .settings import Effects, Settings

HARSH = np.array([0.0, 0.02, 0.06, 0.25, 0.45])
"""How much each tone costs of the goodwill of who is wholly annoyed by it."""

TIRED_DAYS = 7.0
"""Half-life of what recent contacts still tire a customer."""

WEARS_OFF = 4.0
"""Hard world: pressure wears off as a power of time on this scale in days; further contacts go along with it."""

FULL = 7 * TILE
"""From so many invoices on there is a full tile for each weekday, and a finer division costs nothing."""

HORIZON = 60
"""Days over which the effect of a contact is summed."""

GAIN_DAYS = (14, 30, 60)
"""Days after a contact at which its effect is told."""


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
        power *= effects.named
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
    group = moments.day % 7 * 4
    if alive.size > FULL:
        # Without earlier pressure the law before the contact is the plain one; who pays in runs rests on weekends.
        group += (moments.press > 0) * 2 + (plans.rule.take(moments.invoice) == ANY_DAY)
    alive = alive[np.argsort(group[alive], kind="stable")]
    for rows in tiles(alive, group[alive]):
        own = plans.take(moments.invoice[rows])
        mass = moments.mass[:, rows]
        total = mass.sum(axis=0) + moments.never[rows]
        mass = mass / np.where(total > 0, total, 1.0)
        blow = Blow(moments.blow.reach[rows], moments.blow.solve[rows], moments.blow.press[rows])
        steps = np.arange(HORIZON + 1)[:, None]
        earlier = None
        if moments.press[rows].any():
            earlier = np.exp(moments.press[rows] * worn(settings, moments.since[rows] + steps))
        begun, ago = added(settings, moments.press[rows], moments.since[rows], blow.press)
        pressed = np.exp(begun * worn(settings, ago + steps)) if begun.any() else None
        settled = [
            forward(
                own, start, moments.last[:, rows], moments.day[rows], moments.squeezed[rows], moments.shared[rows],
                between, calendar, HORIZON, bounced, strength,
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


def empty_moments() -> Moments:
    """No contact at all."""
    none, minds = np.zeros(0), np.zeros((MINDS, 0))
    whole = np.zeros(0, dtype=np.int64)
    return Moments(whole, whole, minds, none, minds, none, none, Blow(none, none, none), whole, whole, whole > 0)
