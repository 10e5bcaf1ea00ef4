"""The model card says what the run found, and nothing else."""

from __future__ import annotations

import json
import re

import pytest

from paybench.ledger import Ledger
from paybench.models.candidate import Candidate
from paybench.models.card import as_markdown, model_card
from paybench.models.compare import EMPIRICAL, MODEL
from paybench.models.folds import Book


def test_its_numbers_are_the_runs(candidate: Candidate, ledger: Ledger) -> None:
    card = json.loads((candidate.folder / "card.json").read_text())
    assert card == json.loads(json.dumps(model_card(candidate)))
    rows = card["rows"]
    # Every invoice that was known has matured, waits, or was cancelled.
    assert rows["issued"] == rows["matured"] + rows["waiting"] + rows["cancelled"]
    assert rows["matured"] == candidate.about["matured"]
    assert rows["waiting"] > 0
    book = Book(ledger, candidate.about["as_of"], candidate.about["horizon"])
    assert book.used() == rows
    # Figures stand beside every baseline, and are those of the table.
    assert set(card["figures"]) == set(candidate.metrics.index)
    for name in (MODEL, EMPIRICAL):
        assert card["figures"][name]["crps"] == pytest.approx(candidate.metrics["crps"][name], abs=1e-4)
    assert card["judged_on"]["late"] == pytest.approx(candidate.rows["late"].mean(), abs=1e-4)
    assert sum(s["n"] for s in card["slices"]) == 2 * card["judged_on"]["invoices"]


def test_the_page_reads(candidate: Candidate) -> None:
    page = (candidate.folder / "card.md").read_text()
    card = model_card(candidate)
    assert page == as_markdown(card)
    # Its tables have as many cells in each line.
    for table in re.findall(r"(?:^\|.*\|\n)+", page, flags=re.M):
        assert len({line.count("|") for line in table.splitlines()}) == 1
    # A gain that may be chance is called so, and no other.
    for loss, words in (("log_loss", "log loss of P(late)"), ("mae", "absolute error"), ("crps", "CRPS")):
        said = [line for line in card["limits"] if line.startswith(f"On {words}")]
        assert bool(said) == (card["skill"][loss][1] <= 0)
    assert "treated" in page
    assert "nan" not in page


def test_thin_tails_are_limits(candidate: Candidate) -> None:
    thin = candidate.bundle.about["thin"]
    assert len([line for line in model_card(candidate)["limits"] if "thin_tail" in line]) == len(thin)
