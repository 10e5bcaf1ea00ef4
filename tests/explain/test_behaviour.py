"""The pictures of a book, of lives and of features say what the numbers say, whatever is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from paybench import PaybenchError
from paybench.explain import behaviour, lives, seen, volume
from paybench.explain.canvas import Picture
from paybench.features import at_issue, labels, landmarks, open_on, proof
from paybench.ledger import TABLES, Ledger, as_of, conform, glance, known, settle
from paybench.simulate import simulate

AS_OF = "2025-01-01"


@dataclass(frozen=True)
class Read:
    """A book, and what the notebooks make of it."""

    whole: Ledger
    cut: Ledger
    invoices: pd.DataFrame
    X: pd.DataFrame
    late: pd.Series


def read(ledger: Ledger) -> Read:
    cut = as_of(ledger, AS_OF)
    state = settle(cut)
    told = labels(cut, state, AS_OF)[["status", "reopened", "late", "days_late_capped"]]
    X = at_issue(known(ledger, AS_OF))
    return Read(ledger, cut, state.join(told), X, labels(ledger, X, AS_OF)["late"])


@pytest.fixture(scope="module")
def full() -> Read:
    return read(simulate(60, 14, seed=5, start="2024-01-01").ledger)


@pytest.fixture(scope="module")
def bare(full: Read) -> Read:
    """Invoices and payments only, no credit notes, reversals or write-offs, in one currency, one customer's master."""
    empty = {name: conform(name) for name in TABLES if name not in ("invoices", "payments")}
    paid = full.whole.payments
    paid = paid[(paid["kind"] == "payment") & (paid["amount"] > 0)].reset_index(drop=True)
    invoices = full.whole.invoices.assign(currency="EUR")
    return read(replace(full.whole, **empty, invoices=invoices, payments=paid.assign(currency="EUR")))  # type: ignore[arg-type]


@pytest.mark.parametrize("which", ["full", "bare"])
def test_every_picture_can_be_drawn_and_has_a_finding_and_a_text(which: str, request: pytest.FixtureRequest) -> None:
    book: Read = request.getfixturevalue(which)
    for picture in pictures(book):
        image, about = picture._repr_png_()
        assert image.startswith(b"\x89PNG")
        assert len(about["alt"]) > 20
        titles = [axes.get_title() + axes.get_title(loc="left") for axes in picture.axes]
        assert any(titles)


def pictures(book: Read) -> list[Picture]:
    invoices, told = book.invoices, seen.separation(book.X, book.late)
    points = landmarks(book.cut, names=["age_days", "days_to_due"])
    points["late_30"] = labels(book.cut, points, AS_OF)["late_30"]
    tonight = open_on(book.whole, AS_OF).index.to_frame(index=False)
    names = told.index[:5].tolist()
    return [
        volume.months(book.cut),
        behaviour.days_late(invoices, 0),
        behaviour.late_share(invoices, AS_OF, 0),
        behaviour.days_to_pay(invoices),
        behaviour.rhythm(invoices),
        volume.lorenz(invoices),
        behaviour.habits(invoices),
        volume.ageing(glance.ageing(settle(book.cut), AS_OF)),
        lives.life(book.cut, lives.eventful(book.whole, AS_OF), AS_OF),
        lives.timeline(book.whole, lives.eventful(book.whole, AS_OF, closed=False), AS_OF),
        seen.law(proof.side_by_side(proof.books(book.whole, AS_OF), tonight)),
        seen.ranking(told),
        seen.tenths(book.X, book.late, names),
        seen.spread(book.X, book.late, names),
        seen.gone(book.X, book.X.index.get_level_values("as_of").to_series()),
        seen.stages(points),
    ]


def test_a_book_without_open_invoices_is_said_to_have_none() -> None:
    none = glance.ageing(settle(Ledger()), AS_OF)
    assert volume.ageing(none).axes[0].get_title() == "Nothing is open"


def test_counting_settled_invoices_only_flatters(full: Read) -> None:
    found = behaviour.late_shares(full.invoices, 0)
    both = found.dropna()

    # Of an unpaid invoice whose due date has passed one thing is known: it is late. Leaving it out can only flatter.
    assert (both["settled_only"] <= both["matured"]).all()
    gap = both["matured"] - both["settled_only"]
    assert gap.iloc[-1] == gap.max() > 0.02

    # Where all is answered, maturity says what comes out in the end.
    ended = labels(full.whole, full.invoices, "2026-01-01")["late"]
    answered = full.invoices["late"].notna()
    assert (ended[answered] == full.invoices.loc[answered, "late"]).all()

    # The title names the last month and its gap.
    title = behaviour.late_share(full.invoices, AS_OF, 0).axes[0].get_title()
    assert f"{gap.index[-1]:%B %Y}" in title
    assert f"{100 * gap.iloc[-1]:.0f} points" in title


def test_what_lies_between_customers_is_nothing_if_all_are_alike_and_all_if_each_is_its_own() -> None:
    dice, who = np.random.default_rng(2), np.repeat(np.arange(60), 20).astype(str)
    noise, habit = dice.normal(size=1200), np.repeat(dice.normal(size=60), 20)
    found = [
        behaviour.between_customers(pd.DataFrame({"customer_id": who, "days_late_capped": y}))
        for y in (noise, habit + noise, habit)
    ]
    assert found == pytest.approx([0, 0.5, 1], abs=0.1)

    # One customer says nothing about it.
    assert np.isnan(behaviour.between_customers(pd.DataFrame({"customer_id": "A", "days_late_capped": noise})))


def test_a_feature_that_is_the_answer_separates_and_one_that_is_chance_does_not(full: Read) -> None:
    dice = np.random.default_rng(3)
    X = full.X.assign(late_share=full.late, amount=dice.random(len(full.X)), days_to_due=-full.late)
    told = seen.separation(X, full.late)
    assert told.loc["late_share", "auc"] == 1
    assert told.loc["days_to_due", "auc"] == 0
    assert told.loc["amount", "auc"] == pytest.approx(0.5, abs=0.06)

    # It is what scikit-learn says.
    from sklearn.metrics import roc_auc_score

    both = pd.DataFrame({"x": full.X["days_late_mean"], "y": full.late}).dropna()
    expected = roc_auc_score(both["y"], both["x"])
    assert seen.separation(full.X, full.late).loc["days_late_mean", "auc"] == pytest.approx(expected)


def test_the_life_that_is_shown_is_one_that_was_known(full: Read) -> None:
    shown = lives.eventful(full.whole, AS_OF)
    assert full.invoices.set_index("invoice_id").loc[shown, "status"] == "settled"
    still = lives.eventful(full.whole, AS_OF, closed=False)
    assert full.invoices.set_index("invoice_id").loc[still, "status"] == "open"

    # What the future holds does not choose it.
    assert lives.eventful(full.cut, AS_OF) == shown


def test_what_cannot_be_shown_is_said(full: Read) -> None:
    with pytest.raises(PaybenchError, match="No invoice is open at 2020-01-01; give another day."):
        lives.eventful(full.whole, "2020-01-01", closed=False)
    last = full.whole.invoices["invoice_id"].iloc[-1]
    with pytest.raises(PaybenchError, match=f"Invoice '{last}' is not known at 2024-02-01; name one that is."):
        lives.life(full.whole, last, "2024-02-01")
