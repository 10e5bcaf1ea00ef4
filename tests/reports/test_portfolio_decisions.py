"""The decisions in the portfolio report: every number is the decisions', amounts add up, and nothing is alive."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from paybench.decide.contacted.outcomes import PAID_DAYS, WEEKDAYS
from paybench.decide.contacted.performance import performance
from paybench.decide.decided import Decisions
from paybench.decide.decided.made import decisions_of
from paybench.decide.dunning import CHANNELS, STATES, TONES, Policy
from paybench.decide.exceptions import KINDS, REPORTED, ROLES
from paybench.decide.segments.words import FLAGS, RISKS, VALUES
from paybench.decide.worklist.line import TERMS
from paybench.errors import PaybenchError
from paybench.ledger import Ledger
from paybench.models.learn.bundle import write_bundle
from paybench.models.training.train import baseline_candidate
from paybench.pages import language
from paybench.reports.portfolio import communications, contacts, segmented, states
from paybench.reports.portfolio.decided import decided
from paybench.reports.portfolio.findings import Findings, currencies, findings
from paybench.reports.portfolio.look import exceptional
from paybench.reports.portfolio.page import render
from paybench.reports.portfolio.rows import rows_of
from paybench.simulate import simulate
from paybench.simulate.policies import Ladder
from tests.browser import DESKTOP, PHONE, browser, needs_browser, opened, serious

if TYPE_CHECKING:
    from playwright.sync_api import Browser

EN, DE = language("en"), language("de")
AT = "2025-01-20"
"""A Monday, and a holiday in one of the countries."""
POLICY = Policy.of(
    """
name: weekly
steps:
  - {after_due: 1, by: email, tone: friendly}
  - {after_last: 7, by: phone, tone: firm}
  - {after_last: 7, by: letter, tone: final}
options: [sms:friendly]
explore: 0.5
capacity: {phone: 1, email: 6}
"""
)
HOSTILE = '</script><img src=x onerror="alert(1)">'


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ledger, pd.DataFrame, Path]:
    """A book, its decisions to send nothing, and a store whose champion is the Baseline."""
    world = simulate(110, 13, seed=5, policy=Ladder(explore=0.6))
    withheld = world.oracle["withheld.parquet"]
    folder = tmp_path_factory.mktemp("decided")
    baseline = baseline_candidate(world.ledger, AT, folder / "first").bundle
    write_bundle(replace(baseline, about=baseline.about | {"version": "payment-timing v1"}), folder / "champion")
    # As many as let the contacts be judged, and too few for effects to be learned, which takes its time.
    return world.ledger, withheld[withheld["decided_on"] < AT].head(80), folder


@pytest.fixture(scope="module")
def made(place: tuple[Ledger, pd.DataFrame, Path]) -> Decisions:
    ledger, withheld, store = place
    return decisions_of(ledger, AT, POLICY, store, log=withheld, owners={"broken": "Anna <b>"})


@pytest.fixture(scope="module")
def found(place: tuple[Ledger, pd.DataFrame, Path], made: Decisions) -> Findings:
    return findings(place[0], AT, place[2], paths=40, decisions=made)


@pytest.fixture(scope="module")
def shown(found: Findings) -> list[str]:
    return currencies(found.table)[:3]


@pytest.fixture(scope="module")
def told(found: Findings, shown: list[str]) -> dict[str, Any]:
    said = decided(found, shown, EN)
    assert said is not None
    return said


def whole(text: str) -> int:
    return int(re.sub(r"[^\d]", "", text) or 0)


def section(page: str) -> str:
    return page.split('id="decisions"')[1].split('id="look"')[0]


# ------------------------------------------------------------------- the worklist


def test_the_worklist_is_that_of_the_decisions(made: Decisions, told: dict[str, Any]) -> None:
    lines = made.worklist.table()
    assert told["contacts"] == str(len(lines))
    assert sum(whole(part) for part in told["channels"].split(", ")) == len(lines) > 3
    for book in told["books"]:
        mine = lines[lines["currency"] == book["currency"]]
        rows = book["work"]["rows"]

        # The first of each currency, in the order of the list; how many more there are; what all of them ask for.
        assert [r["customer"] for r in rows] == mine["customer_id"].head(contacts.NAMED).tolist()
        assert len(rows) + book["work"]["left"] == len(mine)
        assert whole(book["work"]["asked"]) == round(mine["amount"].sum())
        for row, line in zip(rows, mine.to_dict("records"), strict=False):
            assert row["amount"] == EN.number(line["amount"], 2)
            assert row["action"] == f"{line['channel']}, {line['tone']}"
            assert row["why"].replace("\N{NO-BREAK SPACE}", " ") == line["reason"].replace("\N{NO-BREAK SPACE}", " ")


def test_what_chance_chose_is_marked_and_counted(made: Decisions, told: dict[str, Any]) -> None:
    drawn = made.log[made.log["drawn"]]
    assert told["drawn"] == str(len(drawn)) != "0"
    quiet = int((drawn["channel"] == "").sum())
    assert f"chose in {len(drawn)} of {len(made.log)} cases" in told["chance"]
    assert (f"in {quiet} of them to send nothing" in told["chance"]) == (quiet > 0)
    customers = set(drawn["customer_id"])
    for book in told["books"]:
        assert all(row["drawn"] == (row["customer"] in customers) for row in book["work"]["rows"])


def test_an_expected_value_is_the_sum_of_its_terms(found: Findings, made: Decisions) -> None:
    terms = {"interest": 12.5, "loss": 3.25, "contact": 6.0, "strain": 0.0}
    line = replace(made.worklist.lines[0], value=9.75, terms=terms)
    valued = replace(made, worklist=replace(made.worklist, lines=(line, *made.worklist.lines[1:])))
    work = contacts.worklist(found, valued, line.currency, EN)
    (row,) = [r for r in work["rows"] if r["customer"] == line.customer_id]
    assert set(terms) == set(TERMS)
    assert work["valued"]
    assert row["value"] == work["value"] == "9.75"

    # With the sign with which each counts; what is nothing is not told.
    signed = [float(term.split()[0].replace("\N{MINUS SIGN}", "-")) for term in row["terms"]]
    assert signed == [12.5, 3.25, -6.0]
    assert sum(signed) == 9.75

    # Where no effect is known there is no such column, and it is said.
    assert not contacts.worklist(found, made, line.currency, EN)["valued"]
    assert "Expected value" not in section(render(found))
    assert "What contacts change is not known well enough yet" in section(render(found))


# ------------------------------------------------------------------- states


def test_states_add_up_to_the_open_book(found: Findings, made: Decisions, told: dict[str, Any]) -> None:
    table = made.states
    for k, currency in enumerate(told["states"]["currencies"]):
        cells = [row["cells"][k] for row in told["states"]["rows"]]
        open_book = found.table.loc[found.table["currency"] == currency, "amount_open"]

        # As displayed: the column adds up to its foot, and that is the open book of the currency.
        total = told["states"]["sums"][k]
        assert sum(whole(c["amount"]) for c in cells) == whole(total["amount"]) == round(open_book.sum())
        assert sum(whole(c["invoices"]) for c in cells) == whole(total["invoices"]) == len(open_book)
        for row, cell in zip(told["states"]["rows"], cells, strict=True):
            own = table[(table["state"] == STATES[int(row["filter"])]) & (table["currency"] == currency)]
            assert whole(cell["invoices"]) == len(own)
            assert abs(whole(cell["amount"]) - own["amount_open"].sum()) <= 1

    # Every state that there is, once; and what is held back is not due for anything today.
    assert {STATES[int(row["filter"])] for row in told["states"]["rows"]} == set(table["state"])
    assert whole(told["held"]) == (table["state"] != "due_now").sum()


def test_each_example_is_an_invoice_in_that_state(made: Decisions, told: dict[str, Any]) -> None:
    state = made.states.set_index("invoice_id")["state"]
    for row in told["states"]["rows"]:
        assert state[row["example"]["invoice"]] == STATES[int(row["filter"])]
        assert row["example"]["said"].endswith(".")


def test_each_invoice_in_the_list_says_what_is_done_about_it(found: Findings, made: Decisions) -> None:
    data = json.loads(json.dumps(rows_of(found, EN)))
    rows, table = data["rows"], made.states.set_index("invoice_id")
    for invoice, state, said in zip(rows["invoice"], rows["state"], rows["said"], strict=True):
        own = table.loc[invoice]
        assert STATES[state] == own["state"]
        # The sentence of the decisions, which need not name the row that it stands in.
        sentence = data["said"][said]
        assert invoice not in sentence.split(": ")[0]
        assert sentence.split(": ", 1)[1] == own["today"].split(": ", 1)[1]


def test_outcomes_are_what_the_decisions_say_in_words(made: Decisions) -> None:
    said = {
        "drawn": "(chosen by chance, to learn from).", "contact": "Today: ",
        "chance": "chance has chosen to send nothing", "idle": "is worth more than it costs",
        "no room": "others are worth more of the day's room",
        "other": "that is looked at today", "": "",
    }  # fmt: skip
    outcomes = states.outcomes(made)
    for outcome, text, state in zip(outcomes, made.states["today"], made.states["state"], strict=True):
        assert said[outcome] in text
        assert (outcome == "") == (state != "due_now")
        assert (outcome == "contact") == (text.startswith("Today: ") and "by chance" not in text)
    assert {"drawn", "contact", "chance"} <= set(outcomes)


def test_in_german_each_invoice_says_its_state_and_next_step(found: Findings, made: Decisions) -> None:
    said = states.sentences(made, DE)
    for row, text in zip(made.states.to_dict("records"), said, strict=True):
        if row["state"] != "due_now":
            assert text.startswith(f"Es wird nichts geschickt. {DE(states.WORDS[row['state']][1])}")
            assert (DE.date(row["next_on"]) in text) if not pd.isna(row["next_on"]) else ("Als Nächstes" not in text)


# ------------------------------------------------------------------- segments


def test_the_map_is_that_of_the_segments(found: Findings, made: Decisions, told: dict[str, Any]) -> None:
    owed = found.table.groupby(["customer_id", "currency"])["amount_open"].sum()
    for book in told["books"]:
        mine = made.segments.table[made.segments.table["currency"] == book["currency"]]
        accounts, amounts = 0, 0
        for value, row in zip(reversed(VALUES), book["map"]["rows"], strict=True):
            for risk, cell in zip(RISKS, row["cells"], strict=True):
                own = mine[(mine["value"] == value) & (mine["risk"] == risk)]
                exact = sum(owed.get((customer, book["currency"]), 0.0) for customer in own["customer_id"])
                assert whole(cell["accounts"]) == len(own)
                assert abs(whole(cell["open"]) - exact) <= 1
                assert (cell["shade"] == 0) == (exact == 0)
                accounts, amounts = accounts + whole(cell["accounts"]), amounts + whole(cell["open"])

        # What a reader adds up is the open book, and every account.
        open_book = found.table.loc[found.table["currency"] == book["currency"], "amount_open"].sum()
        assert amounts == whole(book["map"]["open"]) == round(open_book)
        assert accounts == whole(book["map"]["accounts"]) == len(mine)


def test_flags_are_counted_by_customer(made: Decisions, told: dict[str, Any]) -> None:
    counts = made.segments.flags.groupby("flag")["customer_id"].nunique()
    assert {row["name"]: int(row["customers"]) for row in told["flags"]} == counts.to_dict()


# ------------------------------------------------------------------- communications


def test_rates_are_those_of_the_performance(made: Decisions, told: dict[str, Any]) -> None:
    table = made.performance.table
    rows = [row for group in told["contacted"]["groups"] for row in group["rows"]]
    assert len(rows) == (table["by"] != "policy").sum()
    for by, group in zip(("all", *communications.BY), told["contacted"]["groups"], strict=False):
        own = table[table["by"] == by]
        for row in group["rows"]:
            source = own[own["group"].map(lambda name, by=by: communications.group_name(by, name, EN)) == row["name"]]
            exact = table.iloc[0] if by == "all" else source.iloc[0]
            assert row["sent"] == EN.number(exact["sent"])
            for rate, cell in zip(communications.RATES, row["rates"], strict=True):
                share = exact[f"{rate}_rate"]
                assert cell["share"] == ("\N{EN DASH}" if np.isnan(share) else EN.percent(share))

            # A dot lies on its line, and each lies where its share is.
            for mark in row["marks"]:
                low, high = (float(n) for n in re.findall(r"[MH]([\d.]+)", mark["path"]["line"]))
                middle = float(re.findall(r"M([\d.]+)", mark["path"]["dot"])[0])
                assert low <= middle <= high
                assert middle == pytest.approx(100 * exact[f"paid_{mark['kind'][1:]}_rate"], abs=0.06)

    # From the mildest tone to the harshest, from Monday to Friday.
    names = {group["title"]: [row["name"] for row in group["rows"]] for group in told["contacted"]["groups"]}
    assert names["By tone"] == [tone for tone in TONES if tone in names["By tone"]]
    assert names["By day"] == [day for day in WEEKDAYS if day in names["By day"]]


def test_effects_are_those_of_the_decisions_left_to_chance(made: Decisions, told: dict[str, Any]) -> None:
    effects = made.performance.effects
    said = told["contacted"]["effects"]
    main = effects[(effects["by"] == "all") & (effects["days"] == communications.MAIN)].iloc[0]
    assert f"{100 * main['effect']:+.1f}".replace("-", "\N{MINUS SIGN}") in said["said"][0]
    assert ("interval holds 0" in " ".join(said["said"])) == (main["low"] <= 0 <= main["high"])
    first = said["groups"][0]["rows"]
    assert [row["name"] for row in first] == [f"within {k} days" for k in PAID_DAYS]
    for row, (_, exact) in zip(first, effects[effects["by"] == "all"].iterrows(), strict=True):
        assert row["effect"] == f"{100 * exact['effect']:+.1f}".replace("-", "\N{MINUS SIGN}")
        assert (whole(row["decisions"]), whole(row["withheld"])) == (exact["decisions"], exact["withheld"])


def test_without_chance_it_is_said_that_nothing_is_known(
    place: tuple[Ledger, pd.DataFrame, Path], made: Decisions
) -> None:
    none = communications.communications(performance(place[0], AT), EN)["effects"]
    assert none["groups"] == []
    assert none["said"][0].startswith("The log holds no decision in which chance sent nothing")
    few = communications.communications(performance(place[0], AT, place[1].head(5)), EN)["effects"]
    assert few["said"][0].startswith("The log holds 5 decisions in which chance sent nothing; with fewer than 30")

    # And where nothing was sent at all, there is nothing to tell of.
    quiet = performance(place[0].with_tables({"contacts": place[0].contacts.head(0)}), AT)
    assert communications.communications(quiet, EN)["sent"] == 0


# ------------------------------------------------------------------- the queue


def test_the_queue_is_told_by_owner_and_by_kind(found: Findings, made: Decisions, told: dict[str, Any]) -> None:
    to_do = made.queue.to_do
    assert whole(told["to_do"]) == len(to_do) == sum(whole(row["number"]) for row in told["owners"])
    for row in told["owners"]:
        mine = to_do[to_do["owner"] == row["owner"]]
        assert row["deadline"] == EN.date(mine["deadline"].min())
        assert sum(whole(part) for part in row["kinds"].split(", ")) == len(mine)

    # Each kind in the queue stands among the exceptions, with who sees to it; what is only listed says so.
    kinds = {kind["kind"]: kind for kind in exceptional(found, EN)}
    for name, mine in to_do.groupby("kind"):
        assert kinds[str(name)]["count"] == len(mine)
        assert kinds[str(name)]["who"]["owner"] == ", ".join(mine["owner"].unique())
    assert all(not kind["who"] for kind in kinds.values() if not kind["count"] or not KINDS[kind["kind"]].queued)
    assert set(kinds) == {*REPORTED, *to_do["kind"]}


def test_what_is_past_its_deadline_is_counted(found: Findings, made: Decisions, shown: list[str]) -> None:
    table = made.queue.table.copy()
    table.loc[:1, "deadline"] = made.at - pd.Timedelta(days=1)
    late = replace(found, decisions=replace(made, queue=replace(made.queue, table=table)))
    said = decided(late, shown, EN)
    assert said is not None
    assert said["late"] == "2"
    assert sum(whole(row["late"]) for row in said["owners"]) == 2


# ------------------------------------------------------------------- words, names and failure


def test_german_is_whole_and_says_the_same_numbers(
    place: tuple[Ledger, pd.DataFrame, Path], found: Findings, made: Decisions
) -> None:
    ledger, withheld, store = place
    german = decisions_of(ledger, AT, POLICY, store, log=withheld, language="de")
    pages = [
        section(render(found)),
        section(render(findings(ledger, AT, store, "de", cash=found.cash, decisions=german), DE)),
    ]
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", page, flags=re.S) for page in pages]
    assert len(cells[0]) == len(cells[1]) > 100
    for one, other in zip(*cells, strict=True):
        if re.fullmatch(r"[\d,.]+", one):
            assert re.sub(r"\D", "", one) == re.sub(r"\D", "", other)
    text = html.unescape(re.sub(r"<[^>]*>", " ", pages[1]))
    words = r"the|of|and|nothing|sent|invoices?|customers?|overdue|late|due|step|paid|promised|phone|firm"
    assert not re.findall(rf".{{30}}\b(?:{words})\b.{{30}}", text)


def test_every_word_of_the_decisions_has_its_german() -> None:
    asked = {text for pair in states.WORDS.values() for text in pair} | {*states.OUTCOMES.values()}
    asked |= {states.HELD, states.NEXT, *segmented.WORDS.values(), *contacts.TERM.values()}
    asked |= {*communications.BY.values(), communications.NOT_SAID, *communications.WORDED}
    asked |= {*FLAGS, *FLAGS.values(), *ROLES, *CHANNELS, *TONES, *WEEKDAYS}
    assert set(states.WORDS) == set(STATES)
    assert not asked - DE.sentences.keys()
    for english in asked:
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", DE.sentences[english])), english


def test_hostile_words_come_out_dead(found: Findings, made: Decisions) -> None:
    # The policy's name, an owner, a customer's words in the queue, a reason, and a group of contacts.
    queue = made.queue.table.assign(owner=HOSTILE, reason=HOSTILE, customer_id=HOSTILE, invoice_id=HOSTILE)
    table = made.performance.table.assign(group=HOSTILE)
    hostile = replace(
        made,
        policy=replace(made.policy, name=HOSTILE),
        states=made.states.assign(customer_id=HOSTILE, today=HOSTILE),
        queue=replace(made.queue, table=queue),
        performance=replace(made.performance, table=table),
        worklist=replace(
            made.worklist,
            lines=tuple(
                replace(x, customer_id=HOSTILE, invoice_id=HOSTILE, reason=HOSTILE) for x in made.worklist.lines
            ),
        ),
    )
    page = render(replace(found, decisions=hostile))
    assert HOSTILE in html.unescape(section(page))
    bare = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    assert not re.search(r"<img|<[^>]*\son\w+=|Anna <b>", bare)
    assert len(re.findall("<script", page)) == 2

    # An owner who is a person is named, and what looks like markup in it is text.
    assert "Anna &lt;b&gt;" in section(render(found))


def test_without_names_there_are_numbers_only(
    place: tuple[Ledger, pd.DataFrame, Path], found: Findings, made: Decisions
) -> None:
    nameless = findings(place[0], AT, place[2], names=False, cash=found.cash, decisions=made)
    page = html.unescape(render(nameless))
    assert not [name for name in place[0].customers["name"].dropna().unique() if name in page]

    # Nor what customers wrote, which a sentence of the queue may quote.
    assert not [reason for reason in made.queue.table["reason"] if reason in page]
    assert made.worklist.lines[0].customer_id in section(page)


def test_the_rest_stands_where_no_decisions_can_be_made(
    place: tuple[Ledger, pd.DataFrame, Path], found: Findings, made: Decisions
) -> None:
    ledger, withheld, store = place
    torn = findings(ledger, AT, store, cash=found.cash, withheld=withheld.drop(columns="propensity"))
    page = render(torn)
    assert torn.decisions is None
    assert "No decisions could be made." in section(page)
    assert html.escape(torn.undecided, quote=False) in html.unescape(page)
    assert "propensity" in torn.undecided
    assert 'id="exceptions"' in page
    assert 'id="state"' not in page

    # Decisions of another day are not told as if they were of this one.
    with pytest.raises(PaybenchError, match="The decisions are of .* on 2025-01-20 and the report is of .* 2025-01-21"):
        findings(ledger, "2025-01-21", store, cash=found.cash, decisions=made)


def test_they_are_made_where_none_are_given(place: tuple[Ledger, pd.DataFrame, Path], found: Findings) -> None:
    ledger, withheld, store = place
    own = findings(ledger, AT, store, cash=found.cash, withheld=withheld)
    assert own.decisions is not None
    assert own.decisions.policy.name == "standard"
    assert own.decisions.performance.withheld == (withheld["propensity"] < 1).sum()


# ------------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def running() -> Iterator[Browser]:
    with browser() as chromium:
        yield chromium


@needs_browser
@pytest.mark.parametrize(("spoken", "size"), [(EN, DESKTOP), (DE, PHONE)], ids=["desktop", "phone"])
def test_it_can_be_read_on_a_screen(
    running: Browser, found: Findings, tmp_path: Path, spoken: Any, size: dict[str, int]
) -> None:
    file = tmp_path / "page.html"
    file.write_text(render(found, spoken), encoding="utf-8")
    with opened(running, file, size) as page:
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


@needs_browser
def test_a_state_leads_to_its_invoices(running: Browser, found: Findings, made: Decisions, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(render(found), encoding="utf-8")
    with opened(running, file) as page:
        button = page.locator("#decisions button[data-state]").nth(1)
        state = STATES[int(str(button.get_attribute("data-state")))]
        button.click()
        own = made.states[made.states["state"] == state]
        assert page.locator("#found").inner_text().startswith(f"{len(own)} of {len(made.states)} invoices")

        # An opened row says what is done about it.
        page.locator("#rows .item").first.click()
        assert "What is sent, or why nothing is" in page.locator("#rows .details").inner_text()
