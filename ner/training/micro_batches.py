"""Splits a step's batch into pieces that suit the device's memory and caches."""

from collections.abc import Mapping
from typing import Any

import torch
from transformers import Trainer

# Padded tokens in one piece; a batch of 8 windows of 384 has about 3,000. Small pieces take less
# memory, but leave an accelerator idle.
CPU_TOKENS = 1152
ACCELERATOR_TOKENS = 16_384

Batch = Mapping[str, torch.Tensor]


def split_batch(batch: Batch, tokens: int) -> list[dict[str, torch.Tensor]]:
    """Splits a right-padded batch into batches of at most `tokens` tokens, shortest rows first.

    Tokens are counted before rounding: each piece is as wide as its longest row, rounded up by
    `round_up`. A row longer than `tokens` is a piece by itself. Every tensor is ``[rows, width]``;
    ``attention_mask`` says how long a row is.
    """
    lengths = batch["attention_mask"].sum(dim=1)
    width = batch["attention_mask"].shape[1]
    pieces: list[list[int]] = [[]]
    for row in lengths.argsort(stable=True).tolist():
        if pieces[-1] and (len(pieces[-1]) + 1) * int(lengths[row]) > tokens:
            pieces.append([])
        pieces[-1].append(row)
    widths = [min(width, round_up(int(lengths[rows[-1]]))) for rows in pieces]
    return [
        {name: tensor[rows, :columns] for name, tensor in batch.items()}
        for rows, columns in zip(pieces, widths, strict=True)
    ]


def round_up(length: int) -> int:
    """The length rounded up to a multiple of 8 up to 128, of 16 up to 256, of 32 up to 512 etc.

    The CPU's kernels keep memory for each new shape (oneDNN's cache): with every length a shape of
    its own, a training grew beyond 2 GiB.
    """
    step = max(8, 1 << max(0, (length - 1).bit_length() - 4))
    return -(-length // step) * step


def tokens_at_once(device: torch.device) -> int:
    """The number of padded tokens that go through the model together."""
    return CPU_TOKENS if device.type == "cpu" else ACCELERATOR_TOKENS


class MicroBatchTrainer(Trainer):  # type: ignore[misc]
    """Processes each batch in pieces before one step: the same gradient with less memory.

    The loss must be a sum divided by `num_items_in_batch`, as every `compute_loss_func` here is.
    """

    def training_step(
        self, model: Any, inputs: Batch, num_items_in_batch: torch.Tensor | int | None = None
    ) -> torch.Tensor:
        """The loss of the whole batch, its gradients added to the model's."""
        losses = [
            super(MicroBatchTrainer, self).training_step(model, piece, num_items_in_batch)
            for piece in split_batch(inputs, tokens_at_once(self.args.device))
        ]
        return torch.stack(losses).sum()
