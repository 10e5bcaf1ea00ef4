"""The page of conversations as a text: complete in both languages, and nothing runs in it but its own."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files

import pytest
import yaml

from paybench.converse.intents.meaning import INTENTS
from paybench.converse.negotiate import STATES
from paybench.converse.negotiate.decision import ACTIONS, KINDS, QUEUES, REASONS
from paybench.serve.chat.page import SCRIPTS, chat_page, language_of

ROOM = files("paybench.serve.chat")


def read(name: str) -> str:
    return ROOM.joinpath(name).read_text(encoding="utf-8")


def said() -> set[str]:
    """Every text that the page, its script and the payment page say."""
    found = set(re.findall(r"\{t:([^{}]+)\}", read("page.html")))
    for name in SCRIPTS:
        found |= set(re.findall(r'\bt\("([^"]+)"', read(name)))
    found |= set(re.findall(r':\s*"([^"]+)"', read("labels.js").partition("function said")[0]))
    found |= set(re.findall(r'CHOICES = \{ accept: "([^"]+)", refuse: "([^"]+)"', read("customer.js"))[0])
    found |= {text for _, text in re.findall(r"""said\(\s*(["'])(.+?)\1""", read("pay.py"))}
    found |= set(re.findall(r'text = "([^"]+)" if known else "([^"]+)"', read("pay.py"))[0])
    return found


def test_german_is_complete_and_has_nothing_over() -> None:
    german = yaml.safe_load(read("de.yaml"))
    assert said() == set(german)
    # A place for a value is there in both.
    for english, text in german.items():
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", text))


@pytest.mark.parametrize(
    ("group", "codes"),
    [("intent", INTENTS), ("action", ACTIONS), ("reason", REASONS), ("state", STATES), ("queue", QUEUES),
     ("kind", KINDS)],
)  # fmt: skip
def test_every_code_of_the_desk_has_words(group: str, codes: tuple[str, ...]) -> None:
    block = re.search(rf"\n  {group}: \{{(.*?)\}},\n", read("labels.js"), re.DOTALL)
    assert block
    labelled = {key.strip('"') for key in re.findall(r'("[^"]+"|\w+): "', block[1])}
    assert labelled == set(codes)


@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
def test_the_policy_names_what_is_there_and_nothing_else(language: str) -> None:
    page = chat_page(language)
    text, policy = bytes(page.body).decode(), page.headers["content-security-policy"]
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        (inner,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    # No resource of anybody's, no style or script in an attribute, and no word of the other language's templates left.
    assert not re.search(r"\b(src|href|style|on\w+)=", text.partition("<script")[0])
    assert "http:" not in text
    assert not re.search(r"https:(?!\")", text)
    assert "{t:" not in text


def test_texts_never_become_markup() -> None:
    script = "\n".join(read(name) for name in SCRIPTS)
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc"):
        assert way not in script


def test_the_browser_says_which_language() -> None:
    for header, code in (
        ("de-DE,de;q=0.9,en;q=0.8", "de"), ("en-GB", "en"), ("fr,de;q=0.5", "de"), ("fr", "en"), ("", "en"),
        ("en;q=0.3, de;q=0.7", "de"), ("de;q=9.9.9,en", "en"), ("*" * 5000, "en"),
    ):  # fmt: skip
        assert language_of(header).code == code
