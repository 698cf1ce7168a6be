from pathlib import Path
from typing import Any

import pytest
import torch

from ner.models.base_model import load_config, load_tokenizer, load_weights
from ner.models.casing import CasedEmbedding, keep_case
from ner.models.occurring_tokens import (
    OccurringEmbedding,
    embed_occurring,
    occurring,
    write_back_occurring,
)
from ner.models.tagging_model import build_model
from tests.support.models.tolerances import WEIGHT, WEIGHT_RELATIVE


@pytest.fixture
def model(tiny_base: Path) -> Any:
    torch.manual_seed(1)
    config = load_config(str(tiny_base))
    return load_weights(str(tiny_base), config, trained=False, attention="eager").eval()


def train(model: Any, batches: list[torch.Tensor]) -> None:
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0.0)
    for batch in batches:
        loss = model(input_ids=batch).logits.square().mean()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()


def test_occurring_ids_are_distinct_and_sorted() -> None:
    assert occurring([[5, 3, 5], [9], [3]]).tolist() == [3, 5, 9]


def test_a_training_ends_with_the_weights_that_the_whole_table_ends_with(
    model: Any, tiny_base: Path
) -> None:
    batches = [torch.tensor([[2, 7, 9, 3], [2, 11, 7, 3]]), torch.tensor([[2, 12, 9, 3]])]
    whole = load_weights(
        str(tiny_base), load_config(str(tiny_base)), trained=False, attention="eager"
    ).eval()
    whole.load_state_dict(model.state_dict())
    train(whole, batches)

    embed_occurring(model, occurring([[2, 3, 7, 9, 11, 12, 20]]))
    train(model, batches)
    write_back_occurring(model)

    trained, expected = model.state_dict(), whole.state_dict()
    assert trained.keys() == expected.keys()
    for name in expected:
        torch.testing.assert_close(trained[name], expected[name], atol=WEIGHT, rtol=WEIGHT_RELATIVE)


def test_only_the_rows_that_occur_are_trained(model: Any) -> None:
    size = model.get_input_embeddings().num_embeddings
    before = sum(weights.numel() for weights in model.parameters())
    embed_occurring(model, torch.tensor([2, 3, 7]))
    left = sum(weights.numel() for weights in model.parameters())
    assert before - left == (size - 3) * model.config.hidden_size
    assert not any(name.endswith("row_of_id") for name in model.state_dict())


def test_any_other_id_is_an_error_and_not_another_row(model: Any) -> None:
    embed_occurring(model, torch.tensor([2, 3, 7]))
    with pytest.raises(IndexError):
        model(input_ids=torch.tensor([[2, 8, 3]]))


@pytest.mark.parametrize(("ids", "kept"), [([4, 6], None), ([0, 4, 6], 0), ([4, 5, 6], 1)])
def test_padding_learns_nothing_as_before(ids: list[int], kept: int | None) -> None:
    padding = 5 if 5 in ids else 0
    table = torch.nn.Embedding(8, 3, padding_idx=padding)
    rows = OccurringEmbedding(table, torch.tensor(ids))
    assert rows.rows.padding_idx == kept
    torch.autograd.backward(rows(torch.tensor(ids)).sum())
    gradient = rows.rows.weight.grad
    assert gradient is not None
    assert (gradient == 0).all(dim=1).tolist() == [number == padding for number in ids]


def test_cased_forms_share_the_row_of_their_piece(tiny_base: Path) -> None:
    tokenizer = load_tokenizer(str(tiny_base))
    casing = keep_case(tokenizer)
    assert casing is not None
    form = int((casing.kinds > 0).nonzero()[0])
    piece = int(casing.pieces[form])
    tagging = build_model(
        str(tiny_base),
        tokenizer,
        ["A"],
        warm=False,
        dropout=0.0,
        attention="eager",
        casing=casing,
        ids=torch.tensor([2, 3, form]),
    )
    cased = tagging.model.get_input_embeddings()
    assert isinstance(cased, CasedEmbedding)
    assert isinstance(cased.plain, OccurringEmbedding)
    assert len(cased.plain.rows.weight) == 3
    with torch.no_grad():
        cased.plain.rows.weight += 1.0
        seen = cased(torch.tensor([2, piece, form]))
    others = [i for i in range(casing.plain_size) if i not in (2, 3, piece)]
    original = cased.plain._table[0].weight[others].clone()

    tagging.finish()
    table = tagging.model.get_input_embeddings()
    assert type(table) is torch.nn.Embedding
    assert table.num_embeddings == len(tokenizer) == tagging.model.config.vocab_size
    torch.testing.assert_close(table.weight[[2, piece, form]], seen)
    torch.testing.assert_close(table.weight[others], original)
