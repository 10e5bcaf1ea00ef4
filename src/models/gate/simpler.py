"""How much there is to a model: leaves and features of its trees, as its text has them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..family.daily import NAMES
from ..learn.bundle import Bundle

HALF = 0.5
"""Of the champion's leaves, or features, that a simpler model has at most. Trees of one recipe on other rows differ by
less, so that nothing becomes simpler by chance; and models that are a margin worse cannot follow each other long."""


@dataclass(frozen=True)
class Complexity:
    """Leaves of all trees, and features that at least one of them asks for; a baseline has none."""

    leaves: int = 0
    features: int = 0

    def simpler_than(self, other: Complexity) -> bool:
        """Whether it has at most half of the other's leaves or features, and no more of the rest."""
        fewer_leaves = self.leaves <= HALF * other.leaves and self.features <= other.features
        fewer_features = self.features <= HALF * other.features and self.leaves <= other.leaves
        return self != other and (fewer_leaves or fewer_features)

    def __str__(self) -> str:
        return f"{self.leaves:,} leaves and {self.features:,} features"


NOTHING = Complexity()
"""Of a baseline."""


def complexity(bundle: Bundle) -> Complexity:
    """Counted in the texts of both parts."""
    hazard = () if bundle.encoder is None else (*bundle.encoder.columns, *NAMES)
    late = () if bundle.late_encoder is None else bundle.late_encoder.columns
    leaves, asked = 0, set[str]()
    for text, names in ((bundle.hazard_text, hazard), (bundle.late_text, late)):
        leaves += sum(int(n) for n in re.findall(r"^num_leaves=(\d+)$", text, re.MULTILINE))
        splits = " ".join(re.findall(r"^split_feature=(.*)$", text, re.MULTILINE)).split()
        asked |= {names[int(i)] for i in set(splits)}
    return Complexity(leaves, len(asked))
