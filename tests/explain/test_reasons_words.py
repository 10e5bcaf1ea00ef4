"""Every feature has its sentence, in each language and for each listener, and the English ones never change."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from paybench.errors import PaybenchError
from paybench.explain.drivers import FAMILIES, importance
from paybench.explain.reasons import baseline_reasons, reasons, sentence, with_overdue
from paybench.explain.speech import speech
from paybench.explain.words import INTERNAL, WORDS, label, may_be_told
from paybench.features import all_features, feature, forget
from paybench.features.kernel.moment import Moment
from paybench.models.learn.bundle import DAY_BY_DAY
from paybench.pages import LANGUAGES, language

VALUES = (-3.0, -0.4, 0.0, 1.0, 2.4, 31.0, 12345.6)
NAMES = [f.name for f in all_features()] + [DAY_BY_DAY]
CATEGORIES = [f.name for f in all_features() if f.category]
UNSAID = re.compile(r"_|\{|\}|nan|None|  ")


def values(name: str) -> tuple[object, ...]:
    missing = next((f.missing for f in all_features() if f.name == name), "")
    some: tuple[object, ...] = ("DE",) if name in CATEGORIES else VALUES
    return (*some, np.nan) if missing else some


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_feature_is_said_in_every_language(code: str) -> None:
    for name in NAMES:
        for value in values(name):
            # Finance reads no names of features, and no blank of a template.
            said = sentence(name, value, 1.5, code)
            assert said
            assert not UNSAID.search(said)
            assert said[0].isupper() or said[0].isdigit()
            assert not said.endswith(".")
        assert label(name, code)
    # The same features have sentences in each language, and those that are said have a way to write their number.
    assert set(speech(code).features) == set(NAMES) == set(WORDS) | set(CATEGORIES)
    assert {f.missing for f in all_features()} - {""} >= set(speech(code).missing)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_feature_is_worded_for_the_customer_or_declared_internal(code: str) -> None:
    for name in NAMES:
        told = "tell" in speech(code).features[name]
        # One list says what is internal; everything else has words for a customer.
        assert told == (name not in INTERNAL) == may_be_told(name)
        if not told:
            with pytest.raises(PaybenchError, match=f"A customer is not told of '{name}'"):
                sentence(name, 1.0, None, code, "customer")
            continue
        for value in values(name):
            said = sentence(name, value, 99.0, code, "customer")
            # Nothing of others (the book's mean is 99), nothing of the model's: no probability, no points.
            assert not UNSAID.search(said)
            assert "99" not in said.replace("999", "")
            assert "book" not in said
            assert "Bestand" not in said
            assert not re.search(r"\bit(s)?\b|\bcustomer's\b|\bder Kunde\b", said.replace("is it", ""))
    assert not re.search(r"\d", sentence(DAY_BY_DAY, 0.7, None, code, "customer"))


def test_german_differs_from_english_and_writes_numbers_its_own_way() -> None:
    for name in NAMES:
        assert sentence(name, "DE" if name in CATEGORIES else 2.0, None, "de") != sentence(
            name, "DE" if name in CATEGORIES else 2.0, None, "en"
        )
    assert sentence("amount", 12345.6, None, "de") == "Betrag der Rechnung: 12.346"
    assert "das 1,4fache" in sentence("amount_to_usual", 1.4, None, "de")
    assert speech("de").points(0.004) == "+0,4 Punkte"
    assert speech("de").points(-0.01) == "-1 Punkt"
    assert all(language("de")(family) != family for family in FAMILIES.values())


def test_english_sentences_stand() -> None:
    # These are read in score tables by programs and people: changing one changes every file.
    said = {
        ("days_late_mean_10", 14.0, 3.0): "Paid its last ten invoices on average 14 days late (book: 3 days late)",
        ("days_late_mean", -1.0, None): "Paid on average 1 day early",
        ("late_share", 0.75, 0.5): "Share of its invoices paid late so far: 75 % (book: 50 %)",
        ("credit_used", 12.5, 0.5): "Open of what it was billed in the last year: 1250 % (book: 50 %)",
        ("n_settled", 1234.0, 1000.4): "Invoices it has settled so far: 1234 (book: 1000)",
        ("open_amount", 1234.5, 10.0): "Open on its other invoices: 1,234 (book: 10)",
        ("amount_to_usual", 1234.5, 1.0): "The amount is 1234.5 times this customer's usual",
        ("days_late_trend", -3.0, 1.0): "Paid its last three invoices 3 days earlier than before",
        ("days_to_due", -3.0, 1.0): "3 days overdue",
        ("due_to_workday", 2.0, 1.0): "Banks open 2 days after its due date",
        ("country", "DE", None): "Country of the customer: DE",
        ("late_share", None, 0.5): "The customer has no settled invoice yet",
        (DAY_BY_DAY, 0.38, 0.2): "How it usually pays, day by day, makes it late with 38 % (book: 20 %)",
    }
    for (name, value, average), text in said.items():
        assert sentence(name, value, average) == text


def test_other_sentences_of_the_score_table_speak_german_too() -> None:
    X = pd.DataFrame({"n_settled": [4.0, 0.0], "late_share": [0.25, np.nan]})
    said = baseline_reasons(X, 0.5, "de")
    assert list(said["reason_1"]) == [
        "Bezahlte 1 von 4 beglichenen Rechnungen verspätet (im Bestand: 50 %).",
        "Dieser Kunde hat noch nichts beglichen, daher zählt der Anteil des Bestands (im Bestand: 50 %).",
    ]
    late = with_overdue(said, np.array([1, 0]), 0, "de")
    assert late["reason_1"].iloc[0] == "1 Tag nach Fälligkeit noch unbezahlt."
    assert late["reason_2"].iloc[0] == said["reason_1"].iloc[0]


@pytest.fixture
def own_feature() -> Iterator[str]:
    """A feature as a notebook writes it, which no catalogue of sentences knows."""

    @feature("days", missing="the customer never wrote")
    def silence(at: Moment) -> object:
        """Days since the customer last wrote."""
        return at.at

    yield "silence"
    forget("silence")


def test_a_feature_of_a_notebook_is_said_in_english_and_to_finance_only(own_feature: str) -> None:
    X, moved = pd.DataFrame({own_feature: [3.0]}), pd.DataFrame({own_feature: [0.2]})
    assert reasons(X, moved, {})["reason_1"].iloc[0] == "Days since the customer last wrote: 3: +20 points."
    assert not may_be_told(own_feature)
    # A sentence that is not there is an error, never English within German.
    with pytest.raises(PaybenchError, match="There is no sentence in 'de' for the feature 'silence'"):
        reasons(X, moved, {}, language="de")
    with pytest.raises(PaybenchError, match="silence"):
        importance(moved, "de")
    with pytest.raises(PaybenchError, match="not written in 'fr'"):
        reasons(X, moved, {}, language="fr")


def test_words_need_the_base_install_only() -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(('jinja2', 'markupsafe', 'matplotlib', 'shap')));"
        "import paybench.score; from paybench.explain.reasons import sentence;"
        "print(sentence('late_share', 0.5, None, 'de'))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "Anteil bisher verspätet bezahlter Rechnungen: 50 %\n"
