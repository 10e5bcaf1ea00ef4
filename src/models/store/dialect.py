"""SQLAlchemy's dialect ``postgresql+paybench``: pg8000, whose password and schema stand in no address.

MLflow and Optuna are given addresses, keep them, and may log them. The password is looked up when a connection is made
(:func:`.postgres.arguments`), and ``?schema=NAME`` says where tables are.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql.pg8000 import PGDialect_pg8000
from sqlalchemy.engine import URL

from .postgres import arguments


class Dialect(PGDialect_pg8000):
    """pg8000 with libpq's ways of naming a server."""

    supports_statement_cache = True

    def create_connect_args(self, url: URL) -> tuple[list[Any], dict[str, Any]]:
        """What pg8000 is called with."""
        return [], arguments(url.render_as_string(hide_password=False))
