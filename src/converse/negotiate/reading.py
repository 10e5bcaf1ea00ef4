"""From the YAML of a negotiation policy to the policy, or to everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from ...decide.dunning.currencies import CODES
from ...decide.dunning.nodes import At, Problems, by_key, compose, did_you_mean
from ...decide.dunning.policy import OTHER
from ...errors import PaybenchError
from .policy import RISKS, VALUES, Plan, Policy

STANDARD = "standard"

KEYS = (
    "name", "default_days", "longest_days", "most_extensions", "broken_tolerated", "plan", "part_share",
    "paid_check_days", "approval", "waiver",
)  # fmt: skip
PLAN = ("most", "default", "every_days", "first_share", "first_within_days", "least")

_YEAR, _DECADE = 365, 3650
_MOST_INSTALMENTS = 60
_MUCH = 1e12
_HINTS = {
    "max_days": "longest_days", "limit": "longest_days", "horizon": "default_days", "extensions": "most_extensions",
    "broken": "broken_tolerated", "thresholds": "approval", "instalments": "plan", "max": "most",
}  # fmt: skip


def read(said: str | Path | Mapping[str, Any] | None) -> Policy:
    """A policy; see :func:`.policy.read_policy`."""
    if isinstance(said, Mapping):
        return _parse(said, "policy", _standard())
    if said is None or (str(said) == STANDARD and not Path(said).is_file()):
        return _standard()
    path = Path(said)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise PaybenchError(f"{path.name}: this is no UTF-8 text; save the file as UTF-8.") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise PaybenchError(
            f"The policy {said} cannot be read ({why}); give a YAML file, or '{STANDARD}', which comes along."
        ) from None
    return _parse(text, path.name, _standard())


@cache
def _standard() -> Policy:
    text = files(__package__ or "paybench.converse.negotiate").joinpath(f"{STANDARD}.yaml").read_text(encoding="utf-8")
    return _parse(text, f"{STANDARD}.yaml", None)


def _parse(said: str | Mapping[str, Any], source: str, usual: Policy | None) -> Policy:
    at = At(compose(said, source).node, "", Problems(source, by_line=False))
    made = _read(at, KEYS, "a negotiation policy", _READERS, usual)
    at.problems.raise_any()
    if usual is not None and "name" not in at.items():
        made["name"] = Path(source).stem
    policy = Policy(**made)
    _consistent(policy, at)
    at.problems.raise_any()
    return policy


def _read(at: At, keys: Sequence[str], what: str, readers: Mapping[str, Any], usual: Any) -> dict[str, Any]:
    """What each key says; of keys that are not there what is usual."""
    found = at.known(keys, what, _HINTS)
    return {
        key: readers[key](found[key], getattr(usual, key, None)) if key in found else getattr(usual, key)
        for key in keys
    }


def _whole(low: int, high: int, example: str) -> Callable[[At, Any], int]:
    return lambda at, _: at.whole(low, high, low, example)


def _share(low: float) -> Callable[[At, Any], Decimal]:
    return lambda at, _: _exact(at.number(low, 1, 1.0, "0.25"))


def _levels(
    levels: Sequence[str], what: str, one: Callable[[At, Any], Any]
) -> Callable[[At, Mapping[str, Any] | None], dict[str, Any]]:
    """A value for each level; of one that is not given what is usual."""

    def read(at: At, usual: Mapping[str, Any] | None) -> dict[str, Any]:
        found = at.known(levels, what)
        known = dict(usual or {})
        return known | {level: one(value, known.get(level)) for level, value in found.items()}

    return read


def _by_currency(at: At, _: Any) -> dict[str, Decimal]:
    def one(name: str, value: At) -> Decimal:
        if name != OTHER and name not in CODES:
            near = did_you_mean(name, [OTHER, *sorted(CODES)])
            value.wrong(f"'{name}' is no currency; give an ISO code like EUR, or {OTHER}{near}.")
        return _exact(value.number(0, _MUCH, 0.0, "10000"))

    return by_key(at, one)


def _exact(number: float) -> Decimal:
    found = Decimal(repr(number))
    return found.to_integral_value() if found == found.to_integral_value() else found


def _plan(at: At, usual: Plan | None) -> Plan:
    found = _read(at, PLAN, "a plan", _PLAN_READERS, usual)
    return Plan(**found)


def _consistent(policy: Policy, at: At) -> None:
    """Who is less of a risk is granted no less."""
    longest = policy.longest_days
    for value in VALUES:
        _ordered(at, ("longest_days",), {risk: longest[risk][value] for risk in RISKS}, f" of {value} customers", True)
    _ordered(at, ("plan", "most"), policy.plan.most, "", True)
    _ordered(at, ("plan", "first_share"), policy.plan.first_share, "", False)


def _ordered(at: At, path: tuple[str, ...], by_risk: Mapping[str, Any], whose: str, falls: bool) -> None:
    for less, more in pairwise(RISKS):
        if (by_risk[less] < by_risk[more]) if falls else (by_risk[less] > by_risk[more]):
            _place(at, path).wrong(
                f"'{path[-1]}'{whose} is {by_risk[less]} at {less} risk and {by_risk[more]} at {more} risk; "
                f"give {less} risk at {'least' if falls else 'most'} as {'much' if falls else 'large a share'}."
            )


def _place(at: At, path: tuple[str, ...]) -> At:
    """The value at a path, or the last one before it that is there."""
    for key in path:
        inner = at.items() if at.is_map() else {}
        at = inner.get(key, at)
    return at


_PLAN_READERS: dict[str, Callable[[At, Any], Any]] = {
    "most": _levels(RISKS, "most", _whole(1, _MOST_INSTALMENTS, "4")),
    "default": _whole(1, _MOST_INSTALMENTS, "3"),
    "every_days": _whole(1, _YEAR, "30"),
    "first_share": _levels(RISKS, "first_share", _share(0)),
    "first_within_days": _whole(1, _YEAR, "10"),
    "least": _by_currency,
}
_READERS: dict[str, Callable[[At, Any], Any]] = {
    "name": lambda at, _: at.text(),
    "default_days": _whole(1, _YEAR, "14"),
    "longest_days": _levels(RISKS, "longest_days", _levels(VALUES, "a risk", _whole(1, _DECADE, "30"))),
    "most_extensions": _whole(0, 1000, "2"),
    "broken_tolerated": _levels(VALUES, "broken_tolerated", _whole(0, 1000, "1")),
    "plan": _plan,
    "part_share": _share(0.01),
    "paid_check_days": _whole(0, _YEAR, "5"),
    "approval": _by_currency,
    "waiver": _by_currency,
}
