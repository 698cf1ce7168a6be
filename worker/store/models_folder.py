"""Which folder of models the trainings of a store write to, so that another one is noticed.

All parts of nerloop share one data directory. With one on each host, a version that is promoted on
one would never answer on the other. The folder therefore has an identity, which the store knows.
"""

import secrets
from pathlib import Path

from sqlalchemy.orm import Session

from ner.files import PRIVATE_FOLDER, write_private
from worker.store.database.schema import ModelsFolderRow

IDENTITY_FILE = "folder-id"
_ONLY = 1  # the number of the only row


def claim_models_folder(s: Session, folder: Path, host: str) -> None:
    """Makes this the folder that trainings write to; it gets an identity if it has none."""
    identity = _identity(folder)
    if identity is None:
        identity = secrets.token_hex(16)
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        write_private(folder / IDENTITY_FILE, identity)
    path = str(folder.resolve())
    s.merge(ModelsFolderRow(id=_ONLY, identity=identity, host=host, path=path))


def other_models_folder(s: Session, folder: Path, host: str) -> str | None:
    """A sentence if trainings write to another folder than this one, else None.

    A folder without an identity is the one of the trainings if it has their path on their host: it
    was lost, and may have been made again.
    """
    row = s.get(ModelsFolderRow, _ONLY)
    if row is None:
        return None
    identity = _identity(folder)
    here = (row.host, row.path) == (host, str(folder.resolve()))
    if identity == row.identity or (identity is None and here):
        return None
    return (
        f"trainings write their models to {row.path} on {row.host}, which is another folder than "
        f"{folder.resolve()} on {host}: let all parts use one NERLOOP_DATA_DIR, shared between "
        "their machines; if that folder was lost, start the worker for trainings again"
    )


def _identity(folder: Path) -> str | None:
    try:
        return (folder / IDENTITY_FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
