"""How a user measures what dunning is worth: a log with chances, a hold-out, and how many weeks that takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from textwrap import wrap

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..decide.dunning.steps import Decided
from ..decide.evaluate import Gain, Log, Trial, gain, held_out
from ..decide.evaluate.hold_out import LEAST
from ..decide.uplift.value import expected_value
from ..errors import PaybenchError
from ..ledger import Ledger, as_of, day, settle
from ..ledger.schema import NO_DAY, days
from ..simulate import Actions, View, World, simulate
from .arms import Effects, Experiment, FixedLadder, Valuing
from .contest import EXPERIMENT_SEED, Case, matured, policies
from .learned import KEYS, SOON, Learned

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

CAP = 90
"""Days after issue at which waiting for a payment is no longer counted."""
YEAR = 52
SALT = "what dunning is worth"
NOTHING = "nothing"


@dataclass(frozen=True)
class Past:
    """What a book's own invoices say about a trial on its customers.

    Attributes
    ----------
    table : a row per invoice, all issued within ``weeks`` and at least :data:`CAP` days ago: customer_id, days (from
        issue to settlement, :data:`CAP` at most), before (mean days of the customer's earlier invoices, NaN = none).
    weeks : that they are of. explained : share of a gain's variance that the customers' past takes away.
    """

    table: pd.DataFrame = field(repr=False)
    weeks: float
    explained: float

    @classmethod
    def of(cls, ledger: Ledger, date: object, weeks: int = YEAR) -> Past:
        """Of the last weeks whose invoices have all been watched for :data:`CAP` days at ``date``.

        Raises
        ------
        PaybenchError
            If too few customers were billed in them.
        """
        at = day(date)
        cut = as_of(ledger, at)
        facts = settle(cut)[["invoice_id", "settled_on"]].merge(
            cut.invoices[["invoice_id", "customer_id", "issued_on"]], on="invoice_id"
        )
        issued, settled = days(facts["issued_on"]), days(facts["settled_on"])
        end = int(days(pd.Series([at]))[0]) - CAP
        waited = np.where(settled == NO_DAY, CAP, np.clip(settled - issued, 0, CAP))
        every = pd.DataFrame({"customer_id": facts["customer_id"], "issued": issued, "days": waited.astype(np.float64)})
        start = end - 7 * weeks
        earlier = every[every["issued"] < start].groupby("customer_id")["days"].mean()
        table = every[(every["issued"] >= start) & (every["issued"] < end)].reset_index(drop=True)
        if table["customer_id"].nunique() < 4 * LEAST:
            raise PaybenchError(
                f"{table['customer_id'].nunique()} customers were billed in the {weeks} weeks before; a trial takes "
                f"{4 * LEAST} or more. Give a later date, or a larger book."
            )
        table["before"] = table["customer_id"].map(earlier)
        aside = held_out(table["customer_id"], 0.5, SALT)
        told = gain(table["days"], aside, table["customer_id"], table["before"])
        return cls(table, float(weeks), told.explained)

    def trial(self, held: float = 0.5) -> Trial:
        """The plan of a trial on these customers, with a share of them held out."""
        plan = Trial.of_past(self.table["days"], self.table["customer_id"], self.weeks, held=held)
        return replace(plan, explained=self.explained)

    def needed(self, gains: Mapping[str, float], held: Sequence[float] = (0.1, 0.2, 0.5)) -> pd.DataFrame:
        """Weeks until a gain is found with a probability of 80 %, or that it is out of reach.

        Parameters
        ----------
        gains : days by which payment comes earlier, by what they are; 0 is left out. held : shares held out.

        Returns
        -------
        DataFrame indexed by the gains' names: days, and for each share the weeks as text.
        """
        rows = {}
        for name, value in gains.items():
            if round(abs(value), 2) == 0:
                continue
            weeks = [self.trial(share).weeks(value).weeks for share in held]
            rows[name] = [f"{abs(value):.2f}", *(_in_words(w) for w in weeks)]
        columns = ["days", *(f"{100 * share:.0f} % held out" for share in held)]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


@dataclass(frozen=True)
class HoldOut:
    """A hold-out in a simulated world, where it is known what those held out would have done, too.

    Attributes
    ----------
    found : what the trial says: days by which payment comes earlier where uplift chooses. true : the same of all
        invoices of the trial, each compared with itself under the other arm.
    table : a row per invoice of the trial: customer_id, held, days, other (days under the other arm), before (mean days
        of the customer's invoices before the trial).
    """

    found: Gain
    true: float
    table: pd.DataFrame = field(repr=False)

    def __str__(self) -> str:
        """In a sentence or two, 79 columns wide."""
        said = (
            f"Trial: {-self.found.treated:.1f} days to payment where contacts are chosen "
            f"({self.found.customers[0]} customers), {-self.found.held:.1f} where the fixed ladder stays "
            f"({self.found.customers[1]} held out). With the customers' own past taken into account "
            f"payment comes {self.found.value:+.2f} days sooner (95 %: {self.found.low:+.2f} to {self.found.high:+.2f})."
        )
        return "\n".join([*wrap(said, 79), f"Truth: {self.true:+.2f} days sooner."])


@dataclass
class _FromThen(Valuing):
    """The fixed ladder until a day, chosen contacts from then on; one memory for both."""

    ladder: FixedLadder | None = None
    start: int = 0

    def __call__(self, view: View) -> Actions | None:
        if view.today >= self.start or self.ladder is None:
            return super().__call__(view)
        self.ladder.memory = self.memory
        return self.ladder(view)


def hold_out(
    case: Case,
    effects: Effects,
    customers: int = 150,
    seed: int = 1,
    months: int = 12,
    share: float = 0.5,
    before: int = 4,
) -> HoldOut:
    """Choose by effects for some customers, and leave a share of them, drawn by a coin, to the fixed ladder.

    Customers of a world know nothing of each other, so that those held out are those of the ladder's world, and the
    others those of the chooser's.

    Parameters
    ----------
    effects : learned elsewhere. share : held out. before : months before the trial, with the ladder for everybody.
    """
    ladder, choice = (case.priced(policy) for policy in policies())
    begin = pd.Timestamp("2024-01-01") + pd.DateOffset(months=before)
    start = (begin - pd.Timestamp(0)).days
    ways = (FixedLadder(ladder), _FromThen(choice, effects=effects, ladder=FixedLadder(ladder), start=start))
    one, two = (
        waited(simulate(customers, months, seed, policy=arm, settings=case.settings, truth="none")) for arm in ways
    )
    past = one[one["issued"] < start - CAP // 2].groupby("customer_id")["days"].mean()
    both = one.merge(two, on=["invoice_id", "customer_id", "issued"], suffixes=("_ladder", "_uplift"))
    both = both[both["issued"] >= start].reset_index(drop=True)
    aside = held_out(both["customer_id"], share, SALT)
    by_ladder, by_uplift = both["days_ladder"].to_numpy(), both["days_uplift"].to_numpy()
    table = pd.DataFrame(
        {
            "customer_id": both["customer_id"],
            "held": aside,
            "days": np.where(aside, by_ladder, by_uplift),
            "other": np.where(aside, by_uplift, by_ladder),
            "before": both["customer_id"].map(past),
        }
    )
    found = gain(-table["days"], aside, table["customer_id"], table["before"])
    return HoldOut(found, float((by_ladder - by_uplift).mean()), table)


def waited(world: World) -> pd.DataFrame:
    """Every invoice of a world: invoice_id, customer_id, issued (day), days (to payment, :data:`CAP` at most)."""
    invoices = world.ledger.invoices
    issued, settled = days(invoices["issued_on"]), days(world.truth["settled_on"])
    took = np.where(settled == NO_DAY, CAP, np.clip(settled - issued, 0, CAP))
    found = invoices[["invoice_id", "customer_id"]].assign(issued=issued, days=took.astype(np.float64))
    return found.reset_index(drop=True)


@dataclass
class _Logging(Experiment):
    """An experiment that keeps what was permitted and usual at each choice, too."""

    asked: list[tuple[Flags, Ints]] = field(default_factory=list, repr=False)

    def wanted(self, view: View, rows: Ints, decided: Decided) -> tuple[Ints, Floats, Floats]:
        self.asked.append((decided.permitted[rows], decided.usual[rows]))
        return super().wanted(view, rows, decided)


@dataclass(frozen=True)
class Logged:
    """A year of a business that left a share of its choices to chance, and wrote the chances down.

    Attributes
    ----------
    ledger, withheld : the book, and its decisions to send nothing. log : for :mod:`paybench.decide.evaluate`; the
        reward is 1 if the invoice is paid within :data:`.learned.SOON` days. frame : a row per decision: what was
        known, and what came. permitted : (n, options). usual : (n,) the step's own option.
    """

    ledger: Ledger = field(repr=False)
    withheld: pd.DataFrame = field(repr=False)
    log: Log = field(repr=False)
    frame: pd.DataFrame = field(repr=False)
    permitted: Flags = field(repr=False)
    usual: Ints = field(repr=False)

    def candidates(self, learned: Learned, case: Case | None = None) -> dict[str, Ints]:
        """Policies that could be used instead, as positions in ``log.actions``, (n,) each; none leaves what is allowed.

        Parameters
        ----------
        learned : from other customers than the log's: whoever learned from these would look better than it is.
        case : whose costs hold.
        """
        none = len(self.log.actions) - 1
        features = self.frame.drop(columns=[name for name in KEYS if name in self.frame])
        risk = learned.risk_of(features) * self.frame["amount_open"].to_numpy()
        tenth = risk >= np.quantile(risk, 0.9)
        _, choice = policies()
        money = (case or Case()).priced(choice).money
        amount = self.frame["amount_open"]
        worth = np.where(self.permitted, expected_value(*learned(features), amount, money, choice.options).total, 0.0)
        worth = np.nan_to_num(worth)
        return {
            "the usual step": self.usual,
            "call the tenth at risk": np.where(tenth, self._instead("phone:firm"), self.usual),
            "leave a tenth alone": np.where(risk <= np.quantile(risk, 0.1), none, self.usual),
            "letters instead": self._instead("letter:firm"),
            "send nothing": np.full(len(self.usual), none),
            "uplift": np.where(worth.max(axis=1) > 0, worth.argmax(axis=1), none),
        }

    def _instead(self, option: str) -> Ints:
        """An option where it is permitted, the usual one elsewhere."""
        place = self.log.actions.index(option)
        return np.where(self.permitted[:, place], place, self.usual)


def logged(case: Case, customers: int = 300, explore: float = 0.5, months: int = 12, seed: int = 0) -> Logged:
    """Let a business take the usual steps for a year, but leave a share of its choices to chance.

    Parameters
    ----------
    explore : share of choices, above 0 and up to 1. seed : of the world: none in which a contest learns or is held.

    Raises
    ------
    PaybenchError
        If ``explore`` is none.
    """
    if not 0 < explore <= 1:
        raise PaybenchError(f"explore is {explore!r}; give a share of the choices above 0 and up to 1.")
    _, choice = policies()
    arm = _Logging(case.priced(choice), share=explore, calls=None)
    world = simulate(customers, months, 2 * EXPERIMENT_SEED + seed, policy=arm, settings=case.settings, truth="none")
    frame = matured(pd.concat(arm.log, ignore_index=True), world.ledger, world.truth, 0, arm)
    kept = frame.index.to_numpy()
    permitted = np.concatenate([may for may, _ in arm.asked])[kept]
    usual = np.concatenate([own for _, own in arm.asked])[kept]
    may = np.append(permitted, np.ones((len(kept), 1), dtype=bool), axis=1)
    usual = np.where(usual >= 0, usual, may.shape[1] - 1)
    chances = may * (explore / may.sum(axis=1))[:, None]
    chances[np.arange(len(kept)), usual] += 1 - explore
    actions = (*choice.options, NOTHING)
    action = frame["action"].map({name: k for k, name in enumerate(actions)}).to_numpy(dtype=np.int64)
    log = Log(
        frame.drop(columns=[name for name in KEYS if name in frame]).to_numpy(dtype=np.float64),
        action,
        (frame["waited"] <= SOON).to_numpy(dtype=np.float64),
        np.take_along_axis(chances, action[:, None], 1)[:, 0],
        frame["customer_id"].to_numpy(dtype=object).astype(str),
        actions,
        propensities=chances,
    )
    return Logged(world.ledger, world.oracle["withheld.parquet"], log, frame, permitted, usual)


def forecast_floor(case: Case, customers: int = 150, seeds: Sequence[int] = (1,), weeks: int = 4, times: int = 6) -> float:
    """Error of the forecast that knows each invoice's true distribution: no forecast can be expected to do better.

    Parameters
    ----------
    customers, seeds : of worlds in which nobody is contacted. weeks : of cash from the open book that are added up.
    times : mornings of each world, that many weeks apart.

    Returns
    -------
    Sum of absolute errors over the sum of what came (WAPE).
    """
    at = list(pd.date_range("2024-05-06", periods=times, freq=f"{7 * weeks}D"))
    months = int(np.ceil((5 + 7 * weeks * times / 30.4)))
    off = came = 0.0
    for seed in seeds:
        world = simulate(customers, months, seed, policy=None, settings=case.settings, truth="none", foresee=at)
        settled = world.truth.set_index("invoice_id")["settled_on"]
        for date, one in world.foreseen.items():
            start = (pd.Timestamp(date) - pd.Timestamp(0)).days
            on = days(settled.loc[one.invoice_id])
            paid = one.cents_open[(on >= start) & (on < start + 7 * weeks) & (on != NO_DAY)].sum()
            expected = (one.cents_open * one.settled[:, : 7 * weeks].sum(axis=1)).sum()
            off, came = off + float(abs(expected - paid)), came + float(paid)
    return off / came


def _in_words(weeks: int | None) -> str:
    return "out of reach" if weeks is None else f"{weeks:,} week{'' if weeks == 1 else 's'}"
