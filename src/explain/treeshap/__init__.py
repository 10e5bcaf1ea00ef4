"""Exact path-dependent TreeSHAP of LightGBM models, from tables: see ``docs/treeshap.md``."""

from .tables import Tables, build, grouped, read_tables

__all__ = ["Tables", "build", "grouped", "read_tables"]
