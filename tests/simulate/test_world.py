"""Laws of a simulated world: it is reproducible, its customers are independent, and its books add up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from paybench.errors import PaybenchError
from paybench.ledger import TABLES, conform, data_hash, read_ledger, settle
from paybench.ledger.schema import units
from paybench.simulate import Actions, Ladder, Settings, View, World, read_truth, simulate, stream_world, write_world
from paybench.simulate import world as module
from paybench.simulate.calendar import Calendar
from paybench.simulate.liquidity import draw_weather
from paybench.simulate.settings import HIDDEN
from paybench.simulate.streams import Streams
from paybench.simulate.truth import TRUTH_FILES
from paybench.simulate.workers import drawn_by

MODES = pytest.mark.parametrize("mode", ["easy", "hard"])
END = pd.Timestamp("2025-07-01")


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(customers=150, months=18, seed=3)


def frames(world: World) -> dict[str, pd.DataFrame]:
    """Everything that a world holds, the ledger's tables and the oracle's."""
    return {name: world.ledger.table(name) for name in TABLES} | world.oracle


def key(name: str) -> list[str]:
    """The columns that tell the rows of a table or an oracle file apart."""
    return list(TABLES[name].key) if name in TABLES else [next(iter(TRUTH_FILES[name]))]


def in_order(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    return frame.sort_values(key(name)).reset_index(drop=True)


def of_others(larger: World, most: int) -> dict[str, pd.DataFrame]:
    """Rows of the first ``most`` customers; every identifier bears its customer's number."""
    out = {}
    for name, frame in frames(larger).items():
        number = frame[key(name)[0]].str.extract(r"(\d+)")[0].astype(int)
        out[name] = frame[(number <= most).to_numpy()].reset_index(drop=True)
    return out


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


@MODES
def test_the_seed_decides(mode: str) -> None:
    one, again, other = (simulate(40, 5, seed, settings=mode) for seed in (3, 3, 4))

    # The same seed gives the same tables and the same truth.
    for name, frame in frames(one).items():
        assert_frame_equal(frame, frames(again)[name])

    # Another seed gives another book.
    assert data_hash(other.ledger) != data_hash(one.ledger)


def test_same_seed_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for workers in (1, 2):
        stream_world(tmp_path / f"one-{workers}", 30, 5, 5, workers=workers)
    write_world(simulate(30, 5, 5), tmp_path / "whole")

    # Streamed by one worker or by two, or written at once: the same files to the last byte.
    first = bytes_of(tmp_path / "one-1")
    assert set(first) == {*TRUTH_FILES, *(f"{name}.parquet" for name in TABLES), "ledger.json"}
    assert first == bytes_of(tmp_path / "one-2") == bytes_of(tmp_path / "whole")

    # In several blocks too, whoever draws them.
    monkeypatch.setattr(module, "BLOCK", 11)
    for workers in (1, 2):
        stream_world(tmp_path / f"many-{workers}", 30, 5, 5, workers=workers)
    assert bytes_of(tmp_path / "many-1") == bytes_of(tmp_path / "many-2")


def test_processes_write_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 8)
    monkeypatch.setattr(module, "PROCESSES_FROM", 1)
    used: list[int] = []

    def noted(workers: int, *rest: Any) -> Any:
        used.append(workers)
        return drawn_by(workers, *rest)

    monkeypatch.setattr(module, "drawn_by", noted)
    for workers in (1, 3):
        stream_world(tmp_path / f"by-{workers}", 30, 4, 5, workers=workers, settings="hard")

    # One process or several: the same files to the last byte, and nothing else is left behind.
    assert used == [3]
    assert bytes_of(tmp_path / "by-1") == bytes_of(tmp_path / "by-3")
    assert sorted(f.name for f in tmp_path.iterdir()) == ["by-1", "by-3"]

    # A world that is drawn before others would have started needs nobody else.
    monkeypatch.setattr(module, "PROCESSES_FROM", 31)
    stream_world(tmp_path / "small", 30, 4, 5, workers=3, settings="hard")
    assert used == [3]
    assert bytes_of(tmp_path / "small") == bytes_of(tmp_path / "by-1")


@dataclass
class Forgetful:
    """A policy with a memory: it sends to the first invoices that it ever sees, and counts them."""

    most: int = 10
    sent: int = 0
    name: str = "forgetful"

    def __call__(self, view: View) -> Actions | None:
        n = max(min(len(view), self.most - self.sent), 0)
        self.sent += n
        rows = np.arange(n)
        return Actions(rows, np.zeros(n, dtype=int), np.ones(n, dtype=int), np.ones(n))


def test_what_a_policy_remembers_is_of_one_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 8)
    policy = Forgetful()
    for workers in (1, 2):
        stream_world(tmp_path / f"by-{workers}", 24, 4, 5, workers=workers, policy=policy)
    world = simulate(24, 4, 5, policy=policy)

    # Ten contacts in each of three blocks, whoever draws them and in whatever order.
    contacts = read_ledger(tmp_path / "by-1").contacts
    block = contacts["customer_id"].str[1:].astype(int).sub(1).floordiv(8)
    assert block.value_counts().to_dict() == {0: 10, 1: 10, 2: 10}
    assert bytes_of(tmp_path / "by-1") == bytes_of(tmp_path / "by-2")
    assert_frame_equal(in_order(world.ledger.contacts, "contacts"), in_order(contacts, "contacts"))

    # Who gave it can read in it what it did for the first block.
    assert policy.sent == 10


@pytest.mark.parametrize(("fewer", "more"), [(1, 2), (1, 9), (7, 8), (60, 75)])
@MODES
def test_adding_a_customer_changes_no_other(mode: str, fewer: int, more: int) -> None:
    for seed in (0, 1):
        small, large = (simulate(n, 12 if fewer == 1 else 6, seed, settings=mode) for n in (fewer, more))
        rest = of_others(large, fewer)
        assert len(large.ledger.customers) == more

        # Every row of everyone else is what it was before, the last bit of its truth included.
        for name, frame in frames(small).items():
            assert_frame_equal(frame, rest[name], check_exact=True)


@MODES
def test_blocks_leave_no_trace(mode: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    whole = simulate(20, 6, 3, settings=mode)
    monkeypatch.setattr(module, "BLOCK", 7)
    parts = simulate(20, 6, 3, settings=mode)

    # The same rows, to the last bit, however many customers are simulated together.
    for name, frame in frames(whole).items():
        assert_frame_equal(in_order(frame, name), in_order(frames(parts)[name], name))

    # Tables are sorted by their dates, and the truth has the order of the invoices.
    for name, spec in TABLES.items():
        if spec.dated:
            assert parts.ledger.table(name)[spec.dated].is_monotonic_increasing
    assert (parts.truth["invoice_id"] == parts.ledger.invoices["invoice_id"]).all()

    # What is streamed to a folder holds these rows too.
    counts = stream_world(tmp_path / "book", 20, 6, 3, settings=mode)
    read = read_ledger(tmp_path / "book")
    for name in TABLES:
        assert counts[name] == len(read.table(name))
        assert_frame_equal(in_order(read.table(name), name), in_order(parts.ledger.table(name), name))


def test_tables_are_those_of_the_contract(world: World, tmp_path: Path) -> None:
    # Conforming changes nothing.
    for name in TABLES:
        assert_frame_equal(conform(name, world.ledger.table(name)), world.ledger.table(name))

    # Each row has a key of its own, in the oracle too.
    for name, frame in frames(world).items():
        assert not frame.duplicated(key(name)).any(), name

    # What is written is what is read.
    write_world(world, tmp_path / "book")
    read = read_ledger(tmp_path / "book")
    assert read.settings == world.ledger.settings
    for name in TABLES:
        assert_frame_equal(read.table(name), world.ledger.table(name))
    for name, frame in world.oracle.items():
        assert_frame_equal(read_truth(tmp_path / "book", name), frame, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
@MODES
def test_no_more_is_paid_than_billed_on_any_day(mode: str, seed: int) -> None:
    settings = replace(Settings.mode(mode), bounces=0.02)
    ledger = simulate(150, 6, seed, settings=settings).ledger
    payments = ledger.payments.assign(units=units(ledger.payments["amount"]))
    billed = pd.Series(units(ledger.invoices["amount"]), index=ledger.invoices["invoice_id"].to_numpy())
    cash = payments[payments["kind"] == "payment"]
    assert (cash["units"] < 0).any()
    for rows in (cash, payments):
        by_day = rows.groupby(["invoice_id", "paid_on"])["units"].sum()
        so_far = by_day.groupby(level=0).cumsum()

        # At the end of each day, reversals included, cash alone and with credit notes and write-offs lies between
        # nothing and what was billed.
        assert (so_far <= billed.reindex(so_far.index.get_level_values(0)).to_numpy()).all()
        assert (so_far >= 0).all()

    # Amounts are whole cents; only payments are reversed.
    assert (billed > 0).all()
    assert (payments["units"] % 100 == 0).all()
    assert (payments["units"] != 0).all()
    assert (payments.loc[payments["kind"] != "payment", "units"] > 0).all()

    # A reversal takes back what was paid the day before.
    back = cash[cash["units"] < 0].assign(
        paid_on=lambda p: p["paid_on"] - pd.Timedelta(days=1), units=lambda p: -p["units"]
    )
    assert len(back.merge(cash, on=["invoice_id", "paid_on", "units"])) == len(back)

    # What is disputed is at most the invoice.
    of = ledger.invoices.set_index("invoice_id")["amount"].reindex(ledger.disputes["invoice_id"]).to_numpy()
    assert (ledger.disputes["amount"].fillna(0.0).to_numpy() <= of).all()


def test_rows_refer_to_each_other(world: World) -> None:
    ledger = world.ledger
    invoices = ledger.invoices.set_index("invoice_id")
    for name in ("payments", "contacts", "promises"):
        rows = ledger.table(name)

        # A row about an invoice bears the invoice's customer.
        assert (rows["customer_id"].to_numpy() == invoices.loc[rows["invoice_id"], "customer_id"].to_numpy()).all()
    for name in ("messages", "consents", "invoices"):
        # Everybody who appears is in the master data.
        assert ledger.table(name)["customer_id"].isin(ledger.customers["customer_id"]).all()

    # A payment bears the currency of its invoice, and a customer has one.
    currency = invoices.loc[ledger.payments["invoice_id"], "currency"].to_numpy()
    assert (ledger.payments["currency"].to_numpy() == currency).all()
    assert (invoices.groupby("customer_id")["currency"].nunique() == 1).all()

    # Disputes are about invoices of the book.
    assert ledger.disputes["invoice_id"].isin(invoices.index).all()


def test_time_runs_forward_and_ends_with_the_window(world: World) -> None:
    ledger = world.ledger
    issued = ledger.invoices.set_index("invoice_id")["issued_on"]

    # Nothing but what lies ahead by its nature is dated on or after the end of the window.
    for name, spec in TABLES.items():
        for column in (c.name for c in spec.columns if c.kind == "date" and c.name not in ("due_on", "promised_on")):
            assert not (ledger.table(name)[column] >= END).any(), (name, column)
            assert not (ledger.table(name)[column] < "2024-01-01").any(), (name, column)

    # Nothing happens to an invoice before the day after issue.
    for name, column in (
        ("payments", "paid_on"),
        ("disputes", "opened_on"),
        ("contacts", "sent_on"),
        ("promises", "made_on"),
    ):
        rows = ledger.table(name)
        assert (rows[column].to_numpy() > issued[rows["invoice_id"]].to_numpy()).all()

    # A dispute is closed after it was opened, or is still open.
    assert not (ledger.disputes["closed_on"] <= ledger.disputes["opened_on"]).any()

    # A promise looks ahead.
    assert (ledger.promises["promised_on"] > ledger.promises["made_on"]).all()


def test_disputes_end_with_their_invoice(world: World) -> None:
    state = settle(world.ledger).set_index("invoice_id").reindex(world.ledger.disputes["invoice_id"])
    closed = world.ledger.disputes["closed_on"].to_numpy()
    over = state["settled_on"].fillna(state["written_off_on"]).to_numpy()

    # A dispute about an invoice that is closed is closed, at the latest that day.
    assert (closed[~np.isnat(over)] <= over[~np.isnat(over)]).all()


def test_the_books_show_no_sign_of_the_window_s_end() -> None:
    ledger = simulate(700, 12, 1, policy=None).ledger
    day = ledger.payments["paid_on"]
    reversed_ = ledger.payments[ledger.payments["amount"] < 0]["paid_on"]
    tuesdays = day.dt.day_of_week == 1

    # The last month has as many payments of each kind as others have: nothing is held back for the end.
    per_month = ledger.payments.groupby(["kind", day.dt.month]).size().unstack()
    for kind in ("payment", "credit_note"):
        usual = per_month.loc[kind, 8:11].mean()
        assert per_month.loc[kind, 12] > 0.7 * usual - 4 * np.sqrt(usual)
    assert tuesdays.any()
    assert reversed_.dt.month.max() >= 11

    # Who leaves does so in the middle of it too: invoices do not thin out.
    issued = ledger.invoices["issued_on"].dt.month.value_counts()
    assert issued[12] > 0.6 * issued[5:11].mean()


@MODES
def test_forks_share_everything_before_their_day(mode: str) -> None:
    date = pd.Timestamp("2024-07-17")
    plain, first, again, second = (
        simulate(50, 8, 2, settings=mode, fork=fork) for fork in (None, (date, 1), ("2024-07-17", 1), (date, 2))
    )

    # What is dated before the day is the same in all of them, to the last bit.
    for name, spec in TABLES.items():
        known = []
        for w in (plain, first, second):
            frame = w.ledger.table(name)
            frame = frame[frame[spec.dated] < date].reset_index(drop=True) if spec.dated else frame
            known.append(
                frame.assign(closed_on=frame["closed_on"].where(frame["closed_on"] < date))
                if name == "disputes"
                else frame
            )
        assert_frame_equal(known[0], known[1])
        assert_frame_equal(known[0], known[2])

    # So is the truth of what was issued before it; and it is the truth of everything to come, whatever comes.
    for w in (first, second):
        old = (w.ledger.invoices["issued_on"] < date).to_numpy()
        before = plain.truth[(plain.ledger.invoices["issued_on"] < date).to_numpy()]
        assert_frame_equal(
            w.truth[old].drop(columns="settled_on").reset_index(drop=True),
            before.drop(columns="settled_on").reset_index(drop=True),
        )

    # From the day on they differ, each from the world and from each other; the same key is the same future.
    assert len({data_hash(w.ledger) for w in (plain, first, second)}) == 3
    assert data_hash(first.ledger) == data_hash(again.ledger)
    later = [w.ledger.payments[w.ledger.payments["paid_on"] >= date]["payment_id"] for w in (plain, first, second)]
    assert len({tuple(p) for p in later}) == 3


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("months", [1, 6, 24])
def test_the_hard_world_has_a_crisis_within_its_window(seed: int, months: int) -> None:
    calendar = Calendar.of(pd.Timestamp("2024-01-01"), months)
    easy, hard = (draw_weather(Settings.mode(m), calendar, Streams(seed)) for m in ("easy", "hard"))
    crisis = np.flatnonzero(hard.state == 2)
    window = int(calendar.week(calendar.end))

    # It begins once, in every seed, inside the window, and no state is left out of the account.
    assert crisis.size > 0
    assert (np.diff(crisis) == 1).all()
    assert 0 < crisis[0] <= window
    assert (hard.severity[2] > hard.severity[[0, 1, 3, 4]]).all()

    # The easy world knows nothing of the kind; chances of both are chances.
    assert easy.state.max() <= 1
    for weather in (easy, hard):
        assert np.allclose(weather.chances.sum(axis=2)[:, np.unique(weather.state)], 1.0)


def test_the_crisis_comes_at_an_unknown_week() -> None:
    calendar = Calendar.of(pd.Timestamp("2024-01-01"), 24)
    hard = Settings.mode("hard")
    onset = [int(np.argmax(draw_weather(hard, calendar, Streams(s)).state == 2)) for s in range(40)]
    window = int(calendar.week(calendar.end))

    # It is spread over the middle of the window.
    assert np.std(onset) > 0.05 * window
    assert len(set(onset)) > 10


def test_the_hard_world_differs_in_form() -> None:
    easy, hard = Settings.mode("easy"), Settings.mode("hard")

    # It has a type that the easy one does not know, and shares that add up to one.
    assert {t.name for t in hard.types} - {t.name for t in easy.types} == {HIDDEN.name}
    for settings in (easy, hard):
        assert sum(t.share for t in settings.types) == pytest.approx(1.0)

    # The ledger does not tell which type a customer is.
    world = simulate(200, 3, 1, settings="hard")
    assert HIDDEN.name in set(world.truth["customer_type"])
    assert not any(HIDDEN.name in " ".join(map(str, frame.columns)) for frame in frames(world).values())
    for name in TABLES:
        text: pd.DataFrame = world.ledger.table(name).select_dtypes("str")
        assert not any(text[c].isin([t.name for t in hard.types]).any() for c in text)


def test_money_and_time_have_their_shape() -> None:
    ledger = simulate(400, 12, 0).ledger
    state = settle(ledger)

    # All kinds of bookings occur, part payments and reversals too; hardly anything is booked on weekends.
    payments = ledger.payments[ledger.payments["kind"] == "payment"]
    assert set(ledger.payments["kind"]) == {"payment", "credit_note", "write_off"}
    assert (payments["amount"] < 0).any()
    assert payments["invoice_id"].duplicated().any()
    assert (payments["paid_on"].dt.day_of_week >= 5).mean() < 0.05

    # Some invoices are open at the end, none is cancelled, and some customers are new in the last quarter.
    assert 0.02 < (state["amount_open"] > 0).mean() < 0.3
    assert not state["cancelled"].any()
    assert (ledger.invoices.groupby("customer_id")["issued_on"].min() >= "2024-10-01").any()

    # Sizes are heavy-tailed: a tenth of the customers make up more than a third of the billing.
    billed = ledger.invoices.groupby("customer_id")["amount"].sum().sort_values(ascending=False)
    assert billed.head(40).sum() > billed.sum() / 3


@pytest.mark.parametrize(("customers", "months"), [(1, 1), (2, 1), (1, 30)])
@MODES
def test_small_worlds_are_worlds(mode: str, customers: int, months: int, tmp_path: Path) -> None:
    world = simulate(customers, months, seed=0, settings=mode)

    # Even without a single invoice the tables have their types.
    assert len(world.ledger.customers) == customers
    for name in TABLES:
        assert_frame_equal(conform(name, world.ledger.table(name)), world.ledger.table(name))
    assert len(settle(world.ledger)) == len(world.truth)

    # They can be written and read.
    write_world(world, tmp_path / "book")
    assert len(read_ledger(tmp_path / "book").customers) == customers


def test_a_world_without_invoices_is_a_world() -> None:
    empty = next(w for w in (simulate(1, 1, seed) for seed in range(50)) if not len(w.ledger.invoices))

    # Every table is there, with its types and no row but the customer.
    for name in TABLES:
        assert_frame_equal(conform(name, empty.ledger.table(name)), empty.ledger.table(name))
        assert len(empty.ledger.table(name)) == (name == "customers")
    assert set(empty.oracle) == set(TRUTH_FILES)


def test_progress_sees_every_block(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[int] = []

    def watch(numbers: Iterable[int]) -> Iterable[int]:
        for number in numbers:
            seen.append(number)
            yield number

    monkeypatch.setattr(module, "BLOCK", 3)
    simulate(customers=7, months=1, progress=watch)

    # One step for each block of customers, in order, each named by its first one.
    assert seen == [1, 4, 7]

    # The same when a world is streamed.
    stream_world(tmp_path / "book", customers=7, months=1, progress=watch)
    assert seen[3:] == [1, 4, 7]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"customers": 0}, "customers is 0; it has to be 1 or more"),
        ({"months": -2}, "months is -2; it has to be 1 or more"),
        ({"seed": -1}, "seed is -1; it has to be 0 or more"),
        ({"start": "soon"}, "'soon' is not a date"),
        ({"fork": ("soon", 1)}, "'soon' is not a date"),
        ({"settings": "medium"}, "medium"),
        ({"settings": Settings(terms={0: 1.0})}, "terms are 0; give days from 1 to 120"),
        ({"settings": Settings(terms={30: 0.5, 200: 0.5})}, "terms are 30, 200; give days from 1 to 120"),
        ({"start": "1960-01-01"}, "1970"),
        ({"settings": Settings(types=())}, "The settings have no types; give one or more"),
        ({"settings": Settings(terms={})}, "The settings have no terms; give one or more"),
        ({"settings": Settings(others={0: 1.0})}, "give days from 1 to 120"),
        ({"policy": "ladders"}, "give one of none, ladder, random, confounded"),
        ({"customers": 2.5}, "a whole number"),
        ({"fork": ("2024-02-01", "x")}, "a whole number"),
    ],
    ids=str,
)
def test_what_cannot_be_simulated_is_refused_in_one_sentence(given: dict[str, object], said: str) -> None:
    # The error names what was given and what is allowed.
    with pytest.raises(PaybenchError, match=said):
        simulate(**{"customers": 5, "months": 2} | given)  # type: ignore[arg-type]


def test_a_foreign_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")

    # A folder that holds something else is refused and stays as it was.
    with pytest.raises(PaybenchError, match="ledger"):
        stream_world(tmp_path, 2, 1)
    assert [f.name for f in tmp_path.iterdir()] == ["letter.txt"]


def test_nothing_is_written_if_a_policy_fails(tmp_path: Path) -> None:
    def failing(view: object) -> None:
        raise PaybenchError("I do not know what to do.")

    # Whole or not at all.
    with pytest.raises(PaybenchError, match="I do not know"):
        stream_world(tmp_path / "book", 10, 2, policy=failing)
    assert not list(tmp_path.iterdir())


def test_only_simulated_ledgers_have_a_truth(tmp_path: Path) -> None:
    # The error says where truths come from.
    with pytest.raises(PaybenchError, match="paybench ledger simulate"):
        read_truth(tmp_path)

    # Or which files there are.
    with pytest.raises(PaybenchError, match="There is no oracle file 'lies.parquet'; there are truth.parquet"):
        read_truth(tmp_path, "lies.parquet")


def test_names_are_given_or_made_of_the_seed() -> None:
    # A book is called after its seed unless a name is given.
    assert simulate(1, 1, seed=5).ledger.name == "simulated-5"
    assert simulate(1, 1, seed=5, name="mine").ledger.name == "mine"


def test_windows_start_where_they_are_told_to() -> None:
    issued = simulate(40, 2, seed=1, start="2021-02-01").ledger.invoices["issued_on"]

    # Two months from February on are February and March.
    assert np.array_equal(np.unique(issued.dt.month), [2, 3])
    assert (issued.dt.year == 2021).all()


def test_the_ladder_is_what_contacts_unless_told_otherwise() -> None:
    # The default is the ladder of the menu; None sends nothing.
    assert_frame_equal(simulate(20, 4).ledger.contacts, simulate(20, 4, policy=Ladder()).ledger.contacts)
    assert not len(simulate(20, 4, policy=None).ledger.contacts)
