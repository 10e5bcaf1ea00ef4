"""PostgreSQL for the store of a team: an address without a password, connections, and a lock across machines.

The address is written as PostgreSQL's own tools write it: ``postgresql://user@host:port/database``, also with
``?host=/folder`` for a socket, and ``sslmode`` (prefer, disable, require, verify-full) and ``sslrootcert``. The
password is that of PGPASSWORD or of the file ~/.pgpass (PGPASSFILE), as there.
"""

from __future__ import annotations

import hashlib
import os
import re
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from ...errors import PaybenchError

PORT = 5432
STUDIES = "optuna"
"""The schema of Optuna's tables; in one schema with MLflow's both would keep their revision in ``alembic_version``."""
_DRIVER = "postgresql+paybench"
_PATIENT = "('statement_timeout', 'lock_timeout', 'idle_session_timeout')"
_WATCHED = {"tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "6"}


def engine_uri(tracking: str, schema: str = "") -> str:
    """The address for SQLAlchemy, and so for MLflow and Optuna; it makes the driver known to this process."""
    from sqlalchemy.dialects import registry

    registry.register("postgresql.paybench", f"{__package__}.dialect", "Dialect")
    address = _DRIVER + tracking.removeprefix("postgresql")
    return f"{address}{'&' if '?' in address else '?'}schema={schema}" if schema else address


def arguments(address: str) -> dict[str, Any]:
    """What pg8000 is called with for an address, the password among it.

    Raises
    ------
    PaybenchError
        If ``sslmode`` is none of those above.
    """
    url = urlsplit(address)
    query = {name: values[-1] for name, values in parse_qs(url.query).items()}
    user, database = unquote(url.username or ""), unquote(url.path[1:])
    host, port = query.get("host") or unquote(url.hostname or "localhost"), int(query.get("port") or url.port or PORT)
    found: dict[str, Any] = {"user": user, "database": database, "application_name": "paybench"}
    if host.startswith("/"):
        found["unix_sock"] = f"{host}/.s.PGSQL.{port}"
    else:
        found |= {"host": host, "port": port, "ssl_context": _ssl(query)}
    if "schema" in query:
        found["startup_params"] = {"search_path": query["schema"]}
    named = "localhost" if host.startswith("/") else host
    return found | {"password": os.environ.get("PGPASSWORD") or _from_file(named, port, database, user)}


def _ssl(query: dict[str, str]) -> Any:
    """None encrypts where the server can, True always, a context also knows who the server is, False never."""
    mode = query.get("sslmode", os.environ.get("PGSSLMODE", "prefer"))
    if mode == "verify-full":
        return ssl.create_default_context(cafile=query.get("sslrootcert", os.environ.get("PGSSLROOTCERT")))
    known = {"prefer": None, "disable": False, "require": True}
    if mode not in known:
        raise PaybenchError(f"There is no sslmode '{mode}' here; write one of {', '.join(known)}, verify-full.")
    return known[mode]


def _from_file(*asked: object) -> str | None:
    """The password of the first line host:port:database:user:password that fits, of a file that is the user's alone."""
    file = Path(os.environ.get("PGPASSFILE") or Path.home() / ".pgpass")
    try:
        if file.stat().st_mode & 0o077:
            return None
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    for line in lines:
        parts = [re.sub(r"\\(.)", r"\1", part) for part in re.findall(r"(?:^|:)((?:\\.|[^:\\])*)", line)]
        if len(parts) == 5 and all(part in ("*", str(want)) for part, want in zip(parts, asked, strict=False)):
            return parts[-1]
    return None


def connect(tracking: str) -> Any:
    """A connection of pg8000 (``run(SQL, **values)``), each statement a transaction of its own.

    Raises
    ------
    PaybenchError
        If the database cannot be reached.
    """
    try:
        from pg8000.native import Connection  # type: ignore[import-untyped]
    except ImportError:
        raise PaybenchError(
            "A store on PostgreSQL needs pg8000, which the base install leaves out: pip install 'paybench[workbench]'."
        ) from None
    try:
        return Connection(**arguments(tracking))
    except PaybenchError:
        raise
    except Exception as error:  # sockets, certificates and the server each say no in their own way
        raise _told(tracking, error) from None


def _told(tracking: str, error: Exception) -> PaybenchError:
    said = error.args[0] if error.args else type(error).__name__
    why = str(said.get("M", said) if isinstance(said, dict) else said).strip().partition("\n")[0].rstrip(".")
    return PaybenchError(
        f"{tracking} cannot be used ({why}); see that it runs, that PGPASSWORD or ~/.pgpass has the password, and that "
        "the user may make tables there."
    )


@contextmanager
def locked(tracking: str) -> Iterator[Any]:
    """One process at a time, on whichever machine, by an advisory lock of the database; yields the lock's connection.

    The lock belongs to a connection of its own: it ends with the process, however that ends, and within two minutes if
    the machine or the network does.

    Raises
    ------
    PaybenchError
        If the database cannot be reached, or the lock was lost before the block ended.
    """
    connection = connect(tracking)
    try:
        try:
            connection.run(f"SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN {_PATIENT}")
            for name, seconds in _WATCHED.items():
                connection.run("SELECT set_config(:name, :value, false)", name=name, value=seconds)
            connection.run("SELECT pg_advisory_lock(:key)", key=_key(tracking))
        except Exception as error:
            raise _told(tracking, error) from None
        yield connection
        try:
            kept = connection.run("SELECT pg_advisory_unlock(:key)", key=_key(tracking)) == [[True]]
        except Exception:
            kept = False
        if not kept:
            raise PaybenchError(
                f"The connection to {tracking} was lost, and with it the lock; another process may have come between: "
                "look at 'paybench registry log', and run it again."
            )
    finally:
        with suppress(Exception):  # what was lost is closed already
            connection.close()


def _key(tracking: str) -> int:
    """The lock's number: of a fixed name and the database's."""
    name = f"paybench store {arguments(tracking)['database']}"
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def tables(tracking: str) -> set[str]:
    """Names of the tables of MLflow's and Optuna's schemas."""
    with closing(connect(tracking)) as connection:
        found = connection.run(f"SELECT tablename FROM pg_tables WHERE schemaname IN ('public', '{STUDIES}')")
    return {str(name) for (name,) in found}
