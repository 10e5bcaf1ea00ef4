"""How a model of intents is learned."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """How is learned; each value was chosen on replies of authors that had been left out.

    Attributes
    ----------
    strength : inverse of the regularisation. kinds : of terms (:data:`.BLOCKS`): name, replies that a term has to occur
    in, weight. embedding : "" takes words alone, "minilm" adds the meaning of the whole text (extra ``embeddings``).
    gist_weight : of that. folds : of the scores that calibration and thresholds are chosen on.
    threshold : probability from which an intent is said. safety_threshold : of safety intents, generous: of two authors
    one finds hard what the other's replies make easy, so it is a fixed one. rule_odds : log odds that a hard rule adds;
    a matter of judgement, because the rules were written with training replies in view, which flatter them.
    unsure : probability of the best intent below which nothing but safety intents is said.
    """

    strength: float = 2.0
    kinds: tuple[tuple[str, int, float], ...] = (("word", 2, 1.0), ("piece", 3, 1.0), ("idea", 2, 0.5))
    embedding: str = ""
    gist_weight: float = 0.5
    folds: int = 3
    threshold: float = 0.4
    safety_threshold: float = 0.1
    rule_odds: float = 4.0
    unsure: float = 0.2
