"""Progress of long work: a bar on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sized
from typing import Protocol, TypeVar

from tqdm import tqdm

T = TypeVar("T", covariant=True)


class Items(Sized, Protocol[T]):
    """Anything with a length to loop over."""

    def __iter__(self) -> Iterator[T]: ...


def track(items: Items[T], what: str, show: bool) -> Iterator[T]:
    """Loop over items and say how far it has got, on standard error: a few lines where that is no terminal."""
    if not show:
        yield from items
    elif sys.stderr.isatty():
        yield from tqdm(items, desc=what, leave=False)
    else:
        step = max(len(items) // 4, 1)
        for done, item in enumerate(items):
            if done % step == 0:
                print(f"{what}: {done} of {len(items)}", file=sys.stderr, flush=True)
            yield item
        print(f"{what}: {len(items)} of {len(items)}", file=sys.stderr, flush=True)


def without_widgets() -> None:
    """Let libraries that draw progress with widgets (Optuna, shap) find none, without a warning in red in notebooks."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import tqdm.auto  # noqa: F401


def say(text: str, show: bool) -> None:
    """A line about what is being done, on standard error."""
    if show:
        tqdm.write(text, file=sys.stderr)
