"""What a message means, by hard rules and a learned model, or by rules alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...decide.messages import recognised
from ..text import cleaned, new_text
from .calibration import Calibration, probability
from .embedding import Gist
from .linear import Linear
from .meaning import INTENTS, SAFETY, Intent, Meaning
from .rules import hard_rules
from .words import Word, words_of

Floats = NDArray[np.float64]
ALONE = ("acknowledgement", "out_of_scope")
"""Mean something only where nothing else does."""
_PLAIN = {
    "promise": "promise_to_pay", "need_time": "need_more_time", "dispute": "dispute", "copy": "send_invoice",
    "paid": "already_paid", "stop": "unsubscribe", "away": "out_of_office",
}  # fmt: skip
"""Our names for the meanings of :data:`paybench.decide.messages.MEANINGS`."""
WHOLE = "meaning of the whole sentence"
"""Beside the words of an explanation, where a model has an embedding."""
_SURE, _RULED = 0.8, 0.9
"""Confidence of a pattern, and of a hard rule, where nothing was learned."""
_SAFE = np.array([name in SAFETY for name in INTENTS])
_QUOTED, _MOST_WORDS = 0.6, 40
"""Share of what speaks for an intent that its quotes bear; words that a quote has at most."""


@dataclass(frozen=True)
class Learned:
    """What was learned from a corpus.

    Attributes
    ----------
    linear : scores. calibration : of them. ruled : (intents,) log odds that are added where a hard rule fired.
    threshold : (intents,) probability from which an intent is said. unsure : probability of the best intent below which
    nothing is said but safety intents. gist : what the meaning of the whole text adds to the scores.
    """

    linear: Linear
    calibration: Calibration
    ruled: Floats
    threshold: Floats
    unsure: float
    gist: Gist | None = None

    def scores(self, new: str, words: tuple[Word, ...]) -> Floats:
        """(intents,) of a text and its words, before calibration."""
        return self.linear.scores(words) + (self.gist.scores(new) if self.gist else 0.0)

    def probabilities(self, new: str, words: tuple[Word, ...], ruled: Floats) -> Floats:
        """(intents,) probability of each; ``ruled`` is 1 where a hard rule fired."""
        return probability(self.calibration.odds(self.scores(new, words)) + self.ruled * ruled)


@dataclass(frozen=True)
class IntentModel:
    """What a message means.

    Attributes
    ----------
    learned : None serves rules alone. about : where it came from: name, version, data, figures (JSON-able).
    """

    learned: Learned | None = None
    about: Mapping[str, Any] = field(default_factory=dict)

    def meaning(self, text: str, language: str = "") -> Meaning:
        """What a message means.

        Parameters
        ----------
        text : as it came in; what is quoted in it says nothing. language : not needed, the words tell.
        """
        new = new_text(cleaned(text))
        rules = {intent.name: intent for intent in hard_rules(text)}
        if self.learned is None:
            return _by_rules(new, rules)
        words = words_of(new)
        ruled = np.array([float(name in rules) for name in INTENTS])
        p = self.learned.probabilities(new, words, ruled)
        said = p >= self.learned.threshold
        if p.max() < self.learned.unsure or not words:
            said &= _SAFE if words else False
        found = []
        for place, name in enumerate(INTENTS):
            if name in rules:
                found.append(
                    Intent(name, float(max(p[place], self.learned.threshold[place])), "rule", rules[name].quotes)
                )
            elif said[place]:
                found.append(Intent(name, float(p[place]), "model", self._quotes(new, words, place)))
        intents = alone(tuple(sorted(found, key=lambda intent: (-intent.confidence, INTENTS.index(intent.name)))))
        return Meaning(intents, not intents, dict(zip(INTENTS, p.tolist(), strict=True)))

    def shares(self, text: str, intent: str) -> tuple[tuple[str, float], ...]:
        """Each word of the new text as it stands there, and what it brings to the score of an intent.

        Empty for a model without learning. Of one with an embedding, :data:`WHOLE` comes last: what no word alone has.
        """
        new = new_text(cleaned(text))
        words = words_of(new)
        if self.learned is None:
            return ()
        place = INTENTS.index(intent)
        shares = self.learned.linear.shares(words, place)
        told = tuple((new[word.start : word.end], float(share)) for word, share in zip(words, shares, strict=True))
        return (*told, (WHOLE, float(self.learned.gist.scores(new)[place]))) if self.learned.gist else told

    def _quotes(self, new: str, words: tuple[Word, ...], place: int) -> tuple[str, ...]:
        """The runs of words that bear most of what speaks for an intent, at most two."""
        assert self.learned is not None
        shares = self.learned.linear.shares(words, place)
        runs: list[tuple[float, int, int]] = []
        begin = 0
        while begin < len(words):
            end, total = begin, 0.0
            while end < len(words) and shares[end] > 0 and end - begin < _MOST_WORDS:
                total += shares[end]
                end += 1
            if end > begin:
                runs.append((total, begin, end))
            begin = max(end, begin + 1)
        runs.sort(key=lambda run: (-run[0], run[1]))
        whole = sum(run[0] for run in runs)
        kept = runs[:1] if runs and runs[0][0] >= _QUOTED * whole else runs[:2]
        return tuple(new[words[b].start : words[e - 1].end] for _, b, e in sorted(kept, key=lambda run: run[1]))


def alone(intents: tuple[Intent, ...]) -> tuple[Intent, ...]:
    """Without :data:`ALONE` where anything else was found; of several of these, the first.

    >>> [intent.name for intent in alone((Intent("acknowledgement", 0.9), Intent("promise_to_pay", 0.6)))]
    ['promise_to_pay']
    """
    others = tuple(intent for intent in intents if intent.name not in ALONE)
    return others or intents[:1]


def _by_rules(new: str, rules: Mapping[str, Intent]) -> Meaning:
    """Hard rules, and the plain patterns."""
    found = [Intent(intent.name, _RULED, "rule", intent.quotes) for intent in rules.values()]
    name = _PLAIN.get(recognised(new) or "", "")
    if name and name not in rules:
        found.append(Intent(name, _SURE, "rule"))
    p = dict.fromkeys(INTENTS, 0.0) | {intent.name: intent.confidence for intent in found}
    return Meaning(tuple(found), not found, p)


RULES = IntentModel(None, {"name": "reply-intents", "version": "rules", "kind": "rules"})
"""The model without learning: it serves where a store has no champion."""
