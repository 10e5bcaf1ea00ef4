"""The model report: what a version was trained on, how good it is, why it says what it says, and who answers for it."""

from .write import model_report, write_model

__all__ = ["model_report", "write_model"]
