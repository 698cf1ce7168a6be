"""Embeddings of only those tokens that occur in a training.

A base model's table has 30,000 rows or more, half of a small model's weights, and a corpus uses a
few thousand of them. The others get no gradient, but each step would process them to sum gradients,
to clip and to update. With only the rows that occur, the trained weights are the same except that
other rows do not decay, in less time and memory.
"""

from collections.abc import Iterable
from typing import Any

import torch


class OccurringEmbedding(torch.nn.Module):
    """The rows of `ids` in a table, found by the table's ids; others raise IndexError on a CPU."""

    def __init__(self, table: torch.nn.Embedding, ids: torch.Tensor) -> None:
        """`ids` are ``[n]``, sorted and distinct."""
        super().__init__()
        row_of_id = torch.full((table.num_embeddings,), len(ids))
        row_of_id[ids] = torch.arange(len(ids))
        padding = table.padding_idx
        if padding is not None:
            padding = int(row_of_id[padding]) if padding in ids else None
        self.rows = torch.nn.Embedding(
            len(ids),
            table.embedding_dim,
            padding_idx=padding,
            _weight=table.weight.detach()[ids].clone(),
        )
        self.row_of_id: torch.Tensor
        self.register_buffer("row_of_id", row_of_id, persistent=False)
        self._ids = ids
        # In a tuple, so that torch neither trains nor saves it.
        self._table = (table,)

    @property
    def embedding_dim(self) -> int:
        """The width of a row."""
        return self.rows.embedding_dim

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """The rows of `ids`."""
        rows: torch.Tensor = self.rows(self.row_of_id[ids])
        return rows

    def written_back(self) -> torch.nn.Embedding:
        """The whole table, with the present rows written into it."""
        rows = self.rows.weight.detach()
        table = self._table[0].to(rows.device)
        with torch.no_grad():
            table.weight[self._ids.to(rows.device)] = rows
        return table


def occurring(ids: Iterable[Iterable[int]]) -> torch.Tensor:
    """The distinct ids, sorted."""
    return torch.tensor(sorted(set().union(*ids)))


def embed_occurring(model: Any, ids: torch.Tensor) -> None:
    """Reduces the model's embeddings to those of `ids`, until `write_back_occurring`."""
    model.set_input_embeddings(OccurringEmbedding(model.get_input_embeddings(), ids))


def write_back_occurring(model: Any) -> None:
    """Restores the model's whole table with the trained rows; calling it again changes nothing."""
    for module in [*model.modules()]:
        for name, child in [*module.named_children()]:
            if isinstance(child, OccurringEmbedding):
                setattr(module, name, child.written_back())
