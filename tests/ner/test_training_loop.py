import numpy as np
import pytest
import torch

from ner.training_loop import tagging_loss


def test_equal_weights_are_the_plain_loss() -> None:
    torch.manual_seed(1)
    logits, labels = torch.randn(2, 5, 3), torch.tensor([[-100, 0, 1, 2, -100], [-100, 0, 0, 1, 2]])
    loss = tagging_loss(np.ones(3, dtype=np.float32))({"logits": logits}, labels)
    plain = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten())
    assert loss.item() == pytest.approx(plain.item(), rel=1e-5)


def test_a_tag_counts_as_much_as_its_weight() -> None:
    logits, labels = torch.zeros(1, 2, 3), torch.tensor([[0, 1]])
    loss = tagging_loss(np.array([0.5, 4.0, 1.0], dtype=np.float32))
    assert loss({"logits": logits}, labels).item() == pytest.approx(np.log(3) * 4.5 / 2)
    assert loss({"logits": logits}, labels, 9).item() == pytest.approx(np.log(3) * 4.5 / 9)
