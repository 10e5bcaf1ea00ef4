"""Estimators: one distribution of days late, its parts and views, and the plain models beside it."""
