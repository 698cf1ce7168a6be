"""A Doccano that does not start; every other test with a Doccano needs one that does."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ner.errors import DoccanoUnavailable
from server.demo.local_doccano import LocalDoccano


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """An environment whose Python prints a line and fails, with a prepared template."""
    environment = tmp_path / "environment"
    (environment / "lib/python3.11/site-packages/backend").mkdir(parents=True)
    (environment / "bin").mkdir()
    program = environment / "bin" / "python"
    program.write_text("#!/bin/sh\necho no module named gunicorn\nexit 3\n")
    program.chmod(0o755)
    (environment / "template").mkdir()
    credentials = {"username": "admin", "password": "secret-1", "secret_key": "secret-2"}
    (environment / "template" / "credentials.json").write_text(json.dumps(credentials))
    with closing(sqlite3.connect(environment / "template" / "db.sqlite3")) as database:
        database.execute("CREATE TABLE prepared (id)")
    return environment


def test_a_doccano_that_ends_is_an_error_with_the_end_of_its_log(
    tmp_path: Path, broken: Path
) -> None:
    doccano = LocalDoccano(tmp_path / "doccano", broken)
    with pytest.raises(DoccanoUnavailable) as raised:
        doccano.start()
    message = str(raised.value)
    assert "Doccano ended with status 3" in message
    assert message.endswith("no module named gunicorn")
    assert "secret" not in message


def test_a_new_folder_gets_the_prepared_database_and_keeps_it(tmp_path: Path, broken: Path) -> None:
    doccano = LocalDoccano(tmp_path / "doccano", broken)
    assert (doccano.username, doccano.password) == ("admin", "secret-1")
    (broken / "template" / "credentials.json").write_text("{}")
    again = LocalDoccano(tmp_path / "doccano", broken)
    assert again.password == "secret-1"
    assert (tmp_path / "doccano").stat().st_mode & 0o077 == 0
