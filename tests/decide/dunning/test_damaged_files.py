"""Files that are no policy, or one that nobody meant: what is wrong is told with its line, and in few words."""

from __future__ import annotations

from pathlib import Path

import pytest

from paybench.decide.dunning import Policy, read_policy
from paybench.errors import PaybenchError

STEP = "steps:\n  - {after_due: 3, by: email, tone: friendly}\n"


def wrong(text: str) -> str:
    with pytest.raises(PaybenchError) as caught:
        Policy.of(text, "p.yaml")
    return str(caught.value)


@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_what_is_nested_too_deep_is_no_crash(brackets: str) -> None:
    said = wrong("name: " + brackets[0] * 3000 + brackets[1] * 3000)
    assert said.startswith("p.yaml, line 1: it is nested deeper")


def test_a_forbidden_letter_has_its_line() -> None:
    assert wrong(f"{STEP}name: a\x07b\n").startswith("p.yaml, line 3: this is no YAML")


def test_what_is_no_utf_8_has_its_line(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_bytes(STEP.encode() + "name: Müller\n".encode("latin-1"))
    with pytest.raises(PaybenchError, match=r"p\.yaml, line 3: this is no UTF-8 text"):
        read_policy(file)


@pytest.mark.parametrize("text", ["- a\n- b\n", "hello\n", "5\n"])
def test_a_file_of_something_else_is_told_so(text: str) -> None:
    assert "line 1: the top of the file is " in wrong(text)


# YAML reads 010 as 8 and 1:30 as 90; nobody who writes them means that.
@pytest.mark.parametrize("number", ["010", "1:30", "0x1F", "'3'"])
def test_a_number_is_what_it_looks_like(number: str) -> None:
    assert "'after_due' is" in wrong(STEP.replace("3", number, 1))
    assert "'explore' is" in wrong(f"{STEP}explore: {number}\n")


@pytest.mark.parametrize(("number", "read"), [("0.15", 0.15), (".5", 0.5), ("0", 0.0), ("1.0e-1", 0.1)])
def test_plain_numbers_are_read(number: str, read: float) -> None:
    assert Policy.of(f"{STEP}explore: {number}\n").explore == read


def test_of_very_many_faults_the_first_are_told() -> None:
    many = "steps:\n" + "  - {after_due: x, by: email, tone: friendly}\n" * 500
    lines = wrong(many).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "p.yaml: 480 more things are wrong."


def test_a_long_value_is_cut() -> None:
    assert len(wrong(STEP.replace("3", "9" * 5000, 1))) < 250


def test_a_capacity_is_said_once() -> None:
    # Else the channel's limit of 2 would be lost to the collector's 30.
    twice = f"{STEP}capacity: {{phone: 2}}\ncollectors: [{{name: A, capacity: {{phone: 30}}}}]\n"
    assert "p.yaml, line 3: the capacity of 'phone' is said here and for the collector A" in wrong(twice)
