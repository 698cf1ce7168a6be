"""A training in a process of its own, for a test to kill: base model, output and work folder."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import torch

from ner.training.options import TrainingOptions
from ner.training.progress import TrainingProgress
from ner.training.training import train
from tests.support.easy_task import easy_documents

CREATED_AT = datetime(2026, 11, 23, tzinfo=UTC)


def tell(progress: TrainingProgress) -> None:
    """One line for each event: its stage and step."""
    sys.stdout.write(f"{progress.stage} {progress.step}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    torch.set_num_threads(1)
    train(
        easy_documents(24),
        options=TrainingOptions(base_model=sys.argv[1], learning_rate=2e-3, epochs=10),
        output=Path(sys.argv[2]),
        work_dir=Path(sys.argv[3]),
        progress=tell,
    )
