"""CSV for spreadsheets."""

import io

import pandas as pd

from paybench.spreadsheet import csv_bytes


def test_no_text_begins_like_a_formula_and_numbers_stay_numbers() -> None:
    texts = ["=1+1", "+49", "-x", "@a", "\tb", "\rc", "d=e", "Müller", "a\0b", None]
    table = pd.DataFrame({"text": texts, "amount": [-1.5] * len(texts)})
    back = pd.read_csv(io.BytesIO(csv_bytes(table)), keep_default_na=False)
    # Whatever a spreadsheet would execute has a quote in front, and nothing else has.
    assert back["text"].tolist() == ["'=1+1", "'+49", "'-x", "'@a", "'\tb", "'\rc", "d=e", "Müller", "a␀b", ""]
    # A negative number is no formula.
    assert (back["amount"] == -1.5).all()
