"""The loss of guessing masked tokens, computed where tokens are masked and nowhere else."""

from typing import Any

import torch
from torch.nn.functional import cross_entropy
from transformers import Trainer

from ner.adaptation.masked_windows import MaskedBatches
from ner.tags import IGNORED
from ner.training.loop import mean_of_step


class MaskedPlaces:
    """Lets a model's head see the masked places alone: its vocabulary is most of a pass's work.

    Between body and head of a masked language model, the states ``[batch, length, hidden]`` become
    ``[1, n_masked, hidden]``, so that the logits are ``[1, n_masked, vocabulary]``.
    """

    def __init__(self, model: Any) -> None:
        self._places: torch.Tensor | None = None
        model.base_model.register_forward_hook(self._pick)

    def summed_loss(self, model: Any, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """The sum of the cross entropies of a batch's masked tokens."""
        self._places = batch["places"]
        try:
            outputs = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"])
        finally:
            self._places = None
        return cross_entropy(
            outputs.logits[0].float(), batch["labels"], ignore_index=IGNORED, reduction="sum"
        )

    def _pick(self, _module: Any, _arguments: Any, outputs: Any) -> Any:
        if self._places is not None:
            states = outputs.last_hidden_state
            outputs["last_hidden_state"] = states.flatten(0, 1)[self._places][None]
        return outputs


class MaskedTrainer(Trainer):  # type: ignore[misc]
    """A Trainer with this loss, its mean being over the tokens masked in a whole step."""

    def __init__(self, *, places: MaskedPlaces, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.model_accepts_loss_kwargs = True  # it then counts the step's labels for the mean
        self._places = places

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, torch.Tensor],
        return_outputs: bool = False,  # noqa: ARG002  (the Trainer's signature)
        num_items_in_batch: Any = None,
    ) -> torch.Tensor:
        """The batch's part of the step's mean."""
        summed = self._places.summed_loss(model, inputs)
        return mean_of_step(summed, inputs["labels"], num_items_in_batch)


def mean_loss(model: Any, places: MaskedPlaces, batches: MaskedBatches, *, bf16: bool) -> float:
    """The mean cross entropy of all masked tokens, the model being as it is in use."""
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    with (
        torch.inference_mode(),
        torch.autocast(model.device.type, dtype=torch.bfloat16, enabled=bf16),
    ):
        for index in range(len(batches)):
            batch = {name: each.to(model.device) for name, each in batches[index].items()}
            total += float(places.summed_loss(model, batch))
            count += int((batch["labels"] != IGNORED).sum())
    model.train(was_training)
    return total / max(count, 1)
