"""A wide model computes what the small one does, as far as its new layers are neutral."""

import pytest
import torch
from transformers import BertConfig, BertModel

from benchmarks.serving import wide_base

TOLERANCE = 1e-4


def small_model() -> BertModel:
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=50, hidden_size=8, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=16,
    )  # fmt: skip
    model = BertModel(config, add_pooling_layer=False).eval()
    for parameter in model.parameters():
        if parameter.dim() == 2:  # so large that attention is not the same everywhere
            parameter.data.mul_(30)
    return model


def test_every_dimension_is_there_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"LAYERS": 4, "WIDTH": 16, "HEADS": 2, "INNER": 32, "NOISE": 0.0}.items():
        monkeypatch.setattr(wide_base, name, value)
    small = small_model()
    ids = torch.tensor([[3, 14, 15, 9, 2]])
    with torch.no_grad():
        wide = wide_base.widened(small).eval()
        # New norms have a scale of one and no shift, like those that have not been trained.
        expected = small(input_ids=ids).last_hidden_state
        computed = wide(input_ids=ids).last_hidden_state
    assert torch.equal(computed[..., ::2], computed[..., 1::2])
    torch.testing.assert_close(computed[..., ::2], expected, atol=TOLERANCE, rtol=0)
