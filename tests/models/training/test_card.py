"""The model card says what the run found, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from paybench.ledger import Ledger
from paybench.models.judge.compare import EMPIRICAL, MODEL
from paybench.models.judge.decline import in_doubt
from paybench.models.judge.treated import treated
from paybench.models.learn.folds import Book, Rows
from paybench.models.training.candidate import UNTUNED, Candidate
from paybench.models.training.card import as_markdown, model_card, short, tuning_sentence
from paybench.models.training.conclude import conclusion
from paybench.models.training.train import train
from tests.models.books import book_of


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
        ({"trials": 0, "parts": {}, "pruned": 0, "stalled": []}, "Nothing was tuned: the defaults were taken."),
        ({"log_loss": [0.02, 0.01, 0.03], "trials": 12, "parts": {"late": 10, "hazard": 2}, "pruned": 0, "stalled": []},
         "Tuning (12 trials: 10 of the classifier, 2 of the daily hazard) bought +2.0% of log loss "
         "(95 % interval +1.0% to +3.0%)."),
        ({"log_loss": [0.02, -0.01, 0.03], "trials": 60, "parts": {"late": 59, "hazard": 1}, "pruned": 20,
          "stalled": ["late"], "seconds": 90.0},
         "Tuning (60 trials in 1.5 minutes: 59 of the classifier, 1 of the daily hazard; 20 given up early; the search "
         "for the classifier ended when nothing more was gained) bought +2.0% of log loss "
         "(95 % interval -1.0% to +3.0%), which may be chance. The daily hazard was not searched: its one trial is its "
         "defaults."),
        ({"log_loss": [-0.02, -0.03, -0.01], "trials": 4, "parts": {"late": 2, "hazard": 2}, "pruned": 0,
          "stalled": []},
         "Tuning (4 trials: 2 of the classifier, 2 of the daily hazard) bought -2.0% of log loss "
         "(95 % interval -3.0% to -1.0%), a loss."),
        ({"log_loss": [0.0, 0.0, 0.0], "trials": 2, "parts": {"late": 1, "hazard": 1}, "pruned": 0, "stalled": []},
         "Tuning (2 trials: 1 of the classifier, 1 of the daily hazard) bought nothing: the defaults were the best, so "
         "tuned and not tuned are one model. The classifier and the daily hazard were not searched: their one trial "
         "each is their defaults."),
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


def test_a_model_that_tuning_did_not_change_stands_once(candidate: Candidate) -> None:
    card = model_card(candidate)
    # The defaults won, so both have the same figures: the page has one row of them, the data keep both.
    assert card["figures"][UNTUNED] == card["figures"][MODEL]
    assert f"| {UNTUNED} |" not in as_markdown(card)
    assert "tuned and not tuned are one model" in as_markdown(card)
    # Any difference is shown.
    card["figures"][UNTUNED] = card["figures"][MODEL] | {"auc": 0.5}
    assert f"| {UNTUNED} | 0.500 |" in as_markdown(card)


def test_a_p_late_that_is_off_as_a_whole_is_said(candidate: Candidate) -> None:
    card = model_card(candidate)
    assert card["judged_on"]["said"] == pytest.approx(candidate.rows[f"p: {MODEL}"].mean(), abs=1e-4)
    for said, words in ((0.548, "about 8 points too high"), (0.40, "about 7 points too low"), (0.49, "")):
        card["judged_on"] |= {"said": said, "late": 0.467}
        for page in (as_markdown(card), short(card)):
            # One sentence where it is off by more than three points, none where it is not.
            assert page.count("P(late) was about") == bool(words)
            assert not words or f"{words} on these invoices: {said:.1%} said, 46.7% late." in page


def test_what_lies_beyond_the_horizon_is_said(candidate: Candidate) -> None:
    horizon, page = candidate.about["horizon"], as_markdown(model_card(candidate))
    share = (candidate.rows["y"] > horizon).mean()
    assert f"Days late beyond {horizon} count as {horizon}; {share:.1%} of the judged invoices were beyond it." in page
    # Days are not more exact than days can be told.
    assert re.search(rf"^\| {MODEL} \|.* {candidate.metrics['mae'][MODEL]:.2f} \|", page, flags=re.M)


def test_a_declined_card_speaks_of_no_training(candidate: Candidate, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    ledger = book_of(np.arange(99) * 3, np.zeros(99, dtype=int), rng.integers(-3, 9, 99).astype(np.float64))
    declined = train(ledger, "2024-11-01", tmp_path / "candidate", trials=1)
    card = model_card(declined)
    for page in (as_markdown(card), short(card)):
        assert " train" not in page.replace("no model was trained", "").replace("trained with", "")
    # Each count is explained by what it counts.
    known = f"{card['rows']['matured']} of them fell due more than {card['horizon']} days before 2024-11-01"
    assert known in as_markdown(card)
    # Neither page speaks in riddles.
    assert "have an answer" not in as_markdown(card) + as_markdown(model_card(candidate))
