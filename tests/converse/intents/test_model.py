"""The model: probabilities, explanations that add up, files."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import run

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench import PaybenchError
from paybench.converse.intents import INTENTS, RULES, IntentModel, read_corpus, read_intents, write_intents
from paybench.converse.intents.words import words_of
from tests.converse.conftest import TRAIN

TEXTS = (
    "Can we have two more weeks for invoice 4711? A customer of ours has not paid.",
    "Wir überweisen 1.200 € am Freitag, bitte schicken Sie keine SMS mehr.",
    "ok",
    "",
    "??? !!!",
    "Nous réglons la moitié demain, le reste fin mars",
)


def test_probabilities_are_between_0_and_1_and_what_is_said_reaches_its_threshold(intents_model: IntentModel) -> None:
    assert intents_model.learned is not None
    for text in TEXTS:
        meaning = intents_model.meaning(text)
        assert set(meaning.p) == set(INTENTS)
        assert all(0 <= p <= 1 for p in meaning.p.values())
        for intent in meaning.intents:
            assert intent.confidence >= intents_model.learned.threshold[INTENTS.index(intent.name)]

        # The most confident comes first; nothing is said twice; who says nothing has abstained.
        confidence = [intent.confidence for intent in meaning.intents]
        assert confidence == sorted(confidence, reverse=True)
        assert len({intent.name for intent in meaning.intents}) == len(meaning.intents)
        assert meaning.abstained == (not meaning.intents)


@given(st.text(max_size=200))
def test_any_text_has_a_meaning_and_is_quoted_as_it_stands(intents_model: IntentModel, text: str) -> None:
    meaning = intents_model.meaning(text)
    names = {intent.name for intent in meaning.intents}

    # Thanks, and what is out of scope, stand alone.
    assert len(names) == 1 or names.isdisjoint({"acknowledgement", "out_of_scope"})


def test_shares_of_words_add_up_to_the_score_of_each_intent(intents_model: IntentModel) -> None:
    assert intents_model.learned is not None
    linear = intents_model.learned.linear
    for text in TEXTS:
        words = words_of(text)
        scores = linear.scores(words)
        for place in range(len(INTENTS)):
            total = linear.shares(words, place).sum() + linear.intercept[place]
            assert total == pytest.approx(scores[place], abs=1e-9)


def test_quotes_are_words_of_the_message(intents_model: IntentModel) -> None:
    text = "Dear Ms Holm,\n\nCould we please pay in three monthly instalments? Thank you."
    (first, *_) = intents_model.meaning(text).intents
    assert first.name == "instalment_plan"
    assert first.quotes
    for quote in first.quotes:
        assert quote in text


def test_weights_equal_those_of_an_independent_tfidf(intents_model: IntentModel) -> None:
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer

    from paybench.converse.intents.terms import BLOCKS
    from paybench.converse.text import cleaned, new_text

    assert intents_model.learned is not None
    linear = intents_model.learned.linear
    corpus = read_corpus(TRAIN)
    said = [words_of(new_text(cleaned(text))) for text in corpus.texts]
    parts = []
    for kind, block in linear.blocks.items():
        vectors = TfidfVectorizer(
            analyzer=lambda words, kind=kind: [term for term, _ in BLOCKS[kind](words)],
            vocabulary=list(block.columns), sublinear_tf=True,
        )  # fmt: skip
        parts.append(vectors.fit(said).transform(said[:200]))
    decision = hstack(parts) @ np.vstack([block.coefficients for block in linear.blocks.values()]) + linear.intercept
    ours = np.array([linear.scores(words) for words in said[:200]])
    assert np.abs(decision - ours).max() < 1e-9


def test_a_model_is_the_same_after_a_way_through_files(intents_model: IntentModel, tmp_path: Path) -> None:
    write_intents(intents_model, tmp_path / "model")
    again = read_intents(tmp_path / "model")
    for text in TEXTS:
        assert again.meaning(text) == intents_model.meaning(text)
    assert again.about == intents_model.about

    # One changed letter is told.
    about = tmp_path / "model" / "about.json"
    about.write_text(about.read_text().replace("unsure", "unsurE"))
    with pytest.raises(PaybenchError, match="damaged .about.json."):
        read_intents(tmp_path / "model")
    with pytest.raises(PaybenchError, match="no model of replies"):
        read_intents(tmp_path / "nowhere")
    with pytest.raises(PaybenchError, match="need no files"):
        write_intents(RULES, tmp_path / "rules")


def test_reading_a_message_needs_neither_scikit_learn_nor_mlflow(intents_model: IntentModel, tmp_path: Path) -> None:
    write_intents(intents_model, tmp_path / "replies")
    code = (
        "import sys; sys.modules |= dict.fromkeys(('sklearn', 'mlflow', 'jinja2')); "
        "from paybench.converse.intents import champion_intents; "
        "m = champion_intents(sys.argv[1]); print(m.meaning('Please send a copy of the invoice').intents[0].name)"
    )
    done = run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["send_invoice"]
