"""The calibration page: self-contained, nothing in it is alive, and it judges by what was published."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from paybench import PaybenchError
from paybench.ledger import Ledger
from paybench.simulate import simulate
from paybench.simulate.calibration import calibration
from paybench.simulate.calibration.comparison import Comparison, compare, gaps
from paybench.simulate.calibration.measures import BY_WEEKDAY, MEASURES
from paybench.simulate.calibration.page import render, write_calibration
from paybench.simulate.calibration.published import NOT_FOUND, PUBLISHED, Published


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return simulate(60, 18, seed=3).ledger


@pytest.fixture(scope="module")
def made(ledger: Ledger) -> Comparison:
    return compare(ledger, replace(simulate(40, 14, seed=5).ledger, name="a real book"), {"late_scale": 1.25})


@pytest.fixture(scope="module")
def page(made: Comparison) -> str:
    return render(made)


@pytest.fixture(scope="module")
def alone(ledger: Ledger) -> tuple[Comparison, str]:
    """A world beside no other book, and its page."""
    made = compare(ledger)
    return made, render(made)


def text_of(page: str) -> str:
    """What a reader sees."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.split("</style>")[1])).split())


def test_page_is_one_file(page: str) -> None:
    # Nothing is loaded: no script, no font, no frame; pictures are inside, and addresses are only those of sources.
    bare = re.sub(r"data:image/svg\+xml;base64,[\w+/=]+", "", page)
    bare = re.sub(r'<a href="https?://[^"]+" rel="noopener noreferrer">', "", bare)
    assert not re.findall(r"https?:|@import|url\(|<(?:script|link|iframe|object|embed|form)\b", bare)
    assert all(source.startswith("data:image/svg+xml;base64,") for source in re.findall(r'src="([^"]*)', page))

    # A policy that would let nothing in and nothing run.
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in html.unescape(page)


def test_same_inputs_same_bytes(made: Comparison, page: str) -> None:
    # No clock, no random names in the pictures.
    assert render(made) == page


@pytest.mark.parametrize(
    "hostile", ["</script><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", "_$x$_\n\u2603"]
)
def test_hostile_names_come_out_dead(made: Comparison, hostile: str) -> None:
    assert made.like is not None
    named = Comparison(replace(made.world, name=hostile), replace(made.like, name=hostile), {hostile: 1.0})
    page = render(named)

    # They are text: readable, and no tag or attribute of the page.
    assert hostile in html.unescape(page)
    assert not re.search(r"<script|<img src=x|<[^>]*\son\w+=", page)

    # On a terminal they stay in their line.
    assert all(line.isprintable() and len(line) <= 80 for line in str(named).split("\n"))


def test_every_figure_is_defined_and_every_source_named(made: Comparison, page: str) -> None:
    text = text_of(page)

    # Each figure stands in the page with its definition; weekdays are drawn.
    for name, measure in MEASURES.items():
        if name not in BY_WEEKDAY:
            assert measure.label in text, name
            assert measure.meaning in text, name

    # Each published figure with what was counted, its source and year; and what was not found.
    for p in PUBLISHED:
        assert p.what in text
        assert f"{p.source} , {p.year}" in text
        assert p.url in html.unescape(page)
    assert all(what in text for what, _ in NOT_FOUND)


def test_marks_are_words_and_shapes(alone: tuple[Comparison, str]) -> None:
    made, text = alone[0], text_of(alone[1])

    # Each judgement of the table is said in words, with a shape of its own before it.
    for where, symbol in (("inside", "\u25cf"), ("above", "\u25b2"), ("below", "\u25bc")):
        expected = sum(w == where for _, w in made.judged)
        assert text.count(f"{symbol} {where}") >= expected
    assert f"{len(made.inside)} lie inside" in text or len(made.inside) == 1

    # A figure is inside some range, outside all of them, or not known: never two of these.
    assert not set(made.inside) & set(made.outside)
    assert set(made.inside) | set(made.outside) <= {p.figure for p in PUBLISHED}


def test_beside_a_book_a_world_is_judged_by_it(made: Comparison, page: str) -> None:
    text = text_of(page)

    # No mark against published ranges: they are not what this world is to resemble.
    for p in PUBLISHED:
        assert not re.search(rf"{re.escape(p.what.replace(' %', chr(160) + '%'))}[^.]*(inside|above|below)", text)
    assert "inside</span>" not in page

    # Each figure that both have is marked by how near they are, with a shape of its own.
    told = [made.near(name) for name in MEASURES]
    assert {"near", "above", "below", ""} >= set(told)
    for where, symbol in (("near", "\u25cf"), ("above", "\u25b2"), ("below", "\u25bc")):
        assert text.count(f"{symbol} {where}") >= sum(made.near(n) == where for n in MEASURES if n not in BY_WEEKDAY)

    # Lead and terminal count them instead of what was published.
    near, both = made.alike
    assert 0 < near < both
    assert f"Of {both} figures that both have, {near} are near" in text
    assert f"{near} of {both} figures that both books have are near each other." in str(made)
    assert not re.search(r"(inside|above|below) \[\d+\]", str(made))
    assert re.search(r"(inside|above|below) \[\d+\]", str(replace(made, like=None)))

    # Near is what lies within a fifth or, for shares, two points.
    assert made.like is not None
    assert replace(made, like=made.world).near("late") == "near"

    # Sentences do not run into each other.
    assert not re.search(r"[a-z]\.[A-Z][a-z]", text.split("In pictures")[0])


def test_gaps_are_told_where_the_book_moves(made: Comparison, page: str) -> None:
    assert made.like is not None
    found = made.gaps
    assert found is not None
    mine, theirs = (c.curves["days_late"] for c in (made.world, made.like))
    apart = 100 * (mine - theirs).abs()

    # The largest gap is that of the curves, on its day; where the book moves it is larger than over all days.
    assert found.largest == pytest.approx(apart.loc[-30:90].max())
    assert apart[found.on] == pytest.approx(found.largest)
    assert found.moving == pytest.approx(apart.loc[found.first : found.last].mean())
    assert -30 < found.first < found.last < 90
    assert found.mean < found.moving < found.largest

    # A world has no gap to itself; without a curve there is none to tell.
    alike = gaps(made.world, made.world)
    assert alike is not None
    assert (alike.mean, alike.moving, alike.largest) == (0, 0, 0)
    assert gaps(made.world, calibration(Ledger())) is None

    # Lead and JSON say all three.
    assert f"by {found.largest:.1f} at most" in text_of(page)
    assert made.as_dict()["gaps"]["largest"] == found.largest


def test_counted_and_fitted_stand_apart() -> None:
    none = calibration(Ledger())
    told = Comparison(none, none, {"spread": 0.049787}, {"losses": 0.0}, {"losses": "the book shows none"})
    text = text_of(render(told))

    # Each with what it is, rounded as far as it is known, and with what has to be said of it.
    assert "Counted in book Parameter Value Note losses 0 the book shows none" in text
    assert "Fitted by drawing worlds, to resemble book Parameter Value Note spread 0.0498" in text
    assert "Counted: losses = 0 (the book shows none)" in str(told)


def test_published_figures_can_be_compared() -> None:
    for p in PUBLISHED:
        # They are in the unit of the figure that they speak of, the lower end first, with a place to read it.
        assert p.figure in MEASURES
        assert 0 < p.low <= p.high
        assert p.high <= 1 or MEASURES[p.figure].unit != "share"
        assert p.url.startswith("http")

        # Both ends are inside, what lies beyond is not, and nothing is said of what is not known.
        assert {p.judge(p.low), p.judge(p.high)} == {"inside"}
        assert (p.judge(p.low / 2), p.judge(p.high * 2), p.judge(np.nan)) == ("below", "above", "")


def test_one_number_has_room_around_it() -> None:
    single = Published("late_30", 0.10, 0.10, "S", "2020", "what", "https://s")

    # A fifth to either side.
    assert [single.judge(v) for v in (0.079, 0.081, 0.119, 0.121)] == ["below", "inside", "inside", "above"]


def test_both_ledgers_are_drawn_and_described(page: str, alone: tuple[Comparison, str]) -> None:
    bare = alone[1]

    # Six pictures either way; beside another ledger each caption names it, and the fitted parameter is listed.
    assert page.count("<figure>") == bare.count("<figure>") == 6
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", page)
    assert all("like a real book:" in caption for caption in captions)
    assert "late_scale 1.25" in text_of(page)

    # Alone, nothing is said of another.
    assert "Like" not in text_of(bare)
    assert "Fitted" not in text_of(bare)
    assert "Counted in it" not in text_of(bare)


def test_what_is_missing_is_a_dash(ledger: Ledger) -> None:
    bare = compare(Ledger.of("bare", invoices=ledger.invoices, customers=ledger.customers))
    text = text_of(render(bare))

    # Contacts and payments that are not there are dashes.
    for label in ("Contacts per invoice", "Paid in parts", "Disputed", "Payments on weekends"):
        meaning = next(m.meaning for m in MEASURES.values() if m.label == label)
        assert f"{label} {meaning} \N{EN DASH}" in text
    assert "Payments by weekday" not in re.findall(r"<h3>(.*?)</h3>", render(bare))

    # Even a book without invoices has a page.
    assert "No figure can be held against a published one" in text_of(render(compare(Ledger())))


def test_terminal_and_json(made: Comparison) -> None:
    lines = str(made).split("\n")

    # A terminal of 80 columns shows every figure, the marks and the sources.
    assert max(map(len, lines)) <= 80
    assert all(any(line.startswith(m.label) for line in lines) for n, m in MEASURES.items() if n not in BY_WEEKDAY)
    assert str(made).isascii()

    # JSON holds every figure, without NaN or infinity; what is not known is null.
    plain = json.loads(json.dumps(made.as_dict(), allow_nan=False))
    assert set(plain["world"]["figures"]) == set(plain["like"]["figures"]) == set(MEASURES)
    assert plain["world"]["figures"]["late"]["value"] == made.world.value("late")
    assert plain["fit"] == {"late_scale": 1.25}
    assert plain["inside"] == made.inside


def test_file_is_written_whole_or_not_at_all(ledger: Ledger, alone: tuple[Comparison, str], tmp_path: Path) -> None:
    file = tmp_path / "new" / "calibration.html"
    made = write_calibration(file, ledger)

    # The file is the page, and what it tells comes back.
    assert file.read_text(encoding="utf-8") == alone[1]
    assert str(made) == str(alone[0])

    # A folder is refused in one sentence.
    with pytest.raises(PaybenchError, match="is a folder; give the name of a file to write."):
        write_calibration(tmp_path, ledger)
