"""Laws of contacts: they work from the next day on, as told, and what they change is known."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from paybench.errors import PaybenchError
from paybench.ledger import TABLES, as_of
from paybench.simulate import POLICIES, Actions, Confounded, Effects, Ladder, Settings, View, World, simulate
from paybench.simulate.contacts import Blow, Moments, true_effects
from paybench.simulate.customers import draw_customers
from paybench.simulate.delays import CONTESTED, DISPUTE_WINDOW, FORGOTTEN, MINDS, make_plans
from paybench.simulate.invoices import draw_invoices
from paybench.simulate.life import live
from paybench.simulate.liquidity import draw_cash, draw_weather
from paybench.simulate.payments import bounce_chances
from paybench.simulate.settings import CHANNELS, TONES
from paybench.simulate.state import State
from paybench.simulate.streams import Streams
from paybench.simulate.view import NOTHING, Policy
from tests.simulate.test_forward import CALENDAR, Drawn, slowly

MODES = pytest.mark.parametrize("mode", ["easy", "hard"])
FAR = pd.Timestamp("2100-01-01")


@dataclass(frozen=True)
class Once:
    """A custom policy: so many days after due each invoice is contacted once, or not, by chance."""

    channel: str = "email"
    tone: str = "final"
    day: int = 5
    share: float = 0.5
    until: int = 10**6

    def __call__(self, view: View) -> Actions | None:
        chosen = (view.days_overdue == self.day) & (view.uniform() < self.share) & (view.today < self.until)
        return sending(np.flatnonzero(chosen), self.channel, self.tone, self.share)


@dataclass(frozen=True)
class Often:
    """A custom policy that does not let go: a contact on every day from the due date on."""

    every: int = 1

    def __call__(self, view: View) -> Actions | None:
        late = view.days_overdue
        return sending(np.flatnonzero((late >= 0) & (late < 6) & (late % self.every == 0)), "email", "firm", 1.0)


def sending(row: np.ndarray, channel: str, tone: str, propensity: float) -> Actions:
    n = len(row)
    return Actions(row, np.full(n, CHANNELS.index(channel)), np.full(n, TONES.index(tone)), np.full(n, propensity))


def gains(world: World) -> pd.DataFrame:
    """The contacts of a world beside what they truly change."""
    return world.ledger.contacts.merge(world.oracle["truth_contacts.parquet"], on="contact_id", validate="1:1")


def number(date: str) -> int:
    return int(np.datetime64(date).astype("datetime64[D]").astype(np.int64))


LATER = "2024-05-17"


@dataclass(frozen=True)
class Until:
    """The ladder up to the end of a day, and another policy after it."""

    after: Policy | None
    name: str = "both"

    def __call__(self, view: View) -> Actions | None:
        policy = Ladder() if view.today <= number(LATER) else self.after
        return None if policy is None else policy(view)


@MODES
@pytest.mark.parametrize("after", [None, Often()])
def test_nothing_depends_on_a_contact_before_it_is_sent(mode: str, after: Policy | None) -> None:
    one, other = (simulate(80, 7, 2, policy=p, settings=mode) for p in (Until(Ladder()), Until(after)))
    day = pd.Timestamp(LATER) + pd.Timedelta(days=1)
    before, same = as_of(one.ledger, day), as_of(other.ledger, day)

    # Two policies that agree up to the end of a day have identical tables up to then, messages and contacts included.
    for name in TABLES:
        assert len(before.table(name)) or name == "consents"
        assert_frame_equal(before.table(name), same.table(name))

    # What is decided that day or later changes only what comes after it.
    assert not one.ledger.payments.equals(other.ledger.payments)

    # The truth at issue never depends on a policy; the effects of the shared contacts are the same as well.
    assert_frame_equal(one.truth.drop(columns="settled_on"), other.truth.drop(columns="settled_on"))
    kept = [gains(w)[lambda g: g["sent_on"] < day].reset_index(drop=True) for w in (one, other)]
    assert_frame_equal(*kept)


def test_a_contact_works_from_the_next_day_on() -> None:
    day = pd.Timestamp("2024-05-15")
    policy = Once("phone", "final", day=3, share=1.0)
    never, once = simulate(400, 7, 1, policy=None), simulate(400, 7, 1, policy=policy)
    contacts = once.ledger.contacts
    today = contacts.set_index("invoice_id")["sent_on"]
    assert (contacts["sent_on"] == day).any()

    # What is booked up to the day of an invoice's contact is booked without it too.
    kept = []
    for world in (never, once):
        payments = world.ledger.payments
        limit = payments["invoice_id"].map(today)
        kept.append(payments[payments["paid_on"] <= limit].reset_index(drop=True))
    assert_frame_equal(*kept)

    # On the next day it shows already.
    more = once.truth["settled_on"] == once.truth["invoice_id"].map(today) + pd.Timedelta(days=1)
    less = never.truth["settled_on"] == once.truth["invoice_id"].map(today) + pd.Timedelta(days=1)
    assert more.sum() > less.sum()


def tied() -> dict[str, Policy | None]:
    return {**POLICIES, "custom": Often(), "once": Once()}


@pytest.mark.parametrize(("mode", "seed"), [("easy", 0), ("easy", 1), ("hard", 2)])
def test_without_effects_every_policy_ties(mode: str, seed: int) -> None:
    settings = replace(Settings.mode(mode), effects=Effects.none())
    nothing = simulate(40, 3, seed, policy=None, settings=settings)
    for name, policy in tied().items():
        world = simulate(40, 3, seed, policy=policy, settings=settings)

        # Invoices, payments and disputes are the same to the last cent.
        for table in ("invoices", "payments", "disputes", "customers"):
            assert_frame_equal(world.ledger.table(table), nothing.ledger.table(table))

        # The oracle says so of every contact, and nobody settles on another day.
        assert_frame_equal(world.truth, nothing.truth)
        assert (world.oracle["truth_contacts.parquet"].drop(columns="contact_id") == 0).all(axis=None)
        assert name == "none" or len(world.ledger.contacts) > 0


def lived(policy: Policy, settings: Settings) -> tuple[State, np.ndarray]:
    """A block of customers that has lived through it all."""
    streams = Streams(4)
    who = draw_customers(np.arange(1, 121), settings, CALENDAR, streams)
    weather = draw_weather(settings, CALENDAR, streams)
    cash = draw_cash(who, weather, settings, CALENDAR, streams)
    invoices = draw_invoices(who, cash.gone_on, settings, CALENDAR, streams)
    plans = make_plans(invoices, who, cash, weather, settings, CALENDAR)
    state = State(who, invoices, plans, cash, weather, settings, CALENDAR, streams)
    bounced = bounce_chances(settings.bounces, CALENDAR.workdays)
    live(state, policy, bounced)
    return state, bounced


def worn(settings: Settings, days: int) -> float:
    """What is left of pressure: it halves, or in the hard world lingers."""
    if settings.hard:
        return (1 + days / 4) ** -0.8
    return 0.5 ** (days / settings.effects.fades)


@MODES
def test_effects_are_the_difference_of_two_slow_counts(mode: str) -> None:
    settings = Settings.mode(mode)
    state, bounced = lived(Often(every=2), settings)
    log = state.log.table("moments")
    moments = Moments(
        log["invoice"], log["day"], log["mass"], log["never"], log["last"], log["press"], log["since"],
        Blow(log["reach"], log["solve"], log["pressed"]), log["squeezed"], log["shared"], log["alive"],
    )  # fmt: skip
    found = true_effects(moments, state.plans, state.weather.chances, CALENDAR, bounced, settings)
    settled_down = (log["day"] - state.plans.issued[log["invoice"]] > DISPUTE_WINDOW) & log["alive"]
    first, second = settled_down & (log["press"] == 0), settled_down & (log["press"] > 0)
    contested, short = settled_down & (log["mass"][CONTESTED] > 0), settled_down & log["squeezed"]
    for kind in (first, second, contested, short):
        assert kind.any()
        for at in np.flatnonzero(kind)[:: max(kind.sum() // 5, 1)]:
            i = np.array([log["invoice"][at]])
            it = Drawn(state.plans.take(i), log["squeezed"][[at]], log["shared"][[at]], state.weather, bounced)
            mass = log["mass"][:, at] / (log["mass"][:, at].sum() + log["never"][at])
            woken, solved = mass[FORGOTTEN] * log["reach"][at], mass[CONTESTED] * log["solve"][at]
            after = [mass[0] + woken + solved, mass[FORGOTTEN] - woken, mass[CONTESTED] - solved]
            press, since = log["press"][at], int(log["since"][at]) if log["press"][at] else 0
            without = [math.exp(press * worn(settings, since + k)) for k in range(61)]
            left, new = press * worn(settings, since), log["pressed"][at]
            # Easy: all of it begins today. Hard: what is added goes along with the first contact, if there was one.
            ago = since if mode == "hard" else 0
            with_it = [math.exp((left + new) * worn(settings, ago + k) / worn(settings, ago)) for k in range(61)]
            day, last = int(log["day"][at]), list(log["last"][:, at])
            a = slowly(it, 0, list(mass), last, day, 60, without)
            b = slowly(it, 0, after, last, day, 60, with_it)

            # With it and without it, everything else being equal, from the state of that very day.
            for k in (14, 30, 60):
                assert found[f"gain_{k}"][at] == pytest.approx(b[k] - a[k], abs=1e-12)
            assert found["days_saved"][at] == pytest.approx(sum(b[:60]) - sum(a[:60]), abs=1e-10)

    # What was settled in the morning, or is owed by who is gone, cannot gain.
    assert all((found[name][~log["alive"]] == 0).all() for name in found)


@pytest.mark.parametrize(
    ("mode", "channel", "tone"), [("easy", "phone", "friendly"), ("hard", "email", "final")], ids=["easy", "hard"]
)
def test_effects_are_those_of_twin_worlds(mode: str, channel: str, tone: str) -> None:
    errors, expected, later, earlier = [], [], 0, 0
    for seed in range(12):
        without = simulate(150, 2, seed, policy=None, settings=mode, truth="none")
        world = simulate(150, 2, seed, policy=Once(channel, tone), settings=mode)
        told = gains(world).set_index("invoice_id")
        a, b = (
            (w.truth.set_index("invoice_id")["settled_on"].reindex(told.index).fillna(FAR) - told["sent_on"]).dt.days
            for w in (without, world)
        )
        realised = {f"gain_{k}": (b <= k).astype(float) - (a <= k) for k in (14, 30, 60)}
        realised["days_saved"] = (a.clip(upper=60) - b.clip(upper=60)).astype(float)
        errors.append([(realised[name] - told[name]).sum() for name in realised])
        expected.append([told[name].sum() for name in realised])
        later, earlier = later + int((b > a).sum()), earlier + int((b < a).sum())

        # Twins live through the same until the contact: the same invoices are contacted as are still open without it.
        assert (a >= 0).all()
        assert (b >= 0).all()
    # Rare gains come as counts do, with a variance of at least their mean.
    spread = np.maximum(np.std(errors, axis=0, ddof=1), np.sqrt(np.mean(expected, axis=0)))
    mean, spread = np.mean(errors, axis=0), spread / np.sqrt(len(errors))

    # Over worlds, what a contact changed in fact is on average what it was said to change; six standard errors of
    # twelve worlds are as rare as four of many.
    assert (np.abs(mean) < 6 * spread).all()

    # Contacts help: many pay earlier for each one who pays later.
    assert earlier > 5 * later


def test_a_friendly_word_makes_nobody_pay_later_because_of_it() -> None:
    # A reversed payment is one of a day, and after it all is drawn anew: leave reversals out.
    settings = replace(Settings(), bounces=0.0)
    policies = (None, Once("phone", "friendly", share=1.0))
    without, world = (simulate(400, 4, 7, policy=p, settings=settings) for p in policies)
    contacted = world.truth["invoice_id"].isin(world.ledger.contacts["invoice_id"])
    a, b = (w.truth["settled_on"].fillna(FAR)[contacted] for w in (without, world))

    # With the same random numbers no invoice that was contacted is settled later than without the contact.
    assert not (b > a).any()


@MODES
@pytest.mark.parametrize("policy", [Once(), Often(), Ladder()])
def test_no_contact_does_harm_in_expectation(mode: str, policy: Policy) -> None:
    told = gains(simulate(120, 4, 1, policy=policy, settings=mode))

    # In every state that occurs, after any number of earlier contacts, the chance of settlement does not fall.
    for k in (14, 30, 60):
        assert (told[f"gain_{k}"] > -1e-3).all()
    assert told["days_saved"].mean() > 0


def test_tired_and_annoyed_customers_gain_less() -> None:
    effects, one = Effects(), np.ones(1, dtype=np.int64)

    def blow(tired: float = 0.0, lost: float = 0.0, likes: int = 1) -> Blow:
        return Blow.of(effects, one, 2 * one, likes * one, 1.0 * one, tired * one, lost * one)

    # A channel that is not liked, a contact shortly before, and lost goodwill each take something away.
    for weaker in (blow(tired=1.0), blow(lost=0.3), blow(likes=0)):
        assert (weaker.press < blow().press).all()
        assert (weaker.reach < blow().reach).all()
        assert (weaker.solve < blow().solve).all()

    # A chance stays one, and moving the minds loses nobody.
    strong = Blow.of(replace(effects, reach=(1.0,) * 4, liked=9.0), one, one, one, 1.0 * one, 0.0 * one, 0.0 * one)
    mass = np.array([[0.2], [0.3], [0.1]])
    assert (strong.reach == 1).all()
    assert strong.moved(mass)[:, 0].sum() == pytest.approx(mass.sum())
    assert strong.moved(mass)[FORGOTTEN, 0] == 0
    assert len(strong.moved(mass)) == MINDS


def test_pressure_wears_off() -> None:
    state, _ = lived(Once(share=1.0), Settings())
    log = state.log.table("moments")
    pressed = np.flatnonzero(state.press > 0)

    # A contact presses, and less with every day.
    assert (log["pressed"] > 0).all()
    levels = []
    for days in (1, 10, 40):
        state.today = int(state.pressed.max()) + days
        levels.append(state.pressure(pressed))
    assert (levels[0] > levels[1]).all()
    assert (levels[1] > levels[2]).all()


def test_only_who_says_so_sees_what_is_hidden() -> None:
    def peeking(view: View) -> Actions | None:
        return sending(np.flatnonzero(view.hidden > 0), "email", "firm", 1.0)

    # The error says what is allowed.
    with pytest.raises(PaybenchError, match="only one with sees_hidden = True sees 'hidden'"):
        simulate(5, 2, policy=peeking)

    # With the flag it is told.
    assert len(simulate(20, 3, policy=Confounded()).ledger.contacts)


def test_a_view_is_what_the_books_know() -> None:
    seen: list[View] = []

    def watching(view: View) -> Actions | None:
        seen.append(view)
        return Once()(view)

    world = simulate(60, 5, 3, policy=watching)
    ledger, end = world.ledger, number("2024-06-01")
    billed = pd.Series(np.rint(ledger.invoices["amount"] * 100), index=ledger.invoices.index)
    for view in seen[30 : end - seen[0].today : 23]:
        at = pd.Timestamp(view.today, unit="D")
        known = as_of(ledger, at)
        invoice = ledger.invoices.loc[view.invoice]
        paid = known.payments.groupby("invoice_id")["amount"].sum().reindex(invoice["invoice_id"]).fillna(0.0)
        open_ = known.disputes[known.disputes["closed_on"].isna()]["invoice_id"]
        promised = known.promises.groupby("invoice_id")["promised_on"].last().reindex(invoice["invoice_id"])
        told = pd.to_datetime(np.where(view.promised_on > 0, view.promised_on, np.nan), unit="D")
        sent = known.contacts.groupby("invoice_id").size().reindex(invoice["invoice_id"]).fillna(0)

        # Issued before today and open in the books of the morning, each with what is open of it.
        assert (invoice["issued_on"] < at).all()
        assert (np.rint(billed.loc[view.invoice] - 100 * paid.to_numpy()) == view.cents_open).all()
        assert (view.cents_open > 0).all()
        assert ((at - invoice["due_on"]).dt.days == view.days_overdue).all()
        assert ((at - invoice["issued_on"]).dt.days == view.age).all()

        # What was billed, to whom, in what currency, under the ledger's own numbers.
        assert (view.cents_billed == billed.loc[view.invoice]).all()
        assert (view.terms == (invoice["due_on"] - invoice["issued_on"]).dt.days).all()
        for column in ("invoice_id", "customer_id", "currency"):
            assert (getattr(view, column) == invoice[column].to_numpy()).all()

        # Disputes, promises and contacts are those that the books hold this morning.
        assert np.array_equal(invoice["invoice_id"].isin(open_), view.disputed)
        assert (pd.DatetimeIndex(told) == pd.DatetimeIndex(promised)).sum() == promised.notna().sum()
        assert (sent.to_numpy() == view.step).all()

        # No open invoice of the books is missing.
        rest = known.invoices.set_index("invoice_id")["amount"].sub(
            known.payments.groupby("invoice_id")["amount"].sum(), fill_value=0.0
        )
        assert set(rest.index[rest > 0.001]) == set(invoice["invoice_id"])


def broken() -> Iterator[tuple[dict[str, object], str]]:
    yield {"row": np.array([0, 0])}, "decided twice on one row, or on a row outside its view"
    yield {"row": np.array([0, 10**6])}, "decided twice on one row, or on a row outside its view"
    yield {"row": np.array([-1, 0])}, "decided twice on one row, or on a row outside its view"
    yield {"channel": np.array([0, 4])}, "a channel that is none of email, letter, phone, sms"
    yield {"channel": np.array([NOTHING - 1, 0])}, "a channel that is none of"
    yield {"channel": np.array([0.5, 0.0])}, "channel"
    yield {"row": np.array([0.5, 1.5])}, "row"
    yield {"tone": np.array([0, 5])}, "a tone that is none of courtesy, friendly, reminder, firm, final"
    yield {"tone": np.array([-1, 0])}, "a tone that is none of"
    yield {"propensity": np.array([0.0, 1.0])}, "a propensity outside"
    yield {"propensity": np.array([1.1, 1.0])}, "a propensity outside"
    yield {"propensity": np.array([np.nan, 1.0])}, "a propensity outside"
    yield {"tone": np.array([0])}, "arrays of different lengths"


@pytest.mark.parametrize(("part", "said"), list(broken()), ids=lambda p: str(p)[:40])
def test_what_cannot_be_done_is_refused_in_one_sentence(part: dict[str, np.ndarray], said: str) -> None:
    good = sending(np.array([0, 1]), "email", "firm", 0.5)

    # The error says what was given and what to give.
    with pytest.raises(PaybenchError, match=said):
        simulate(30, 3, policy=lambda view: replace(good, **part) if len(view) > 2 else None)


def test_plain_lists_are_arrays_too() -> None:
    # A policy may return lists; they mean the same.
    first = {"row": [0], "channel": [2], "tone": [3], "propensity": [0.5]}
    lists = simulate(10, 3, policy=lambda view: Actions(**first))  # type: ignore[arg-type]
    arrays = simulate(10, 3, policy=lambda view: Actions(**{k: np.array(v) for k, v in first.items()}))
    assert_frame_equal(lists.ledger.contacts, arrays.ledger.contacts)


def test_who_is_gone_gains_nothing() -> None:
    world = simulate(400, 12, 5, policy=Ladder())
    gone = world.oracle["truth_customers.parquet"].set_index("customer_id")["gone_on"]
    told = gains(world)
    late = told["sent_on"] >= told["customer_id"].map(gone)

    # Collectors may write to who is out of business, before the books tell them; it changes nothing.
    assert late.any()
    assert (told.loc[late, ["gain_14", "gain_30", "gain_60", "days_saved"]] == 0).all(axis=None)

    # Nobody who is gone pays or answers.
    for table, column in (("payments", "paid_on"), ("messages", "received_on")):
        rows = world.ledger.table(table)
        if table == "payments":
            rows = rows[(rows["kind"] == "payment") & (rows["amount"] > 0)]
            assert not (rows[column] >= rows["customer_id"].map(gone)).any()
        else:
            assert not (rows[column] > rows["customer_id"].map(gone)).any()


@dataclass(frozen=True)
class Every:
    """An e-mail to each overdue invoice on some days after due, working day or not."""

    days: tuple[int, ...]
    name: str = "every"

    def __call__(self, view: View) -> Actions | None:
        rows = np.flatnonzero(np.isin(view.days_overdue, self.days) & view.allowed[:, 0])
        return sending(rows, "email", "reminder", 1.0) if rows.size else None


def test_reminders_do_what_the_settings_say_of_them() -> None:
    by = (17, 24, 31, 45)
    plans = {"none": (), "one": (3,), "weekly": tuple(range(3, 60, 7)), "often": tuple(range(3, 60, 3))}
    paid = {}
    for name, days in plans.items():
        world = simulate(600, 5, 1, policy=Every(days), truth="none")
        late = (world.truth["settled_on"].fillna(FAR) - world.ledger.invoices["due_on"]).dt.days
        paid[name] = np.array([(late <= k).sum() for k in by])
    gain = {name: paid[name] - paid["none"] for name in plans}
    weekly, often = gain["weekly"] / gain["one"], gain["often"] / gain["weekly"]

    # Against a single e-mail weekly ones do more the later one looks: a little more after two weeks, about 1.4 times as
    # much after three, up to twice as much after six.
    assert (np.diff(weekly) > 0).all()
    assert 1.0 <= weekly[0] < 1.3
    assert 1.2 < weekly[1] < 1.6
    assert 1.7 < weekly[3] < 2.1

    # A second one a week adds a tenth at most, and takes something away in the end.
    assert (often < 1.12).all()
    assert often[3] < 1.0


def test_naming_the_sender_multiplies_what_contacts_do() -> None:
    def late(named: float) -> float:
        settings = Settings(effects=replace(Effects(), named=named))
        world = simulate(300, 5, 2, policy=Once(share=1.0), settings=settings, truth="none")
        days = (world.truth["settled_on"].fillna(FAR) - world.ledger.invoices["due_on"]).dt.days
        return float(days.clip(upper=60).mean())

    # 1 is the world without a name, 0 one without contacts; more is never slower.
    assert late(1.0) == pytest.approx(late(1.0 + 1e-12))
    assert late(0.0) > late(1.0) > late(1.6)


def test_a_policy_answers_in_actions() -> None:
    # The error says what came and what is wanted.
    with pytest.raises(PaybenchError, match="A policy returned list; it returns Actions, or None"):
        simulate(20, 3, policy=lambda view: [1])  # type: ignore[arg-type, return-value]
