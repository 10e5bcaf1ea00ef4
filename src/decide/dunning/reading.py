"""From a policy's YAML to the policy, or to everything that is wrong with it; the language is ``docs/dunning.md``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from ...errors import PaybenchError
from .currencies import CODES
from .hours import in_no_hour
from .ladder import read_action, read_channels, read_override, read_steps
from .nodes import At, by_key, compose, did_you_mean, listed
from .policy import CHANNELS, OTHER, TONES, USUAL, Caps, Collector, Money, Pause, Policy
from .times import read_days, read_hours, read_zones

SHIPPED = ("standard", "gentle")
"""Policies that come along, by name."""

KEYS = (
    "name", "steps", "options", "instead", "caps", "hours", "days", "holidays", "zones", "thresholds", "pause",
    "explore", "hold_out", "money", "capacity", "collectors", "segments", "customers", "invoices",
)  # fmt: skip
CAPS = ("in_7_days", "in_30_days", "calls_in_7_days", "per_invoice", "gap")
PAUSE = ("promise_grace", "promise_share", "dispute", "unapplied", "reply_days", "plan_grace")
HOLD_OUT = ("share", "gets", "seed")
MONEY = ("cost_of_capital", "horizon_days", "loss_share", "contact_cost", "strain", "units")
COLLECTOR = ("name", "capacity", "languages", "countries", "customers")

_HINTS = {
    "ladder": "steps", "levels": "steps", "actions": "options", "threshold": "thresholds", "overrides": "customers",
    "cap": "caps", "quiet_hours": "hours", "weekdays": "days", "pauses": "pause", "exploration": "explore",
}  # fmt: skip
_MANY = 10**6


def read(file: str | Path) -> Policy:
    """A policy from a file, or one of :data:`SHIPPED` by its name.

    Raises
    ------
    PaybenchError
        If there is no such file, or it is no policy.
    """
    path = Path(file)
    if str(file) in SHIPPED and not path.is_file():
        text = files(__package__ or "paybench.decide.dunning").joinpath(f"{file}.yaml").read_text(encoding="utf-8")
        return parse_policy(text, f"{file}.yaml", str(file))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise PaybenchError(f"{path.name}, line {line}: this is no UTF-8 text; save the file as UTF-8.") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise PaybenchError(
            f"The policy {file} cannot be read ({why}); give a YAML file, or {listed(SHIPPED, 'or')}, which come along."
        ) from None
    return parse_policy(text, path.name, path.stem)


def parse_policy(said: str | Mapping[str, Any], source: str = "policy", name: str = "") -> Policy:
    """A policy from YAML text, or from what such text says.

    Raises
    ------
    PaybenchError
        If it is no policy: one line for each thing that is wrong, with its place.
    """
    at = compose(said, source)
    found = at.known(KEYS, "a policy", _HINTS)
    if "steps" not in found and at.is_map():
        at.wrong(
            "there are no steps; give at least one, for example steps: [{after_due: 3, by: email, tone: friendly}]."
        )
    made = {key: read_key(found[key]) for key, read_key in _READERS.items() if key in found}
    caps: Caps = made.get("caps", Caps())
    if "steps" in found:
        made["steps"] = read_steps(found["steps"], caps.per_invoice)
    for level in ("segments", "customers", "invoices"):
        if level in found:
            made[level] = by_key(found[level], lambda _, value: read_override(value, caps.per_invoice))
    if "hold_out" in found:
        made |= _hold_out(found["hold_out"])
    _capacity_twice(made, found)
    at.problems.raise_any()
    made["actions"] = made.pop("options", ())
    policy = Policy(**{"name": name or Path(source).stem, **made, "source": source})
    for country, channel in in_no_hour(policy).items():
        found["zones"].items()[country].wrong(
            f"the time zones of '{country}' have no hour of {channel} in common; give fewer of them, or longer hours."
        )
    at.problems.raise_any()
    return policy


def _hold_out(at: At) -> dict[str, Any]:
    if not at.is_map():
        return {"hold_out": at.number(0, 0.9, 0.0, "0.1")}
    found = at.known(HOLD_OUT, "hold_out")
    made: dict[str, Any] = {}
    if "share" in found:
        made["hold_out"] = found["share"].number(0, 0.9, 0.0, "0.1")
    else:
        at.wrong("hold_out has no share; give one, for example {share: 0.1, gets: usual}.")
    if "gets" in found:
        made["hold_out_gets"] = found["gets"].choice((USUAL, "nothing"))
    if "seed" in found:
        made["seed"] = found["seed"].whole(0, 2**31, 0, "1")
    return made


def _options(at: At) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(read_action, at.list()))))


def _caps(at: At) -> Caps:
    found = at.known(CAPS, "caps", {"7": "in_7_days", "30": "in_30_days", "invoice": "per_invoice"})
    made: dict[str, int | None] = {}
    for key, value in found.items():
        low, high, usual = (0, 365, 7) if key == "gap" else (1, 1000, 1)
        unlimited = key != "gap" and value.raw() == "none"
        example = f"{usual}" if key == "gap" else f"{usual}, or none"
        made[key] = None if unlimited else value.whole(low, high, usual, example)
    return Caps(**made)  # type: ignore[arg-type]


def _pause(at: At) -> Pause:
    found = at.known(PAUSE, "pause", {"promise": "promise_grace", "reply": "reply_days", "plan": "plan_grace"})
    made: dict[str, Any] = {}
    for key, value in found.items():
        if key == "dispute":
            made["whole_dispute"] = value.choice(("amount", "invoice")) == "invoice"
        elif key in ("promise_share", "unapplied"):
            made[key] = value.number(0, 1, 0.5, "0.5")
        else:
            made[key] = value.whole(0, 365, 3, "3")
    return Pause(**made)


def _thresholds(at: At) -> dict[str, float]:
    if not at.is_map():
        return {OTHER: at.number(0, 1e12, 0.0, "25, or {EUR: 25, other: 0}")}
    return _by_currency(at, "25")


def _by_currency(at: At, example: str) -> dict[str, float]:
    def one(name: str, value: At) -> float:
        if name != OTHER and name not in CODES:
            near = did_you_mean(name, [OTHER, *sorted(CODES)])
            value.wrong(f"'{name}' is no currency; give an ISO code like EUR, or other{near}.")
        return value.number(0, 1e12, 0.0, example)

    return by_key(at, one)


def _money(at: At) -> Money:
    found = at.known(MONEY, "money", {"horizon": "horizon_days", "capital": "cost_of_capital"})
    made: dict[str, Any] = {}
    usual = Money()
    for key, value in found.items():
        if key in ("contact_cost", "strain"):
            names = CHANNELS if key == "contact_cost" else TONES
            given = {n: v.number(0, 1e9, 0.0, "2.5") for n, v in value.known(names, key).items()}
            made[key] = {**getattr(usual, key), **given}
        elif key == "units":
            made[key] = _by_currency(value, "160")
        elif key == "horizon_days":
            made[key] = value.whole(1, 730, 60, "60")
        else:
            made[key] = value.number(0, 1, 0.0, "0.08")
    return Money(**made)


def _capacity(at: At) -> dict[str, int]:
    return {name: value.whole(0, _MANY, 0, "40") for name, value in at.known(CHANNELS, "capacity").items()}


def _collectors(at: At) -> tuple[Collector, ...]:
    made: list[Collector] = []
    for one in at.list():
        found = one.known(COLLECTOR, "a collector")
        if missing := [key for key in ("name", "capacity") if key not in found]:
            one.wrong(f"a collector has no {listed(missing, 'and no')}; give a name and contacts a day by channel.")
            continue
        name = found["name"].text()
        if name in [other.name for other in made]:
            found["name"].wrong(f"there are two collectors '{name}'; give each another name.")
        lists = {key: tuple(v.text() for v in found[key].list()) for key in COLLECTOR[2:] if key in found}
        made.append(Collector(name, _capacity(found["capacity"]), **lists))
    return tuple(made)


def _capacity_twice(made: Mapping[str, Any], found: Mapping[str, At]) -> None:
    """A channel that collectors work has the sum of their capacities, and none of its own."""
    for one in made.get("collectors", ()):
        for channel in one.capacity:
            if channel in made.get("capacity", {}):
                found["capacity"].items()[channel].wrong(
                    f"the capacity of '{channel}' is said here and for the collector {one.name}; what collectors work "
                    "has the sum of theirs: leave it out here."
                )


_READERS: dict[str, Callable[[At], Any]] = {
    "name": At.text, "options": _options, "instead": read_channels, "caps": _caps, "hours": read_hours,
    "days": read_days, "holidays": lambda at: at.flag(True), "zones": read_zones, "thresholds": _thresholds,
    "pause": _pause, "explore": lambda at: at.number(0, 0.9, 0.15, "0.15"), "money": _money, "capacity": _capacity,
    "collectors": _collectors,
}  # fmt: skip
