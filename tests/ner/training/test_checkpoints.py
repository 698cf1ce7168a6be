import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from ner.training.checkpoints import Checkpoints

KEY = {"fingerprint": "a", "parameters": {"seed": 1}}


def write_checkpoint(work: Path, step: int) -> Path:
    """Writes what the Trainer leaves after `step` steps, as far as `Checkpoints` reads it."""
    folder = work / "checkpoints" / f"checkpoint-{step}"
    folder.mkdir(parents=True)
    save_file({"weight": np.ones(10)}, folder / "model.safetensors")
    for name in ("optimizer.pt", "scheduler.pt", "rng_state.pth"):
        with zipfile.ZipFile(folder / name, "w") as archive:
            archive.writestr("data", "x" * 100)
    (folder / "trainer_state.json").write_text(json.dumps({"global_step": step}))
    return folder


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder with checkpoints after 9 and 10 steps of the training that `KEY` describes."""
    assert Checkpoints(tmp_path).claim(KEY) is None
    write_checkpoint(tmp_path, 9)
    write_checkpoint(tmp_path, 10)
    return tmp_path


def test_the_latest_checkpoint_is_used(work: Path) -> None:
    checkpoint = Checkpoints(work).claim(KEY)
    assert checkpoint is not None
    assert (checkpoint.step, checkpoint.path.name) == (10, "checkpoint-10")


@pytest.mark.parametrize(
    "name",
    ["model.safetensors", "optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json"],
)
@pytest.mark.parametrize("damage", ["missing", "cut short"])
def test_an_incomplete_checkpoint_is_removed_and_the_one_before_it_used(
    work: Path, name: str, damage: str
) -> None:
    file = work / "checkpoints" / "checkpoint-10" / name
    content = file.read_bytes()
    file.unlink()
    if damage == "cut short":
        file.write_bytes(content[: len(content) // 2])
    checkpoint = Checkpoints(work).claim(KEY)
    assert checkpoint is not None
    assert checkpoint.step == 9
    assert not file.parent.exists()


def test_checkpoints_of_another_training_are_removed(work: Path) -> None:
    assert Checkpoints(work).claim({**KEY, "fingerprint": "b"}) is None
    assert not list((work / "checkpoints").iterdir())
    assert Checkpoints(work).claim(KEY) is None


def test_checkpoints_without_a_readable_key_are_not_used(work: Path) -> None:
    (work / "training.json").write_text("{")
    assert Checkpoints(work).claim(KEY) is None


def test_only_its_own_folder_is_cleared(work: Path) -> None:
    (work / "notes.txt").write_text("mine")
    Checkpoints(work).claim({**KEY, "fingerprint": "b"})
    assert (work / "notes.txt").read_text() == "mine"
