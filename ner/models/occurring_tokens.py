"""Embeddings of the tokens that occur in a training, and of no others.

A base model's table has 30,000 rows and more, half of a small model, and a corpus meets a few
thousand of them. The others get no gradient, yet each step would go through them: to sum gradients,
to clip and to update. With only the rows that occur the outcome is the same but for the decay of
rows that never occurred, in less time and memory.
"""

from collections.abc import Iterable
from typing import Any

import torch


class OccurringEmbedding(torch.nn.Module):
    """Takes a table's ids, of which only `ids` may come; any other raises IndexError on a CPU."""

    def __init__(self, table: torch.nn.Embedding, ids: torch.Tensor) -> None:
        """`ids` are ``[n]``, each once and in order."""
        super().__init__()
        places = torch.full((table.num_embeddings,), len(ids))
        places[ids] = torch.arange(len(ids))
        padding = table.padding_idx
        if padding is not None:
            padding = int(places[padding]) if padding in ids else None
        self.rows = torch.nn.Embedding(
            len(ids),
            table.embedding_dim,
            padding_idx=padding,
            _weight=table.weight.detach()[ids].clone(),
        )
        self.places: torch.Tensor
        self.register_buffer("places", places, persistent=False)
        self._ids = ids
        # In a tuple, so that it is no part of what is trained and saved.
        self._table = (table,)

    @property
    def embedding_dim(self) -> int:
        """As of the table."""
        return self.rows.embedding_dim

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """The rows of `ids`."""
        rows: torch.Tensor = self.rows(self.places[ids])
        return rows

    def written_back(self) -> torch.nn.Embedding:
        """The table, with the rows as they are now."""
        rows = self.rows.weight.detach()
        table = self._table[0].to(rows.device)
        with torch.no_grad():
            table.weight[self._ids.to(rows.device)] = rows
        return table


def occurring(ids: Iterable[Iterable[int]]) -> torch.Tensor:
    """Each id once, in order."""
    return torch.tensor(sorted(set().union(*ids)))


def embed_occurring(model: Any, ids: torch.Tensor) -> None:
    """Leaves the model with embeddings for `ids` alone, until `write_back_occurring`."""
    model.set_input_embeddings(OccurringEmbedding(model.get_input_embeddings(), ids))


def write_back_occurring(model: Any) -> None:
    """Gives the model its whole table again, with the rows as they were trained; once is enough."""
    for module in [*model.modules()]:
        for name, child in [*module.named_children()]:
            if isinstance(child, OccurringEmbedding):
                setattr(module, name, child.written_back())
