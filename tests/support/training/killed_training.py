"""A training in a process of its own, for a test to kill.

Its arguments are the base model, the output folder and the work folder.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import torch

from ner.training.options import TrainingOptions
from ner.training.progress import TrainingProgress
from ner.training.training import train
from tests.support.models.easy_task import easy_documents

CREATED_AT = datetime(2026, 11, 23, tzinfo=UTC)


def print_event(progress: TrainingProgress) -> None:
    """Writes a line with the stage and the step of an event."""
    sys.stdout.write(f"{progress.stage} {progress.step}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    torch.set_num_threads(1)
    train(
        easy_documents(24),
        options=TrainingOptions(base_model=sys.argv[1], learning_rate=2e-3, epochs=10),
        output=Path(sys.argv[2]),
        work_dir=Path(sys.argv[3]),
        progress=print_event,
    )
