"""Saved forecasts: what is read is what was written, tables add up, and what is not whole is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from paybench.decide.cash.forecast import BILLING, OPEN, TOTAL
from paybench.decide.saved.saved import MARK, WEEKS_SHOWN, Saved, read_forecast, write_forecast
from paybench.errors import PaybenchError
from tests.decide.cash.small import AT, WEEKS, book, small_forecast

CENT = 0.01


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved forecast; not to be written to."""
    place = tmp_path_factory.mktemp("saved") / "forecast"
    write_forecast(small_forecast(), place, names=book().customers.set_index("customer_id")["name"])
    return place


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv", encoding="utf-8-sig", keep_default_na=False)


def test_what_is_read_is_what_was_written(folder: Path) -> None:
    read, written = read_forecast(folder), Saved.of(small_forecast())
    assert read.about == written.about == small_forecast().about
    assert read.bands == written.bands
    assert (read.at, read.days, read.currencies) == (pd.Timestamp(AT), 7 * WEEKS, small_forecast().currencies)
    for one, other in ((read.open_book, written.open_book), (read.billing, written.billing)):
        # To the last bit: futures are kept in whole hundredths.
        np.testing.assert_array_equal(one.cash, other.cash)
    pd.testing.assert_frame_equal(read.invoices, written.invoices, check_dtype=False)
    np.testing.assert_array_equal(read.expected, written.expected)
    # And it is what was forecast, but for the rounding of a day.
    assert np.abs(read.open_book.cash - small_forecast().lines[OPEN].cash).max() <= CENT / 2 + 1e-9


def test_the_same_forecast_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    names = book().customers.set_index("customer_id")["name"]
    write_forecast(small_forecast(), tmp_path / "again", names=names)
    files = sorted(p.name for p in folder.iterdir())
    assert files == sorted(p.name for p in (tmp_path / "again").iterdir())
    for file in files:
        assert (folder / file).read_bytes() == (tmp_path / "again" / file).read_bytes(), file


def test_cash_adds_up(folder: Path) -> None:
    cash = table(folder, "cash")
    wide = cash.pivot(index=["currency", "period", "start"], columns="line", values="expected")
    # The total is the sum of its lines, of any period.
    assert (wide[OPEN] + wide[BILLING] - wide[TOTAL]).abs().max() <= 2 * CENT
    days = cash[cash["period"] == "day"].assign(start=lambda t: pd.to_datetime(t["start"]))
    for row in cash[cash["period"] != "day"].to_dict("records"):
        inside = (days["currency"] == row["currency"]) & (days["line"] == row["line"])
        inside &= days["start"].between(row["start"], row["end"])
        # A period is the sum of its days, each rounded.
        assert days["expected"][inside].sum() == pytest.approx(row["expected"], abs=inside.sum() * CENT / 2 + CENT)


def test_invoices_add_up(folder: Path) -> None:
    invoices = table(folder, "invoices")
    parts = [*(f"week_{k + 1}" for k in range(min(WEEKS, WEEKS_SHOWN))), "later", "rest"]
    # Each invoice is expected in some week, later or not: to the hundredth.
    left = (invoices[parts].sum(axis=1) - invoices["amount"]).round(6)
    assert (left == 0).all()
    assert (invoices[parts] >= 0).all().all()
    # All together they are the weeks of the open book.
    weeks = table(folder, "cash").query("line == @OPEN and period == 'week'")
    for currency, rows in weeks.groupby("currency"):
        mine = invoices[invoices["currency"] == currency][parts[:WEEKS]].sum()
        assert mine.to_numpy() == pytest.approx(rows["expected"].to_numpy(), abs=len(invoices) * CENT)
    assert len(invoices) == small_forecast().about["open"]
    assert invoices["due_on"].str.fullmatch(r"\d{4}-\d{2}-\d{2}").all()


def test_names_are_written_if_they_are_given(folder: Path, tmp_path: Path) -> None:
    called = set(book().customers["name"].dropna())
    assert set(table(folder, "invoices")["name"]) <= called | {""}
    assert set(table(folder, "invoices")["name"]) & called
    write_forecast(small_forecast(), tmp_path / "numbers")
    assert "name" not in table(tmp_path / "numbers", "invoices")


def test_more_tables_lie_beside(tmp_path: Path) -> None:
    kpis, more = pd.DataFrame({"kpi": ["dso"], "value": [41.5]}), pd.DataFrame({"name": ["=1+1"]})
    write_forecast(small_forecast(), tmp_path / "f", kpis, more=more)
    assert table(tmp_path / "f", "kpi")["value"].tolist() == [41.5]
    # Nothing that a spreadsheet would run.
    assert table(tmp_path / "f", "more")["name"].tolist() == ["'=1+1"]


def test_only_a_forecast_is_replaced(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(PaybenchError, match="exists and is no folder of a forecast"):
        write_forecast(small_forecast(), tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]
    write_forecast(small_forecast(), tmp_path / "f")
    write_forecast(small_forecast("later=7"), tmp_path / "f")
    assert read_forecast(tmp_path / "f").about["scenario"] == "everybody pays 7 days later"


def test_seven_days_later_is_a_week_later() -> None:
    plain, later = (Saved.of(small_forecast(what)) for what in ("", "later=7"))
    shifted = later.open_book.expected[:, 7:].sum(axis=1)
    # Nothing comes in the first week; what is expected moves behind it, the last week out of sight.
    assert later.open_book.cash[:, :, :7].max() == 0
    assert shifted == pytest.approx(plain.open_book.expected[:, :-7].sum(axis=1), rel=0.05)


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])


def _flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))


def _other_format(file: Path) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | {"format": 99}))


def _without_rows(file: Path) -> None:
    pd.read_parquet(file).iloc[3:].to_parquet(file, index=False)


@pytest.mark.parametrize(
    ("file", "damage", "sentence"),
    [
        (
            MARK,
            Path.unlink,
            "There is no forecast at .*; give the folder that 'paybench",
        ),
        (MARK, _cut, "is damaged .*; forecast again."),
        (MARK, _other_format, "has format 99; this paybench reads 1: forecast again."),
        ("paths.npz", _flip, r"is damaged \(paths.npz differs from its sha256\); forecast again."),
        ("paths.npz", Path.unlink, "is damaged .*; forecast again."),
        ("invoices.parquet", _cut, "is damaged .*; forecast again."),
        ("invoices.parquet", Path.unlink, "is damaged .*; forecast again."),
        (
            "invoices.parquet",
            _without_rows,
            "open invoices, and .* are left in it; customers may",
        ),
    ],
)
def test_what_is_not_whole_is_refused(
    folder: Path, tmp_path: Path, file: str, damage: Callable[[Path], object], sentence: str
) -> None:
    shutil.copytree(folder, tmp_path / "f")
    damage(tmp_path / "f" / file)
    with pytest.raises(PaybenchError, match=sentence):
        read_forecast(tmp_path / "f")


def test_what_was_written_about_it_cannot_be_changed_unseen(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "f")
    manifest = json.loads((tmp_path / "f" / MARK).read_text())
    manifest["about"]["as_of"] = "2025-02-01"
    (tmp_path / "f" / MARK).write_text(json.dumps(manifest))
    with pytest.raises(PaybenchError, match=f"{MARK} differs from its sha256"):
        read_forecast(tmp_path / "f")
