"""The loss of predicting masked tokens, computed at the masked positions alone."""

from typing import Any

import torch
from torch.nn.functional import cross_entropy
from transformers import Trainer

from ner.adaptation.masked_windows import MaskedBatches
from ner.tags import IGNORED
from ner.training.loop import mean_of_step


class MaskedPositions:
    """Restricts a model's head to the masked positions: the head is most of the work of a pass.

    Between body and head of a masked language model, the states ``[batch, length, hidden]`` become
    ``[1, n_masked, hidden]``, so that the logits are ``[1, n_masked, vocabulary]``.
    """

    def __init__(self, model: Any) -> None:
        self._positions: torch.Tensor | None = None
        model.base_model.register_forward_hook(self._pick)

    def summed_loss(self, model: Any, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """The sum of the cross entropies of a batch's masked tokens."""
        self._positions = batch["positions"]
        try:
            outputs = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"])
        finally:
            self._positions = None
        return cross_entropy(
            outputs.logits[0].float(), batch["labels"], ignore_index=IGNORED, reduction="sum"
        )

    def _pick(self, _module: Any, _arguments: Any, outputs: Any) -> Any:
        if self._positions is not None:
            states = outputs.last_hidden_state
            outputs["last_hidden_state"] = states.flatten(0, 1)[self._positions][None]
        return outputs


class MaskedTrainer(Trainer):  # type: ignore[misc]
    """A Trainer whose loss is the mean over all tokens masked in a step."""

    def __init__(self, *, positions: MaskedPositions, **arguments: Any) -> None:
        super().__init__(**arguments)
        # Makes the Trainer count the step's labels, by which the sum is divided.
        self.model_accepts_loss_kwargs = True
        self._positions = positions

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, torch.Tensor],
        return_outputs: bool = False,  # noqa: ARG002  (the Trainer's signature)
        num_items_in_batch: Any = None,
    ) -> torch.Tensor:
        """The batch's part of the step's mean."""
        summed = self._positions.summed_loss(model, inputs)
        return mean_of_step(summed, inputs["labels"], num_items_in_batch)


def mean_loss(
    model: Any, positions: MaskedPositions, batches: MaskedBatches, *, bf16: bool
) -> float:
    """The mean cross entropy of all masked tokens, with the model in evaluation mode."""
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    with (
        torch.inference_mode(),
        torch.autocast(model.device.type, dtype=torch.bfloat16, enabled=bf16),
    ):
        for index in range(len(batches)):
            batch = {name: tensor.to(model.device) for name, tensor in batches[index].items()}
            total += float(positions.summed_loss(model, batch))
            count += int((batch["labels"] != IGNORED).sum())
    model.train(was_training)
    return total / max(count, 1)
