"""Where a killed training can be taken up again.

The Trainer writes checkpoints file by file, so that a kill leaves half of one; only whole ones are
trusted, and only those of the same documents, options and libraries.
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
    """A whole checkpoint of the Trainer, after `step` optimizer steps."""

    path: Path
    step: int


class Checkpoints:
    """The checkpoints in a work folder that belong to one training."""

    def __init__(self, work_dir: Path) -> None:
        self.folder = work_dir.resolve() / FOLDER
        self._key_file = work_dir.resolve() / KEY_FILE

    def claim(self, key: Mapping[str, JsonValue]) -> Checkpoint | None:
        """Take the folder for the training that `key` describes; its latest checkpoint, if any.

        What another training left is removed, and what a kill left unfinished.
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
        whole: list[Checkpoint] = []
        for path in self.folder.glob("checkpoint-*"):
            step = _step(path)
            if step is None:
                logger.warning("checkpoint_unfinished path=%s", path)
                shutil.rmtree(path)
            else:
                whole.append(Checkpoint(path, step))
        return max(whole, key=lambda checkpoint: checkpoint.step, default=None)


def _step(folder: Path) -> int | None:
    """The checkpoint's step, or None unless every file is there and as long as it says."""
    archives = [folder / "optimizer.pt", folder / "scheduler.pt", *folder.glob("rng_state*.pth")]
    try:
        with safe_open(folder / "model.safetensors", framework="np"):
            pass
        # The Trainer writes this one last.
        step = json.loads((folder / STATE_FILE).read_bytes())["global_step"]
    except (OSError, ValueError, KeyError, TypeError, SafetensorError):
        return None
    named = folder.name == f"checkpoint-{step}"
    whole = len(archives) > 2 and all(map(zipfile.is_zipfile, archives))
    return int(step) if named and whole else None
