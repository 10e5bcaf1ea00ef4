"""``settings.yaml`` in a store's folder, if there is one: where the store keeps what it knows, and what it asks."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from ...errors import PaybenchError

FILE = "settings.yaml"
_WRITE = "write 'require_signature: true', or remove the file"


@dataclass(frozen=True)
class Settings:
    """What a store's ``settings.yaml`` says.

    Attributes
    ----------
    require_signature : whether who promotes has to give a name. tracking : ``postgresql://user@host:port/database``
        without a password; empty means SQLite in the store's folder. artifacts : an MLflow artifact URI; empty means
        ``artifacts`` in the store's folder. It counts when a store is made.
    """

    require_signature: bool = False
    tracking: str = ""
    artifacts: str = ""


def read_settings(folder: Path, content: bytes | None = None) -> Settings:
    """The settings of the store in a folder; a folder for artifacts is taken from there.

    Parameters
    ----------
    content : of the file, if it is not in the folder yet.

    Raises
    ------
    PaybenchError
        If the file is not readable, has a key that there is none of, or a value that cannot be. A password in it is not
        repeated.
    """
    file = folder / FILE
    if content is None and not file.exists():
        return Settings()
    try:
        found = yaml.safe_load((file.read_bytes() if content is None else content).decode("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        found = None
    cannot = f"The settings at {file} cannot be used"
    if not isinstance(found, dict):
        raise PaybenchError(f"{cannot}; {_WRITE}.")
    names = [field.name for field in fields(Settings)]
    for name, value in found.items():
        if name not in names:
            raise PaybenchError(f"{cannot}: there is no setting '{name}'; allowed are {', '.join(names)}.")
        if name == "require_signature" and type(value) is not bool:
            raise PaybenchError(f"{cannot}; {_WRITE}.")
        if name != "require_signature" and not (isinstance(value, str) and value.strip()):
            raise PaybenchError(f"{cannot}: {name} is the address of a place, as text; write one, or leave it out.")
    return Settings(
        bool(found.get("require_signature", False)),
        _tracking(found.get("tracking", ""), cannot),
        _artifacts(found.get("artifacts", ""), folder, cannot),
    )


def _tracking(given: str, cannot: str) -> str:
    if not given:
        return ""
    url = _address(given, "tracking", cannot)
    if url is None or url.scheme != "postgresql" or not url.username or len(url.path) < 2 or url.fragment:
        raise PaybenchError(
            f"{cannot}: tracking is no address of a PostgreSQL database; write postgresql://user@host:5432/database."
        )
    return given


def _artifacts(given: str, folder: Path, cannot: str) -> str:
    if given and "://" not in given:
        return (folder / given).resolve().as_uri()
    if given and _address(given, "artifacts", cannot) is None:
        raise PaybenchError(f"{cannot}: artifacts is no URI and no folder; write one like s3://bucket/folder.")
    if given.startswith("mlflow-artifacts:"):
        raise PaybenchError(
            f"{cannot}: artifacts of mlflow-artifacts: are reached by way of a tracking server only; write the "
            "server's http://host:port/api/2.0/mlflow-artifacts/artifacts/NAME, or the address of its storage."
        )
    return given.rstrip("/")


def _address(given: str, name: str, cannot: str) -> Any:
    """The parts of an address; None if it is none."""
    try:
        url = urlsplit(given)
        secret = url.password is not None or "password" in url.query.lower()
        _ = url.port
    except ValueError:
        url, secret = None, "@" in given and given.partition("@")[0].count(":") > 1
    if secret:
        raise PaybenchError(
            f"{cannot}: {name} has a password in it; take it out, and give it by PGPASSWORD or ~/.pgpass (PostgreSQL), "
            "or as the service's own tools do (artifacts)."
        )
    return url
