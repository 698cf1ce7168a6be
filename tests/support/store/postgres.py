"""A PostgreSQL server for tests, on a Unix socket in a temporary folder."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from sqlalchemy import create_engine, text

from worker.store.database.schema import Base

SUPERUSER = "tests"
INSTALL = ["apt-get", "install", "--yes", "--no-install-recommends", "postgresql"]


@contextmanager
def postgres_cluster() -> Iterator[str]:
    """Starts a new PostgreSQL server, yields its SQLAlchemy URL, and stops it.

    Raises RuntimeError, with the command to run, if PostgreSQL is not installed and cannot be.
    """
    programs = _programs()
    owner = _owner()
    # Not in pytest's folder, which the user that runs PostgreSQL may not open.
    with tempfile.TemporaryDirectory(prefix="nerloop-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        shutil.chown(folder, owner.pw_uid, owner.pw_gid)
        data = folder / "data"
        _run(owner, programs / "initdb", "--auth=trust", f"--username={SUPERUSER}", "-D", data)
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=60"
        log = folder / "log"
        _run(owner, programs / "pg_ctl", "start", "-w", "-D", data, "-l", log, "-o", options)
        try:
            yield f"postgresql+psycopg://{SUPERUSER}@/postgres?host={folder}"
        finally:
            _run(owner, programs / "pg_ctl", "stop", "-m", "immediate", "-w", "-D", data)


def empty_tables(url: str) -> None:
    """Removes all rows of a store with the newest schema."""
    engine = create_engine(url)
    with engine.begin() as connection:
        tables = ", ".join(Base.metadata.tables)
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    engine.dispose()


def _programs() -> Path:
    # Tests run in several processes; one of them installs PostgreSQL while the others wait.
    with FileLock(Path(tempfile.gettempdir()) / f"nerloop-postgresql-{os.getuid()}.lock"):
        folder = _find_programs()
        if folder is None:
            _install()
            folder = _find_programs()
    if folder is None:
        raise _missing()
    return folder


def _install() -> None:
    try:
        subprocess.run(["apt-get", "update", "--quiet"], check=True, capture_output=True)
        subprocess.run(INSTALL, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise _missing() from error


def _missing() -> RuntimeError:
    command = " ".join(INSTALL)
    return RuntimeError(f"these tests need PostgreSQL's initdb and pg_ctl; run: {command}")


def _find_programs() -> Path | None:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    on_path = shutil.which("initdb")
    folders = ([Path(on_path).resolve().parent] if on_path else []) + installed[::-1]
    complete = (f for f in folders if (f / "initdb").exists() and (f / "pg_ctl").exists())
    return next(complete, None)


def _owner() -> pwd.struct_passwd:
    """The user to run PostgreSQL as, since it refuses to run as root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _run(owner: pwd.struct_passwd, *command: object) -> None:
    switch = {"user": owner.pw_uid, "group": owner.pw_gid} if os.geteuid() == 0 else {}
    done = subprocess.run(
        [str(part) for part in command],
        cwd="/",
        # Not a pipe: the server inherits it, so that run() would wait until the server ends.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
        check=False,
        **switch,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}")
