"""YAML with places: every value knows its line, and whatever is wrong with it is collected, not raised."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from math import isfinite
from typing import Any

import yaml

from ...errors import PaybenchError

_MERGE = "tag:yaml.org,2002:merge"
_TOLD = 20
"""Things that are wrong of which each is told."""
_SHOWN = 60
"""Letters of a wrong value that are shown."""
_PLAIN = re.compile(r"[-+]?(0|[1-9][\d_]*)?(\.\d*)?([eE][-+]?\d+)?")
"""A number as people write it: YAML reads 010 as 8, and 1:30 as 90."""


@dataclass
class Problems:
    """What is wrong with a file, as far as it was read.

    Attributes
    ----------
    source : name of the file. by_line : whether places are lines of it (else paths such as 'steps, 2nd, tone').
    """

    source: str
    by_line: bool = True
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, at: At, what: str) -> None:
        """Note that something is wrong at a place."""
        self.found.append((at.line, " ".join(f"{self.place(at)}: {what}".split())))

    def place(self, at: At) -> str:
        """'policy.yaml, line 7'."""
        return f"{self.source}, {f'line {at.line}' if self.by_line else at.path or 'at its top'}"

    def raise_any(self) -> None:
        """Raise all of it, one line each, in the order of the file.

        Raises
        ------
        PaybenchError
            If anything was noted.
        """
        if self.found:
            lines = list(dict.fromkeys(text for _, text in sorted(self.found, key=lambda f: f[0])))
            more = [f"{self.source}: {len(lines) - _TOLD} more things are wrong."] if len(lines) > _TOLD else []
            raise PaybenchError("\n".join(lines[:_TOLD] + more))


@dataclass(frozen=True)
class At:
    """A value of the file: its node and its place."""

    node: yaml.Node
    path: str
    problems: Problems = field(repr=False)

    @property
    def line(self) -> int:
        """Line of the file, from 1."""
        return int(self.node.start_mark.line) + 1

    @property
    def key(self) -> str:
        """The last part of the path."""
        return self.path.rsplit(", ", 1)[-1]

    def wrong(self, what: str) -> None:
        """Note that this value is wrong."""
        self.problems.add(self, what)

    def is_map(self) -> bool:
        """Whether it is 'key: value' pairs."""
        return isinstance(self.node, yaml.MappingNode)

    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    def raw(self) -> str:
        """A single value as it was written; of anything else what it is."""
        if isinstance(self.node, yaml.ScalarNode):
            return str(self.node.value)
        return "a list" if self.is_list() else "a set of keys"

    def number_said(self) -> Any:
        """The value, if it is written as a plain number; else the text."""
        return self._value() if _PLAIN.fullmatch(self.raw()) else self.raw()

    def items(self) -> dict[str, At]:
        """The values by key; one that stands twice is wrong."""
        if not isinstance(self.node, yaml.MappingNode):
            where = f"'{self.key}'" if self.path else "the top of the file"
            self.wrong(f"{where} is {_said(self)}; write 'key: value' lines{' below it' if self.path else ''}.")
            return {}
        found: dict[str, At] = {}
        for key, value in self.node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            here = At(value, f"{self.path}, {name}" if self.path else name, self.problems)
            if key.tag == _MERGE:
                At(key, here.path, self.problems).wrong("'<<' is not read here; write the keys out.")
            elif name in found:
                At(key, here.path, self.problems).wrong(f"'{name}' stands twice; leave one of them out.")
            else:
                found[name] = here
        return found

    def known(self, keys: Sequence[str], what: str, hints: Mapping[str, str] | None = None) -> dict[str, At]:
        """The values of the keys that are known here; others are wrong."""
        found = self.items()
        for name, value in found.items():
            if name not in keys:
                near = (hints or {}).get(name)
                At(_key_node(self.node, name), value.path, self.problems).wrong(
                    f"{what} has no key '{name}'; it may have {listed(keys, 'and')}{did_you_mean(name, keys, near)}."
                )
        return {name: value for name, value in found.items() if name in keys}

    def list(self) -> list[At]:
        """The values of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.wrong(f"'{self.key}' is {_said(self)}; write a list, for example [a, b].")
            return []
        return [At(n, f"{self.path}, {_nth(k + 1)}", self.problems) for k, n in enumerate(self.node.value)]

    def text(self, default: str = "") -> str:
        """A single text."""
        if not isinstance(self.node, yaml.ScalarNode) or not self.node.value.strip():
            self.wrong(f"'{self.key}' is {_said(self)}; give a text.")
            return default
        return str(self.node.value)

    def choice(self, allowed: Sequence[str], default: str = "") -> str:
        """One of some words."""
        value = self.raw()
        if isinstance(self.node, yaml.ScalarNode) and value in allowed:
            return value
        self.wrong(f"'{self.key}' is {_said(self)}; give {listed(allowed, 'or')}{did_you_mean(value, allowed)}.")
        return default or allowed[0]

    def flag(self, default: bool) -> bool:
        """True or false."""
        value = self._value()
        if isinstance(value, bool):
            return value
        self.wrong(f"'{self.key}' is {_said(self)}; give true or false.")
        return default

    def number(self, low: float, high: float, default: float, example: str) -> float:
        """A number from low to high."""
        value = self.number_said()
        if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and low <= value <= high:
            return float(value)
        self.wrong(f"'{self.key}' is {_said(self)}; give a number {_between(low, high)}, for example {example}.")
        return default

    def whole(self, low: int, high: int, default: int, example: str) -> int:
        """A whole number from low to high."""
        value = self.number_said()
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.wrong(f"'{self.key}' is {_said(self)}; give a whole number {_between(low, high)}, for example {example}.")
        return default

    def empty(self) -> bool:
        """Whether nothing stands here."""
        return isinstance(self.node, yaml.ScalarNode) and self._value() is None

    def _value(self) -> Any:
        if not isinstance(self.node, yaml.ScalarNode):
            return self
        try:
            return yaml.SafeLoader("").construct_object(self.node)
        except (ValueError, yaml.YAMLError):
            return self.node.value


def compose(said: str | Mapping[str, Any], source: str) -> At:
    """The top of a YAML text, or of what such a text says.

    Raises
    ------
    PaybenchError
        If it is no YAML.
    """
    by_line, text = isinstance(said, str), ""
    try:
        text = said if isinstance(said, str) else yaml.safe_dump(dict(said), sort_keys=False)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except RecursionError:
        raise PaybenchError(
            f"{source}, line 1: it is nested deeper than a policy can be; check the brackets and braces."
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else _line_of(text, error)
        where = f", line {line}" if by_line else ""
        why = " ".join(str(getattr(error, "problem", None) or getattr(error, "reason", None) or error).split())
        raise PaybenchError(
            f"{source}{where}: this is no YAML ({why}); check the indentation, colons and quotes around there."
        ) from None
    if node is None:
        node = yaml.MappingNode("tag:yaml.org,2002:map", [], *_nowhere(text))
    return At(node, "", Problems(source, by_line))


def did_you_mean(given: str, allowed: Sequence[str], near: str | None = None) -> str:
    """' (did you mean 'email'?)', or nothing."""
    lower = {word.lower(): word for word in allowed}
    close = get_close_matches(given.lower(), list(lower), n=1, cutoff=0.6)
    best = near or (lower[close[0]] if close else None)
    return f" (did you mean '{best}'?)" if best else ""


def listed(words: Sequence[str], last: str) -> str:
    """'a, b or c'."""
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def by_key(at: At, make: Callable[[str, At], Any]) -> dict[str, Any]:
    """What is made of each value of some keys."""
    return {name: make(name, value) for name, value in at.items().items()}


def _said(at: At) -> str:
    if not isinstance(at.node, yaml.ScalarNode):
        return at.raw()
    said = at.raw() if len(at.raw()) <= _SHOWN else f"{at.raw()[:_SHOWN]}..."
    return "empty" if at.empty() else f"'{said}'"


def _between(low: float, high: float) -> str:
    return f"from {low:g} to {high:g}" if re.fullmatch(r"-?\d+(\.\d+)?", f"{high:g}") else f"of {low:g} or more"


def _nth(n: int) -> str:
    ending = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def _key_node(node: yaml.Node, name: str) -> yaml.Node:
    return next((key for key, _ in node.value if key.value == name), node)


def _line_of(text: str, error: yaml.YAMLError) -> int:
    """The line of a letter that YAML forbids."""
    return text.count("\n", 0, int(getattr(error, "position", 0) or 0)) + 1


def _nowhere(text: str) -> tuple[yaml.Mark, yaml.Mark]:
    mark = yaml.Mark("policy", 0, 0, 0, text, 0)
    return mark, mark
