from pathlib import Path

import pytest

from tests.support.running.file_rights import open_to_others, wide_umask
from worker.retrain.training_place import known_place, own_place


def test_each_data_folder_of_a_machine_is_a_place_with_a_name_that_stays(tmp_path: Path) -> None:
    first, second = own_place(tmp_path / "first"), own_place(tmp_path / "second")
    assert first != second
    assert own_place(tmp_path / "first") == known_place(tmp_path / "first") == first


def test_looking_for_the_place_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "here")
    assert known_place(tmp_path / "data") == "here"
    assert list(tmp_path.iterdir()) == []


def test_the_folder_and_the_name_are_their_owners_alone(tmp_path: Path) -> None:
    with wide_umask():
        own_place(tmp_path / "data")
    assert open_to_others(tmp_path / "data") == []
