"""Settings of a store, and where they are understood as PostgreSQL's own tools understand them."""

from __future__ import annotations

from pathlib import Path

import pytest

from paybench.errors import PaybenchError
from paybench.models.store.postgres import arguments
from paybench.models.store.settings import Settings, read_settings
from paybench.models.store.store import Store

SERVER = "postgresql://ann@db.example.com:5433/risk"


def written(folder: Path, text: str) -> Path:
    (folder / "settings.yaml").write_text(text, encoding="utf-8")
    return folder


def test_without_settings_a_store_is_sqlite_in_its_folder(tmp_path: Path) -> None:
    store = Store.at(tmp_path)
    assert store.settings == Settings()
    assert (store.uri, store.artifacts_uri) == (f"sqlite:///{tmp_path}/mlflow.db", f"file://{tmp_path}/artifacts")
    assert not store.exists


def test_settings_say_where_things_are(tmp_path: Path) -> None:
    said = f"require_signature: true\ntracking: {SERVER}\nartifacts: s3://bucket/risk/\n"
    assert read_settings(written(tmp_path, said)) == Settings(True, SERVER, "s3://bucket/risk")
    # A folder is one beside the settings, unless it says otherwise.
    assert read_settings(written(tmp_path, "artifacts: kept here")).artifacts == f"file://{tmp_path}/kept%20here"
    assert read_settings(written(tmp_path, "artifacts: /shared/risk")).artifacts == "file:///shared/risk"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("require_signatures: true", "there is no setting 'require_signatures'; allowed are require_signature, tracki"),
        (f"trackin: {SERVER}", "there is no setting 'trackin'; allowed are require_signature, tracking, artifacts."),
        ("tracking:", "tracking is the address of a place, as text; write one, or leave it out."),
        ("artifacts: 7", "artifacts is the address of a place, as text"),
        ("tracking: sqlite:///book.db", "tracking is no address of a PostgreSQL database; write postgresql://user@"),
        ("tracking: postgresql://db/risk", "tracking is no address of a PostgreSQL database"),
        ("tracking: postgresql://ann@db", "tracking is no address of a PostgreSQL database"),
        ("tracking: postgresql://ann@db:port/risk", "tracking is no address of a PostgreSQL database"),
        (
            "tracking: postgresql://ann:h0use@db/risk",
            "tracking has a password in it; take it out, and give it by PGPAS",
        ),
        ("tracking: postgresql://ann:h0use@db:port/risk", "tracking has a password in it"),
        ("tracking: postgresql://ann@db/risk?password=h0use", "tracking has a password in it"),
        ("artifacts: mlflow-artifacts://host/risk", "are reached by way of a tracking server only; write the"),
        ("artifacts: sftp://ann:h0use@host/risk", "artifacts has a password in it"),
        ("tracking: postgresql://ann:h0use[@db/risk", "has a password in it|no address"),
    ],
)
def test_settings_that_cannot_be_are_one_sentence_without_the_password(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(PaybenchError, match=message) as caught:
        read_settings(written(tmp_path, text))
    assert str(tmp_path / "settings.yaml") in str(caught.value)
    assert "h0use" not in str(caught.value)


def test_the_password_is_looked_up_as_psql_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "pgpass"
    monkeypatch.setenv("PGPASSFILE", str(file))
    monkeypatch.delenv("PGPASSWORD", raising=False)
    assert arguments(SERVER)["password"] is None
    file.write_text("# ours\nother:*:*:*:no\ndb.example.com:5432:*:ann:no\n*:5433:risk:ann:a\\:b\\\\c\n*:*:*:*:last\n")
    # A file that others can read counts for nothing.
    file.chmod(0o644)
    assert arguments(SERVER)["password"] is None
    file.chmod(0o600)
    assert arguments(SERVER)["password"] == "a:b\\c"
    assert arguments("postgresql://bob@/risk?host=/run/pg")["password"] == "last"
    monkeypatch.setenv("PGPASSWORD", "first")
    assert arguments(SERVER)["password"] == "first"


def test_an_address_means_what_it_means_to_psql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGSSLMODE", raising=False)
    far = arguments(SERVER)
    assert (far["host"], far["port"], far["user"], far["database"]) == ("db.example.com", 5433, "ann", "risk")
    assert far["ssl_context"] is None
    assert arguments(f"{SERVER}?sslmode=require")["ssl_context"] is True
    # verify-full knows whom it talks to.
    checked = arguments(f"{SERVER}?sslmode=verify-full")["ssl_context"]
    assert checked.check_hostname
    with pytest.raises(PaybenchError, match="There is no sslmode 'maybe' here; write one of prefer, disable, require"):
        arguments(f"{SERVER}?sslmode=maybe")
    near = arguments("postgresql://ann@/risk?host=/run/pg&port=5444")
    assert near["unix_sock"] == "/run/pg/.s.PGSQL.5444"
    assert "host" not in near
