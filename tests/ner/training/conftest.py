"""The options that several tests of trainings share."""

from pathlib import Path

import pytest

from ner.training.options import TrainingOptions


@pytest.fixture
def quick(tiny_base: Path) -> TrainingOptions:
    """Options of a training that is quick and has several checkpoints. It learns little."""
    return TrainingOptions(
        base_model=str(tiny_base),
        learning_rate=2e-3,
        epochs=3,
        batch_size=4,
        overlap=8,
        validation_share=0.15,
    )
