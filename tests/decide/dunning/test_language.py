"""The policy language: what its page says is so, five lines do, and what is wrong is told with its line."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from paybench.decide.dunning import Policy, check_names, default_policy, read_policy
from paybench.decide.dunning.ladder import OVERRIDE, STEP
from paybench.decide.dunning.reading import CAPS, COLLECTOR, HOLD_OUT, KEYS, MONEY, PAUSE, SHIPPED
from paybench.errors import PaybenchError
from tests.decide.dunning.small import FIVE_LINES, book

PAGE = (Path(__file__).parents[3] / "docs" / "dunning.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def wrong(text: str) -> list[str]:
    with pytest.raises(PaybenchError) as raised:
        Policy.of(text, "policy.yaml")
    return str(raised.value).splitlines()


def test_every_key_of_the_language_is_on_its_page() -> None:
    blocks = "\n".join(EXAMPLES)
    for key in (*KEYS, *CAPS, *PAUSE, *HOLD_OUT, *MONEY, *COLLECTOR, *STEP, *OVERRIDE):
        assert re.search(rf"\b{key}\b", blocks), key


def test_the_examples_of_the_page_are_policies() -> None:
    assert [len(Policy.of(text).steps) for text in EXAMPLES] == [4, 4, 5]


def test_a_step_can_be_repeated() -> None:
    text = "steps:\n- {after_due: 3, by: email, tone: firm}\n- {after_last: 7, by: phone, tone: firm%s}"
    assert Policy.of(text % ", times: 3").steps == (*Policy.of(text % "").steps, *Policy.of(text % "").steps[1:] * 2)


def test_what_the_page_calls_usual_is_what_five_lines_mean() -> None:
    short, long = Policy.of(EXAMPLES[0]), Policy.of(EXAMPLES[1])
    # A threshold of 0 that is written out is the same as none.
    assert replace(long, thresholds={}) == short
    assert long.threshold("EUR") == short.threshold("EUR") == 0.0


def test_five_lines_are_the_page_s_first_example() -> None:
    assert EXAMPLES[0] == FIVE_LINES
    assert len(FIVE_LINES.splitlines()) == 5


def test_shipped_policies_are_read_by_their_names() -> None:
    assert [read_policy(name).name for name in SHIPPED] == list(SHIPPED)
    assert default_policy() == read_policy("standard")


def test_text_and_what_it_says_are_the_same_policy() -> None:
    for text in EXAMPLES[:2]:
        assert Policy.of(yaml.safe_load(text)) == Policy.of(text)


def test_a_file_is_read_and_named_in_messages(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(FIVE_LINES.replace("email", "emial", 1), encoding="utf-8")
    with pytest.raises(
        PaybenchError, match="^ours.yaml, line 2: 'by' is 'emial'; give .* \\(did you mean 'email'\\?\\)"
    ):
        read_policy(file)
    file.write_text(FIVE_LINES, encoding="utf-8")
    assert read_policy(str(file)).name == "ours"
    with pytest.raises(
        PaybenchError, match="cannot be read .No such file or directory.; give a YAML file, or standard"
    ):
        read_policy(tmp_path / "none.yaml")


# What is wrong, in which line, and what is said of it.
WRONG = {
    "stesp: []": (6, "no key 'stesp'; .* \\(did you mean 'steps'\\?\\)"),
    "threshold: 25": (6, "did you mean 'thresholds'"),
    "options: [email]": (6, "'email' is no action; give channel:tone"),
    "options: [fax:friendly]": (6, "'fax:friendly' is no action"),
    "instead: [phone, fax]": (6, "'fax' is no channel"),
    "caps:\n  in_7_days: 0": (7, "'in_7_days' is '0'; give a whole number from 1 to 1000, for example 1, or none"),
    "caps: {week: 1}": (6, "caps has no key 'week'"),
    "caps: 7": (6, "'caps' is '7'; write 'key: value' lines below it"),
    "caps: {gap: none}": (6, "'gap' is 'none'; give a whole number from 0 to 365, for example 7\\."),
    "caps: {per_invoice: 3}": (5, "this step can never be reached: the cap per_invoice is 3"),
    'hours: "21:00-8:00"': (6, "'hours' is '21:00-8:00'; give hours of one day"),
    "hours: {fax: \"8:00-9:00\"}": (6, "hours has no key 'fax'"),
    "days: mon-fry": (6, "'days' is 'mon-fry'; give weekdays"),
    "days: [mon, thursday]": (6, "'thursday' is no weekday; .* \\(did you mean 'thu'\\?\\)"),
    "days: []": (6, "nothing could ever be sent"),
    "holidays: perhaps": (6, "'holidays' is 'perhaps'; give true or false"),
    "zones: {DE: Europe/Berln}": (6, "'Europe/Berln' is no time zone; .* \\(did you mean 'Europe/Berlin'\\?\\)"),
    "zones: {Germany: Europe/Berlin}": (6, "'Germany' is no country"),
    "zones: {US: [Asia/Tokyo, Pacific/Honolulu, Europe/Berlin]}": (6, "no hour of email in common"),
    "thresholds: {EUT: 25}": (6, "'EUT' is no currency; .* \\(did you mean 'EUR'\\?\\)"),
    "thresholds: {EUR: -1}": (6, "'EUR' is '-1'; give a number of 0 or more, for example 25"),
    "pause: {promise: 3}": (6, "did you mean 'promise_grace'"),
    "pause: {dispute: part}": (6, "'dispute' is 'part'; give amount or invoice"),
    "explore: 15%": (6, "'explore' is '15%'; give a number from 0 to 0.9, for example 0.15"),
    "explore: .nan": (6, "'explore' is '.nan'"),
    "hold_out: {gets: nothing}": (6, "hold_out has no share"),
    "money: {strain: {rude: 3}}": (6, "strain has no key 'rude'"),
    "money: {horizon: 3}": (6, "did you mean 'horizon_days'"),
    "capacity: {phone: many}": (6, "'phone' is 'many'; give a whole number"),
    "collectors: [{name: Anna}]": (6, "a collector has no capacity"),
    "collectors: [{name: A, capacity: {}}, {name: A, capacity: {}}]": (6, "two collectors 'A'"),
    "customers:\n  C1: {reason: because}": (7, "'C1' changes nothing"),
    "customers:\n  C1: {stop: true, until: 1/2/2026}": (7, "'1/2/2026' is not a date"),
    "customers:\n  C1: {channel: letter, until: 2026-01-01}": (7, "there is none; give stop: true"),
    "customers:\n  C1:\n    steps: [{after_due: 1, by: email, tone: rude}]": (8, "'tone' is 'rude'"),
    "customers:\n  C1: {stop: true}\n  C1: {stop: true}": (8, "'C1' stands twice"),
    "name: x\nname: y": (7, "'name' stands twice"),
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_told_with_its_line(text: str) -> None:
    line, said = WRONG[text]
    (message,) = wrong(FIVE_LINES + text)
    assert re.match(rf"policy.yaml, line {line}: .*{said}", message), message


# What is wrong with a ladder, given as its steps, and what is said of it.
LADDERS = {
    "[]": "there are no steps",
    "[{by: email, tone: firm}]": "does not say when it falls due; give one of after_due",
    "[{after_due: 1, after_last: 2, by: email, tone: firm}]": "has after_due and after_last",
    "[{after_due: 1, by: email}]": "a step has no tone",
    "[{after_due: 1.5, by: email, tone: firm}]": "'after_due' is '1.5'; give a whole number",
    "[{after_due: 1, by: email, tone: firm, times: 2}]": "only a step that follows the last one can be repeated",
    "[{after_last: 1, by: email, tone: firm}]": "the first step has no step before it",
    "[{after_due: -3, by: email, tone: friendly}]": "only the tone courtesy is allowed, not friendly",
    "[{after_due: 3, by: email, tone: firm}, {after_due: 9, by: email, tone: friendly}]": "down from firm to friendly",
    "[{after_due: 3, by: email, tone: firm}, {after_due: 3, by: sms, tone: firm}]": "never be reached in its time",
    "[{after_month_end: 9, by: email, tone: firm}, {after_due: 9, by: sms, tone: firm}]": "never after the one before",
}  # fmt: skip


@pytest.mark.parametrize("steps", LADDERS)
def test_a_ladder_that_cannot_be_climbed_is_none(steps: str) -> None:
    (message,) = wrong(f"steps: {steps}")
    assert re.match(rf"policy.yaml, line 1: .*{LADDERS[steps]}", message), message


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_the_file() -> None:
    messages = wrong(FIVE_LINES.replace("firm", "frim") + "explore: 3\ndays: never")
    assert [re.match(r"policy.yaml, line (\d+): ", m)[1] for m in messages] == ["4", "6", "7"]  # type: ignore[index]


def test_what_is_no_yaml_or_no_policy_is_one_sentence() -> None:
    assert wrong("steps: [")[0].startswith("policy.yaml, line 1: this is no YAML (")
    assert "there are no steps" in wrong("")[0]
    assert "write 'key: value' lines" in wrong("- a\n- b")[0]
    assert "'<<' is not read here" in "\n".join(wrong("a: &a {b: c}\n<<: *a"))


TYPED = ("", "- ", ": ", "{", "]", '"', "\n", "&a", "*a", "!", "9", "no", "\0")


@given(st.data())
def test_whatever_is_typed_is_a_policy_or_told_in_sentences(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(EXAMPLES))
    for _ in range(data.draw(st.integers(1, 3))):
        at, length = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, 5))
        text = text[:at] + data.draw(st.sampled_from(TYPED)) + text[at + length :]
    try:
        policy = Policy.of(text, "policy.yaml")
    except PaybenchError as error:
        assert all(line.startswith("policy.yaml") and line.endswith((".", ").")) for line in str(error).splitlines())
    else:
        assert policy.options


def test_norway_is_a_country() -> None:
    # YAML reads an unquoted NO as false.
    assert Policy.of(FIVE_LINES + "zones: {NO: Europe/Oslo}").zones == {"NO": ("Europe/Oslo",)}


def test_places_of_what_came_from_python_are_paths() -> None:
    with pytest.raises(
        PaybenchError, match="^policy, steps, 1st, tone: 'tone' is 'frendly'; .*did you mean 'friendly'"
    ):
        Policy.of({"steps": [{"after_due": 3, "by": "email", "tone": "frendly"}]})


def test_overrides_have_to_be_about_what_the_book_has() -> None:
    ledger = book()
    known = str(ledger.invoices["customer_id"].iloc[0])
    fine = Policy.of(f"{FIVE_LINES}customers:\n  {known}: {{stop: true}}", "policy.yaml")
    assert check_names(fine, ledger) is fine
    unknown = Policy.of(f"{FIVE_LINES}customers:\n  {known}x: {{stop: true}}", "policy.yaml")
    with pytest.raises(PaybenchError, match=f"^policy.yaml, line 7: .* no customer '{known}x'.*did you mean '{known}'"):
        check_names(unknown, ledger)
    of_segment = Policy.of(f"{FIVE_LINES}segments:\n  big: {{channel: phone}}", "policy.yaml")
    with pytest.raises(PaybenchError, match="no segment 'big'"):
        check_names(of_segment, ledger, ["large", "small"])
