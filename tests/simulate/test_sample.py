"""The committed sample is what its command makes, and the field dictionary says what the tables hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from paybench.ledger import TABLES, read_ledger
from paybench.simulate import read_truth, simulate
from paybench.simulate.truth import TRUTH_FILES

DATA = Path(__file__).parents[2] / "data"
README = (DATA / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """One table's part of the field dictionary."""
    return README.split(f"\n### {title}\n")[1].split("\n### ")[0]


def rows(title: str) -> list[list[str]]:
    """The cells of the field rows of one section."""
    lines = [line for line in section(title).splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def test_sample_is_what_its_command_makes() -> None:
    command = re.search(r"simulate --out data/sample --customers (\d+) --months (\d+) --seed (\d+)", README)
    assert command is not None
    customers, months, seed = map(int, command.groups())
    world, ledger = simulate(customers, months, seed), read_ledger(DATA / "sample")

    # Every table of the sample is the one that the command in the dictionary draws today.
    assert ledger.settings == world.ledger.settings
    for name in TABLES:
        assert_frame_equal(ledger.table(name), world.ledger.table(name))
    for file in TRUTH_FILES:
        assert_frame_equal(read_truth(DATA / "sample", file), world.oracle[file], rtol=1e-5, atol=1e-5)

    # The dictionary states the number of its invoices.
    assert f"{len(ledger.invoices):,} invoices" in README

    # And what was written off, each currency for itself: they are never added.
    lost = ledger.payments[ledger.payments["kind"] == "write_off"].groupby("currency")["amount"].sum()
    share = (100 * lost / ledger.invoices.groupby("currency")["amount"].sum()).round(1)
    told = f"{share['EUR']} % of what was billed in EUR, {share['GBP']} % in GBP and {share['USD']} % in USD"
    assert told in " ".join(README.split())


def test_sample_is_small() -> None:
    # A clone stays light: the folder is under a megabyte.
    assert sum(file.stat().st_size for file in (DATA / "sample").iterdir()) < 1_000_000


@pytest.mark.parametrize("name", TABLES)
def test_dictionary_has_every_field(name: str) -> None:
    on_disk = {"date": "date", "amount": "decimal(18, 4)", "number": "double", "flag": "bool"}

    # Name, type, need and meaning of each field are those of the contract, in its order.
    assert rows(name) == [
        [c.name, on_disk.get(c.kind, "text"), "yes" if c.required else "", c.meaning] for c in TABLES[name].columns
    ]


@pytest.mark.parametrize("file", TRUTH_FILES)
def test_dictionary_has_the_truth(file: str) -> None:
    # Name and meaning of each field of the oracle files, in its order.
    found = [(field, meaning) for field, _, meaning in rows(file.removesuffix(".parquet"))]
    assert found == list(TRUTH_FILES[file].items())
