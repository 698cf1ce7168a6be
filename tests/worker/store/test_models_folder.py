from pathlib import Path

from worker.store.database import Store
from worker.store.models_folder import (
    IDENTITY_FILE,
    claim_models_folder,
    other_models_folder,
)


def claim(store: Store, folder: Path, host: str = "here") -> None:
    with store.begin() as s:
        claim_models_folder(s, folder, host)


def other(store: Store, folder: Path, host: str = "here") -> str | None:
    with store.read() as s:
        return other_models_folder(s, folder, host)


def test_a_folder_on_another_host_is_told_from_one_that_is_shared(
    store: Store, tmp_path: Path
) -> None:
    shared, own = tmp_path / "shared", tmp_path / "own"
    assert other(store, own) is None  # nothing was trained yet
    claim(store, shared)
    assert other(store, shared) is None
    assert other(store, shared, "there") is None
    own.mkdir()
    sentence = other(store, own, "there") or ""
    assert f"write their models to {shared} on here" in sentence
    assert f"than {own} on there" in sentence
    claim(store, own, "there")
    assert other(store, own, "there") is None
    assert other(store, shared) is not None


def test_a_folder_that_was_lost_is_not_another_one(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    claim(store, folder)
    (folder / IDENTITY_FILE).unlink()
    assert other(store, folder) is None
    claim(store, folder)
    assert other(store, folder) is None
    # In a container, the folder of the same path on another host is another one.
    (folder / IDENTITY_FILE).unlink()
    assert other(store, folder, "there") is not None
