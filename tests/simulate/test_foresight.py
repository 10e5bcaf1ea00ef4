"""Laws of what the world knows on a morning: it is the open book's, exact, and knows nothing of that day or later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.ledger import as_of, settle
from paybench.ledger.schema import units
from paybench.simulate import Actions, Foreseen, Ladder, Settings, View, World, simulate, write_world
from paybench.simulate import world as world_module
from paybench.simulate.settings import CHANNELS
from paybench.simulate.truth import DAYS_LATE

MODES = pytest.mark.parametrize("mode", ["easy", "hard"])
EPOCH = pd.Timestamp("1970-01-01")
DAYS = 91


@dataclass(frozen=True)
class Pestering:
    """Every open invoice is asked for every fourth day, on any channel and mostly firmly, up to a day."""

    until: pd.Timestamp

    def __call__(self, view: View) -> Actions | None:
        """Decide on a morning."""
        rows = np.flatnonzero((view.since >= 4) & (view.age >= 3))
        if view.today >= (self.until - EPOCH).days or not rows.size:
            return None
        channel, tone = ((view.uniform(i)[rows] * n).astype(np.int64) for i, n in enumerate((len(CHANNELS), 4)))
        return Actions(rows, channel, 1 + tone, np.full(rows.size, 1 / (4 * len(CHANNELS))))


def eventful(mode: str) -> Settings:
    """A world in which much happens to an invoice before it is paid."""
    types = tuple(replace(t, squeezed=4 * t.squeezed) for t in Settings.mode(mode).types)
    terms = {7: 0.5, 14: 0.3, 30: 0.2}
    return replace(Settings.mode(mode), types=types, terms=terms, bounces=0.1, disputing=4.0, tight=(0.3, 0.3))


def same(one: Foreseen, other: Foreseen) -> bool:
    """Whether two say the same, to the last bit."""
    return all(np.array_equal(getattr(one, k), getattr(other, k)) for k in ("invoice_id", "cents_open", "settled"))


def came(world: World, date: pd.Timestamp, told: Foreseen) -> np.ndarray:
    """Flags of the day on which each invoice was settled, (n, days), past the end of the window too."""
    settled = world.truth.set_index("invoice_id")["settled_on"].loc[told.invoice_id]
    return (settled - date).dt.days.to_numpy()[:, None] == np.arange(told.settled.shape[1])


def weekly(by_day: np.ndarray) -> np.ndarray:
    """Sums over weeks, (n, weeks), in double precision."""
    return by_day.reshape(len(by_day), -1, 7).sum(axis=2, dtype=np.float64)


def z(error: np.ndarray) -> float:
    """Standard errors by which the mean of independent errors misses zero."""
    return float(error.mean() / (error.std(ddof=1) / np.sqrt(error.size)))


@MODES
@pytest.mark.parametrize("policy", [None, Ladder()])
def test_rows_are_the_open_invoices_of_the_ledger(mode: str, policy: Ladder | None) -> None:
    dates = pd.date_range("2024-01-02", "2024-05-01", freq="6D").append(pd.DatetimeIndex(["2024-05-01"]))
    settings = replace(eventful(mode), bounces=0.3)
    world = simulate(60, 4, 1, policy=policy, settings=settings, truth="none", foresee=dates)
    reversals = 0

    # Every date that was asked for has an answer.
    assert list(world.foreseen) == sorted(set(dates))
    for date, told in world.foreseen.items():
        state = settle(as_of(world.ledger, date))
        state = state[state["settled_on"].isna() & state["written_off_on"].isna()]

        # The same invoices in the same order, with the same open amounts.
        assert list(told.invoice_id) == list(state["invoice_id"])
        assert (told.cents_open * 100 == units(state["amount_open"])).all()

        # Probabilities by day that add up to one at most, in single precision.
        assert told.settled.shape == (len(told), DAYS)
        assert (told.settled >= 0).all()
        assert (told.settled.sum(axis=1, dtype=np.float64) <= 1 + 1e-6).all()
        paid = world.ledger.payments
        reversals += int((paid["amount"] < 0)[paid["paid_on"] == date].sum())

    # Payments that are reversed on such a morning were among it.
    assert reversals > 3


@MODES
def test_on_the_day_after_issue_it_is_the_truth_at_issue(mode: str) -> None:
    dates = pd.date_range("2024-02-01", "2024-06-01", freq="5D")
    world = simulate(80, 5, 2, settings=eventful(mode), truth="full", foresee=dates)
    invoices = world.ledger.invoices
    assert world.distributions is not None
    compared = 0
    for date, told in world.foreseen.items():
        row = pd.Index(invoices["invoice_id"]).get_indexer(pd.Index(told.invoice_id))
        new = (invoices["issued_on"].to_numpy() == date - pd.Timedelta(days=1))[row]
        term = (invoices["due_on"] - invoices["issued_on"]).dt.days.to_numpy()[row[new]]
        at = np.arange(DAYS) + 1 - term[:, None] - DAYS_LATE[0]
        expected = np.take_along_axis(world.distributions[row[new]], at, axis=1)

        # Nothing can have happened yet: both are one law, told in single precision.
        assert np.allclose(np.cumsum(told.settled[new], axis=1, dtype=np.float64), expected, atol=1e-6)
        compared += int(new.sum())
    assert compared > 50


@MODES
def test_where_nothing_else_happens_a_week_tells_only_who_has_paid(mode: str) -> None:
    settings = eventful(mode)
    calm = tuple(replace(t, squeezed=0.0, tight=1.0) for t in settings.types)
    settings = replace(settings, types=calm, bounces=0.0, disputing=20.0)
    first, second = pd.Timestamp("2024-03-06"), pd.Timestamp("2024-03-13")
    world = simulate(150, 3, 3, policy=Pestering(first), settings=settings, truth="none", foresee=[second, first])
    before, after = world.foreseen[first], world.foreseen[second]
    row = pd.Index(before.invoice_id).get_indexer(pd.Index(after.invoice_id))
    told = before.settled[row].astype(np.float64)
    left = 1 - told[:, :7].sum(axis=1)

    # What has been contested is not contested again, and what is more than 20 days old not at all.
    opened = world.ledger.disputes.set_index("invoice_id")["opened_on"].reindex(after.invoice_id)
    issued = world.ledger.invoices.set_index("invoice_id")["issued_on"].loc[after.invoice_id]
    again, old = (opened < first).to_numpy(), ((first - issued).dt.days > 20).to_numpy()

    # So P(settled on a later day | not in the first week) follows from what was told a week before, with its fading
    # pressure.
    for sure in (again & ~old, old):
        assert sure.sum() > 10
        assert (row[sure] >= 0).all()
        assert np.allclose(after.settled[sure][:, :-7] * left[sure, None], told[sure][:, 7:], atol=1e-6)


@dataclass(frozen=True)
class Futures:
    """One past and many futures: what was told before they part, and by fork what came, (forks, n, weeks)."""

    told: Foreseen
    came: np.ndarray


FORKS = 28


@cache
def futures(mode: str) -> Futures:
    date = pd.Timestamp("2024-03-28")
    kept: list[Foreseen] = []
    seen = []
    for key in range(1, FORKS + 1):
        world = simulate(
            150, 1, 7, start="2024-03-01", policy=Pestering(date), settings=eventful(mode), fork=(date, key),
            truth="none", foresee=[date],
        )  # fmt: skip
        kept.append(world.foreseen[date])
        seen.append(weekly(came(world, date, kept[0])))

    # What is told is the same to the last bit, whatever comes: nothing of that day or later is in it.
    assert all(same(kept[0], told) for told in kept)
    assert len(kept[0]) > 100
    return Futures(kept[0], np.stack(seen))


@MODES
def test_forks_settle_as_often_as_was_told_week_by_week(mode: str) -> None:
    it = futures(mode)
    error = (it.came - weekly(it.told.settled)).sum(axis=1)

    # Futures are independent: in each week the mean count over them is the sum of the probabilities.
    assert all(abs(z(error[:, week])) < 5 for week in range(8))
    assert abs(z(error[:, 8:].sum(axis=1))) < 5


@MODES
def test_forks_settle_as_often_as_was_told_at_every_level_of_chance(mode: str) -> None:
    it = futures(mode)
    p = weekly(it.told.settled)
    bins = np.digitize(p, [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7])
    for level in range(8):
        cells = bins == level

        # Weeks of invoices that were told alike come about so often, whatever money is like.
        assert cells.any()
        assert abs(z((it.came - p)[:, cells].sum(axis=1))) < 5


@MODES
def test_forks_settle_each_invoice_as_often_as_was_told(mode: str) -> None:
    it = futures(mode)
    p = weekly(it.told.settled)
    likely = (p > 0.05) & (p < 0.95)
    error = (it.came.mean(axis=0) - p)[likely]
    squares = error**2 * FORKS / (p * (1 - p))[likely]

    # A count of independent futures has the variance of a binomial one: no cell of its own misses by more.
    assert abs(squares.mean() - 1) < 0.25
    assert squares.max() < 5**2


@cache
def without_weather() -> World:
    settings = Settings(shared_level=0.0, tight=(0.0, 1.0))
    mondays = pd.date_range("2024-09-02", periods=26, freq="21D")
    return simulate(600, 30, 11, policy=None, settings=settings, truth="none", foresee=mondays)


def by_customer(told: dict[pd.Timestamp, Foreseen], errors: list[np.ndarray]) -> np.ndarray:
    """Sums of errors over customers, who share nothing in such a world."""
    owner = np.concatenate([pd.Series(f.invoice_id).str.slice(0, 9).to_numpy() for f in told.values()])
    return pd.Series(np.concatenate(errors)).groupby(owner).sum().to_numpy()


def test_over_a_book_as_much_comes_as_was_told() -> None:
    world = without_weather()
    counts, cents, cells = [], [], []
    for date, told in world.foreseen.items():
        p = weekly(told.settled)
        error = weekly(came(world, date, told)) - p
        counts.append(error.sum(axis=1))
        cents.append(error.sum(axis=1) * told.cents_open)
        bins = np.digitize(p, [0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8])
        cells.append(np.stack([np.where(bins == b, error, 0.0).sum(axis=1) for b in range(8)]))

    # Invoices and money that come within thirteen weeks are the sum of their chances.
    assert abs(z(by_customer(world.foreseen, counts))) < 4
    assert abs(z(by_customer(world.foreseen, cents))) < 4

    # So are the weeks in which an invoice is settled with a chance of about so much.
    for one in np.concatenate(cells, axis=1):
        assert abs(z(by_customer(world.foreseen, [one]))) < 4


def test_who_is_out_of_business_pays_nothing() -> None:
    world = without_weather()
    gone = world.oracle["truth_customers.parquet"].set_index("customer_id")["gone_on"].dropna()
    dead = 0
    for date, told in world.foreseen.items():
        on = pd.Series(told.invoice_id).str.replace("INV-", "C").str.slice(0, 6).map(gone)
        ended = (on < date).to_numpy()

        # It is known from the day after, not before.
        assert (told.settled[ended] == 0).all()
        assert (told.settled[(on >= date).to_numpy()].sum(axis=1) > 0).all()
        dead += int(ended.sum())
    assert dead > 5


def test_asking_changes_nothing(tmp_path: Path) -> None:
    dates = pd.date_range("2024-01-02", "2024-05-01", freq="W-MON")
    for name, foresee in (("asked", dates), ("not", ())):
        world = simulate(40, 4, 4, settings=eventful("hard"), foresee=foresee)
        write_world(world, tmp_path / name)
    files = sorted(f.name for f in (tmp_path / "asked").iterdir())

    # The ledger and the oracle's files are the same to the last byte; who does not ask is told nothing.
    assert all((tmp_path / "asked" / f).read_bytes() == (tmp_path / "not" / f).read_bytes() for f in files)
    assert world.foreseen == {}


def test_it_depends_on_no_other_customer_and_on_no_later_contact(monkeypatch: pytest.MonkeyPatch) -> None:
    date = pd.Timestamp("2024-03-20")
    told = simulate(30, 4, 5, truth="none", foresee=[date]).foreseen[date]

    # An invoice's line is the same in a larger world, and where another policy follows.
    larger = simulate(45, 4, 5, truth="none", foresee=[date]).foreseen[date]
    assert same(larger.take(np.flatnonzero(np.isin(larger.invoice_id, told.invoice_id))), told)
    pestered = simulate(30, 4, 5, policy=Later(date), truth="none", foresee=[date]).foreseen[date]
    assert same(pestered, told)

    # Blocks of customers are put together in the ledger's order.
    monkeypatch.setattr(world_module, "BLOCK", 7)
    world = simulate(30, 4, 5, truth="none", foresee=[date])
    in_blocks = world.foreseen[date]
    order = pd.Index(world.ledger.invoices["invoice_id"]).get_indexer(pd.Index(in_blocks.invoice_id))
    assert (np.diff(order) > 0).all()
    sorted_ = (f.take(np.argsort(f.invoice_id)) for f in (in_blocks, told))
    assert same(*sorted_)


@dataclass(frozen=True)
class Later:
    """The usual ladder up to a day, then more than anybody can bear."""

    date: pd.Timestamp

    def __call__(self, view: View) -> Actions | None:
        """Decide on a morning."""
        return (Ladder() if view.today < (self.date - EPOCH).days else Pestering(pd.Timestamp("2100-01-01")))(view)


def test_looking_further_ahead_adds_days() -> None:
    date = "2024-02-12"
    near, far = (simulate(40, 3, 6, truth="none", foresee=[date], foresee_days=n) for n in (28, 210))
    one, other = (w.foreseen[pd.Timestamp(date)] for w in (near, far))

    # The first days are the same to the last bit; all that is ever paid is paid by the write-off.
    assert one.settled.shape[1] == 28
    assert np.array_equal(one.settled, other.settled[:, :28])
    assert (other.settled[:, 200:] > 0).any()
    assert (other.settled.sum(axis=1) < 1).all()


@pytest.mark.parametrize(
    ("foresee", "days", "said"),
    [
        (["2024-01-01"], 91, "foresee has 2024-01-01; give dates from 2024-01-02 to 2024-03-01."),
        (["2024-02-01", "2024-03-02"], 91, "foresee has 2024-03-02; give dates from 2024-01-02 to 2024-03-01."),
        (["some day"], 91, "'some day' is not a date"),
        ("2024-02-01", 91, "foresee is '2024-02-01'; give a list of dates, for example"),
        (["2024-02-01"], 0, "foresee_days is 0; give a whole number of days from 1 to 420."),
        (["2024-02-01"], 421, "foresee_days is 421; give a whole number of days from 1 to 420."),
        (["2024-02-01"], 9.5, "foresee_days is 9.5; give a whole number"),
    ],
)
def test_what_cannot_be_foreseen_is_said(foresee: list[str], days: int, said: str) -> None:
    with pytest.raises(PaybenchError, match=said.replace(".", r"\.")):
        simulate(5, 2, 1, foresee=foresee, foresee_days=days)


def test_the_last_morning_can_look_as_far_as_the_axis() -> None:
    world = simulate(20, 2, 1, truth="none", foresee=["2024-03-01"], foresee_days=420)

    # The day after the window's last one, with the longest horizon.
    assert world.foreseen[pd.Timestamp("2024-03-01")].settled.shape[1] == 420
