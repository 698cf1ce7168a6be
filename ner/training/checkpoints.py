"""The checkpoints from which a killed training resumes.

The Trainer writes a checkpoint file by file, so that a kill can leave an incomplete one. Only
complete checkpoints are used, and only those of the same documents, options and libraries.
"""

import json
import logging
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue
from safetensors import SafetensorError, safe_open

from ner.files import write_atomically

KEY_FILE = "training.json"
FOLDER = "checkpoints"
STATE_FILE = "trainer_state.json"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A complete checkpoint of the Trainer, after `step` optimizer steps."""

    path: Path
    step: int


class Checkpoints:
    """The checkpoints in a work folder that belong to one training."""

    def __init__(self, work_dir: Path) -> None:
        self.folder = work_dir.resolve() / FOLDER
        self._key_file = work_dir.resolve() / KEY_FILE

    def claim(self, key: Mapping[str, JsonValue]) -> Checkpoint | None:
        """Takes the folder for the training that `key` describes; returns its latest checkpoint.

        Returns None if there is none. Removes checkpoints of another training and incomplete ones.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._key() != key:
            shutil.rmtree(self.folder)
            self.folder.mkdir()
            write_atomically(self._key_file, json.dumps(key, indent=2).encode())
        return self._latest()

    def _key(self) -> object:
        try:
            return json.loads(self._key_file.read_bytes())
        except (OSError, ValueError):
            return None

    def _latest(self) -> Checkpoint | None:
        complete: list[Checkpoint] = []
        for path in self.folder.glob("checkpoint-*"):
            step = _step(path)
            if step is None:
                logger.warning("checkpoint_unfinished path=%s", path)
                shutil.rmtree(path)
            else:
                complete.append(Checkpoint(path, step))
        return max(complete, key=lambda checkpoint: checkpoint.step, default=None)


def _step(folder: Path) -> int | None:
    """The checkpoint's step, or None unless every file exists and is complete."""
    archives = [folder / "optimizer.pt", folder / "scheduler.pt", *folder.glob("rng_state*.pth")]
    try:
        with safe_open(folder / "model.safetensors", framework="np"):
            pass
        # The Trainer writes this file last.
        step = json.loads((folder / STATE_FILE).read_bytes())["global_step"]
    except (OSError, ValueError, KeyError, TypeError, SafetensorError):
        return None
    name_matches = folder.name == f"checkpoint-{step}"
    has_archives = len(archives) > 2 and all(map(zipfile.is_zipfile, archives))
    return int(step) if name_matches and has_archives else None
