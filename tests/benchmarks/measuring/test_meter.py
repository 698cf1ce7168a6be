from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForTokenClassification, PreTrainedModel, Trainer

from benchmarks.measuring.meter import Cost, metered
from ner.models.base_model import quiet

IDS = torch.tensor([[5, 6, 7, 0], [8, 9, 10, 11]])
MASK = torch.tensor([[1, 1, 1, 0], [1, 1, 1, 1]])


@pytest.fixture(scope="module")
def model(tiny_base: Path) -> Any:
    with quiet():
        return AutoModelForTokenClassification.from_pretrained(tiny_base)


def test_tokens_are_counted_once_and_without_padding(model: Any) -> None:
    model.train()
    with metered() as meter:
        model(input_ids=IDS, attention_mask=MASK)
        model(input_ids=IDS, attention_mask=MASK)
        assert meter.cost().tokens == 14


def test_tokens_without_a_mask_are_told_from_padding_by_their_ids(model: Any) -> None:
    model.train()
    with metered() as meter:
        model(input_ids=IDS)
        assert meter.cost().tokens == 7


def test_what_is_not_trained_on_does_not_count(model: Any) -> None:
    with metered() as meter:
        model.eval()
        model(input_ids=IDS, attention_mask=MASK)
        model.train()
        with torch.no_grad():
            model(input_ids=IDS, attention_mask=MASK)
        assert meter.cost().tokens == 0


def test_speed_is_over_the_whole_time() -> None:
    cost = Cost(
        seconds=10.0,
        validation_seconds=5.0,
        tokens=1000,
        peak_memory_mib=100.0,
        peak_device_mib=None,
    )
    assert cost.tokens_per_second == 100.0


def test_nothing_stays_behind(model: Any) -> None:
    before = (PreTrainedModel.__call__, Trainer.evaluate)
    with metered() as meter:
        wrapped = (PreTrainedModel.__call__, Trainer.evaluate)
        assert not {*wrapped} & {*before}
    model.train()
    model(input_ids=IDS, attention_mask=MASK)
    assert (PreTrainedModel.__call__, Trainer.evaluate) == before
    assert "__call__" not in vars(PreTrainedModel)
    assert meter.cost().tokens == 0
