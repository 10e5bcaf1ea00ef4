"""The model card says what the run found, and nothing else."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from paybench.ledger import Ledger
from paybench.models.judge.compare import EMPIRICAL, MODEL
from paybench.models.judge.decline import in_doubt
from paybench.models.judge.treated import treated
from paybench.models.learn.folds import Book, Rows
from paybench.models.versions.candidate import Candidate
from paybench.models.versions.card import as_markdown, model_card, short, tuning_sentence
from paybench.models.versions.conclude import conclusion


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
    # A gain that may be chance is called so, with how many invoices would tell; and no other.
    for loss, words in (("log_loss", "log loss of P(late)"), ("mae", "absolute error"), ("crps", "CRPS")):
        said = [line for line in card["limits"] if line.startswith(f"On {words}")]
        gain, low, _ = card["skill"][loss]
        assert bool(said) == (low <= 0)
        assert all(in_doubt(card["judged_on"]["invoices"], gain, low) in line for line in said)
    # So does what the tuning bought.
    assert tuning_sentence(card["tuning"]) in page
    assert "treated" in page
    assert "nan" not in page


def test_who_was_contacted_is_said(candidate: Candidate, book: Book, rows: Rows) -> None:
    card, page = model_card(candidate), (candidate.folder / "card.md").read_text()
    # Of the rows that train, by their issue and by their outcome.
    assert card["treated"] == treated(book.cut, rows)
    assert f"{card['treated']['before_outcome']:.1%} were contacted before their own outcome" in page


def test_the_short_card_has_ours_beside_theirs(candidate: Candidate) -> None:
    page = short(model_card(candidate))
    table = re.findall(r"^\| (.+?) \|(.*)\|$", page, flags=re.M)
    # Two rows of figures, those of the candidate, and few enough lines for a version's page.
    assert [name for name, _ in table if not name.startswith("-")][1:] == [MODEL, EMPIRICAL]
    assert f"{candidate.metrics['crps'][EMPIRICAL]:.3f}" in page
    assert len(page.splitlines()) < 25


@pytest.mark.parametrize(
    ("tuning", "said"),
    [
        ({"trials": 0, "pruned": 0, "stalled": []}, "Nothing was tuned: the defaults were taken."),
        ({"log_loss": [0.02, 0.01, 0.03], "trials": 12, "pruned": 0, "stalled": []},
         "Tuning (12 trials) bought +2.0% of log loss (95 % interval +1.0% to +3.0%)."),
        ({"log_loss": [0.02, -0.01, 0.03], "trials": 60, "pruned": 20, "stalled": ["late"], "seconds": 90.0},
         "Tuning (60 trials in 1.5 minutes, 20 given up early; the search for the classifier ended when nothing more "
         "was gained) bought +2.0% of log loss (95 % interval -1.0% to +3.0%), which may be chance."),
        ({"log_loss": [-0.02, -0.03, -0.01], "trials": 2, "pruned": 0, "stalled": []},
         "Tuning (2 trials) bought -2.0% of log loss (95 % interval -3.0% to -1.0%), a loss."),
        ({"log_loss": [0.0, 0.0, 0.0], "trials": 2, "pruned": 0, "stalled": []},
         "Tuning (2 trials) bought +0.0% of log loss (95 % interval +0.0% to +0.0%): the defaults were the best."),
    ],
)  # fmt: skip
def test_what_tuning_bought_is_one_sentence(tuning: dict[str, Any], said: str) -> None:
    assert tuning_sentence(tuning) == said


def test_a_conclusion_in_doubt_says_what_it_would_take(candidate: Candidate) -> None:
    for loss, (gain, low, _) in candidate.about["skill"].items():
        lines = conclusion(candidate, loss).splitlines()
        # A third line where the interval is not above 0, and only there.
        assert len(lines) == (2 if low > 0 else 3)
        if low <= 0:
            assert lines[2].lower() == in_doubt(candidate.about["gate_rows"], gain, low).lower() + "."


def test_thin_tails_are_limits(candidate: Candidate) -> None:
    thin = candidate.bundle.about["thin"]
    assert len([line for line in model_card(candidate)["limits"] if "thin_tail" in line]) == len(thin)
