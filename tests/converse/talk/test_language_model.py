"""A language model words an answer at most: what was decided, entered and promised is the same with and without it."""

from __future__ import annotations

from pathlib import Path

from paybench.converse.messages.llm import LanguageModel
from paybench.converse.talk import Desk
from paybench.ledger import read_ledger
from tests.converse.messages.test_llm import Endpoint, endpoint
from tests.converse.talk.test_desk import ASKS, NOW, book

__all__ = ["book", "endpoint"]


def test_what_it_says_changes_words_or_nothing(book: Path, endpoint: Endpoint, tmp_path: Path) -> None:
    plain = Desk(book, tmp_path / "plain").receive("C1", ASKS, "chat", NOW, source_id="m1")
    before = read_ledger(book)
    settings = LanguageModel(endpoint.url, "some-model", "not a real key")
    # It invents another day and another sum: the template's draft goes out, with a note.
    endpoint.says("Of course. You can pay 12.00 EUR on 9 March 2027.", "until 9 March 2026")
    desk = Desk(book, tmp_path / "worded", language_model=settings)
    turn = desk.receive("C1", ASKS, "chat", NOW, source_id="m1")
    assert len(endpoint.asked) == 1
    assert turn["draft"]["body"] == plain["draft"]["body"]
    assert "was not used" in turn["note"]
    assert turn["decision"] == plain["decision"]
    assert read_ledger(book).promises.equals(before.promises)
    # Words of its own about the same facts may go.
    endpoint.says(f"Thank you for telling us. {plain['draft']['body']}")
    other = Desk(book, tmp_path / "other", language_model=settings).receive("C1", ASKS, "chat", NOW, source_id="m1")
    assert other["draft"]["body"] == f"Thank you for telling us. {plain['draft']['body']}", other["note"]
    assert other["decision"] == plain["decision"]
