"""Cash forecasts at past days, beside plain baselines: what was said, what came, and how good that was."""

from .rolling import RIVALS, backtest_cash
from .score_tables import coverage_table, score_table, skill_table

__all__ = ["RIVALS", "backtest_cash", "coverage_table", "score_table", "skill_table"]
