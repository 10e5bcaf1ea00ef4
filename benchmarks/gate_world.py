"""Books and twins for the gate's characteristics: what is true, what twins say, and how they err.

Each book is 300 customers drawn from a simulated world, with at least 20,000 matured invoices; the latest quarter are
the gate's rows, with their real features and the real baselines of the world's history. The outcomes of these rows are
drawn anew from the world's true distributions for each book.

What twins say is made, because hundreds of trainings take days: half of what tells an invoice from the customer's
others is known to every twin, the rest is the customer's mean distribution; then the log-odds of each distribution are
moved by noise. Half of the noise's variance is the customer's, as between trainings of one recipe with two seeds (0.10
between customers, 0.11 within: ``gate_seeds.py``); and every twin is recalibrated by the map that training fits. Two
twins of one noise are equally good and never the same. Errors that all customers share are not among the noise: of two
real trainings one may be better everywhere by half a per cent of CRPS, and is then rightly the better one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from sklearn.metrics import roc_auc_score

from paybench.models.family.distribution import DaysLate, expit, logit
from paybench.models.gate.evidence import Evidence
from paybench.models.gate.gate import LEAST_CUSTOMERS, Verdict, weigh
from paybench.models.gate.simpler import Complexity
from paybench.models.judge.compare import EMPIRICAL, LOGISTIC, RATIO
from paybench.models.judge.rivals import simple
from paybench.models.judge.slices import LARGE, parts
from paybench.models.learn.calibrate import fit_calibrator
from paybench.models.learn.folds import Book
from paybench.models.training.aside import set_aside
from paybench.simulate import simulate
from paybench.simulate.truth import EARLIEST as FIRST_OF_TRUTH

Floats = NDArray[np.float64]
Rng = np.random.Generator

CUSTOMERS = 300
"""Of a book."""
WORLD, MONTHS, START, AS_OF = 1000, 50, "2021-09-01", "2025-11-01"
EARLIEST = -30
"""Days late below which nothing is told apart here, to be quick."""
KNOWN, OF_CUSTOMER = 0.5, 0.5
"""Of what tells an invoice from its customer's others, what twins know; of the noise's variance, what is the
customer's."""
NOISE, OF_SEED = 1.0, 0.14
"""Of the champion, and of it what another seed alone changes, in log-odds."""
SIZE = Complexity(6000, 60)


@dataclass(frozen=True)
class World:
    """Gate's rows of many customers: features and baselines, what is true, and what twins know of it."""

    rows: pd.DataFrame
    truth: DaysLate
    known: Floats
    empirical: DaysLate
    matured: pd.Series
    horizon: int
    grace_days: int

    @cached_property
    def customers(self) -> NDArray[np.str_]:
        """Those with a row."""
        return np.unique(self.rows["customer"].to_numpy(dtype=str))

    @cached_property
    def of_customer(self) -> dict[str, NDArray[np.intp]]:
        """Rows of each customer."""
        return {str(name): rows for name, rows in self.rows.groupby("customer").indices.items()}

    def auc(self, noise: float, seed: int = 0) -> float:
        """Expected AUC of P(late) of a twin with so much noise, by the true probabilities."""
        z = self.known[:, self.grace_days - EARLIEST] + drawn(noise, self.rows["customer"], np.random.default_rng(seed))
        late = self.truth.later_than(self.grace_days)
        n = len(late)
        return float(roc_auc_score(np.r_[np.ones(n), np.zeros(n)], np.r_[-z, -z], sample_weight=np.r_[late, 1 - late]))

    def points(self, recipe: Recipe, shift: float) -> float:
        """By how much log-odds added to P(late) of a twin move it, on average."""
        plain, moved = (
            recipe.says(self.known, self.rows["customer"], np.random.default_rng(0), moved=by)
            .later_than(self.grace_days)
            .mean()
            for by in (0.0, shift)
        )
        return float(moved - plain)

    def less_noise(self, better: float) -> float:
        """The noise with which AUC is so much higher than with :data:`NOISE`."""
        goal = self.auc(NOISE) + better
        return float(brentq(lambda noise: self.auc(noise) - goal, 0.0, NOISE, xtol=1e-3))


def make_world(customers: int = WORLD, seed: int = 1) -> World:
    """Simulate without reminders, so that the oracle is exact, and set the latest quarter aside as training does."""
    world = simulate(customers, MONTHS, seed=seed, start=START, policy=None, truth="full")
    book, start = set_aside(Book(world.ledger, AS_OF))
    fit, gate = book.known_at(start), book.issued_in(start)
    said = {rival.name: rival for rival in simple(book, start, fit)}
    index = gate.X.index.to_frame(index=False)
    rows = pd.concat([index.rename(columns={"customer_id": "customer"}), gate.X.reset_index(drop=True)], axis=1)
    empirical = said[EMPIRICAL].distribution(gate.X)
    rows[f"p: {EMPIRICAL}"] = empirical.later_than(book.ledger.grace_days)
    for name in (RATIO, LOGISTIC):
        rows[f"p: {name}"] = said[name].p_late(gate.X)
    place = pd.Series(np.arange(len(world.ledger.invoices)), index=world.ledger.invoices["invoice_id"].to_numpy())
    cdf = world.distributions[place.loc[rows["invoice_id"]].to_numpy()].astype(np.float64)
    truth = shortened(cdf, FIRST_OF_TRUTH, book.H)
    own = truth.cdf
    mean = pd.DataFrame(own).groupby(rows["customer"].to_numpy()).transform("mean").to_numpy()
    known = logit(np.clip(KNOWN * own + (1 - KNOWN) * mean, 1e-3, 1 - 1e-3))
    matured = pd.Series(book.known_at(book.at).customers).value_counts()
    short = shortened(empirical.cdf, empirical.first, book.H)
    return World(rows, truth, known, short, matured, book.H, book.ledger.grace_days)


def shortened(cdf: Floats, first: int, horizon: int) -> DaysLate:
    """The same from :data:`EARLIEST` to one day beyond the horizon, which is all that comes later."""
    kept = np.concatenate([cdf[:, EARLIEST - first : horizon - first + 1], np.ones((len(cdf), 1))], axis=1)
    return DaysLate(EARLIEST, np.diff(kept, axis=1, prepend=0.0))


def drawn(noise: float, customer: pd.Series, rng: Rng) -> Floats:
    """(n,) noise in log-odds, part of it the customer's."""
    code, names = pd.factorize(customer)
    own = rng.standard_normal(len(names))[code]
    return noise * (np.sqrt(OF_CUSTOMER) * own + np.sqrt(1 - OF_CUSTOMER) * rng.standard_normal(len(code)))


def outcomes(truth: DaysLate, rng: Rng) -> Floats:
    """(n,) days late drawn from true distributions."""
    return (truth.cdf[:, :-1] < rng.random((len(truth.mass), 1))).sum(axis=1) + float(truth.first)


@dataclass(frozen=True)
class Recipe:
    """How good a twin is: its noise, and the calibration that fits it."""

    noise: float
    shift: float
    slope: float

    @classmethod
    def of(cls, world: World, noise: float) -> Recipe:
        """Calibrated on other outcomes and another draw of the noise, as training is."""
        rng = np.random.default_rng(99)
        raw = said(world.known + drawn(noise, world.rows["customer"], rng)[:, None])
        fitted = fit_calibrator(raw, outcomes(world.truth, rng), world.horizon, weight=0.0)
        return cls(noise, fitted.shift, fitted.slope)

    def says(
        self,
        known: Floats,
        customer: pd.Series,
        rng: Rng,
        slope: Floats | float = 1.0,
        moved: Floats | float = 0.0,
        common: Floats | float = 0.0,
    ) -> DaysLate:
        """A twin's distributions.

        Parameters
        ----------
        slope, moved : (n,) or one, what is planted: how much surer than it is, log-odds that P(late) is too high.
        common : (n,) noise that it shares with another twin; its own is then what a seed changes.
        """
        noise = self.noise if np.ndim(common) == 0 else OF_SEED
        z = self.shift + self.slope * (known + (common + drawn(noise, customer, rng))[:, None])
        return said(np.reshape(slope, (-1, 1)) * z - np.reshape(moved, (-1, 1)))


def said(z: Floats) -> DaysLate:
    """Distributions from log-odds of their distribution functions; the last column is what is left."""
    cdf = expit(z)
    cdf[:, -1] = 1.0
    return DaysLate(EARLIEST, np.diff(cdf, axis=1, prepend=0.0))


@dataclass(frozen=True)
class Draw:
    """The gate's rows of one book, with new outcomes, and the random numbers of its twins."""

    world: World
    rows: pd.DataFrame
    known: Floats
    rng: Rng
    matured: int

    @classmethod
    def of(cls, world: World, seed: int, customers: int = CUSTOMERS) -> Draw:
        """So many of the world's customers."""
        rng = np.random.default_rng(seed)
        some = rng.choice(world.customers, customers, replace=False)
        place = np.sort(np.concatenate([world.of_customer[name] for name in some]))
        y = outcomes(world.truth.rows(place), rng)
        rows = world.rows.iloc[place].reset_index(drop=True)
        rows = rows.assign(
            y=y,
            late=(y > world.grace_days).astype(np.float64),
            **{f"crps: {EMPIRICAL}": world.empirical.rows(place).crps(y, world.horizon)},
        )
        return cls(world, rows, world.known[place], rng, int(world.matured[some].sum()))

    def verdict(self, ours: DaysLate, theirs: DaysLate, size: Complexity = SIZE, clean: bool | None = True) -> Verdict:
        """The gate's, of twins; the champion's has :data:`SIZE`."""
        world = self.world
        return weigh(
            Evidence(
                self.rows, ours, theirs, world.horizon, world.grace_days, "2024-09-01", "2024-09-01", clean, size, SIZE
            )
        )

    def says(
        self, recipe: Recipe, slope: Floats | float = 1.0, moved: Floats | float = 0.0, seed: bool = False
    ) -> DaysLate:
        """What a twin of that recipe says of the rows; with ``seed`` most of its noise is that of others of it."""
        common = self.common * np.sqrt(recipe.noise**2 - OF_SEED**2) if seed else 0.0
        return recipe.says(self.known, self.rows["customer"], self.rng, slope, moved, common)

    @cached_property
    def common(self) -> Floats:
        """(n,) noise of variance 1 that twins of one recipe share."""
        return drawn(1.0, self.rows["customer"], self.rng)

    def a_slice(self) -> Floats:
        """(n,) 1 on one large slice, any of them that the gate judges, of at most half of the rows."""
        masks = [values == part for values in parts(self.rows).values() for part in pd.unique(values)]
        masks = [mask for mask in masks if LARGE <= mask.sum() <= len(mask) / 2]
        large = [mask for mask in masks if self.rows["customer"][mask].nunique() >= LEAST_CUSTOMERS]
        return np.asarray(large[self.rng.integers(len(large))], dtype=np.float64)
