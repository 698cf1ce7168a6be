import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoModelForTokenClassification, TrainingArguments

from ner.training.loop import tagging_loss
from ner.training.micro_batches import MicroBatchTrainer, round_up, split_batch
from tests.support.models.tolerances import LOSS_RELATIVE, WEIGHT, WEIGHT_RELATIVE


def batch_of(lengths: list[int]) -> dict[str, torch.Tensor]:
    """Rows filled with their own number, padded with zeros to the longest."""
    ids = torch.zeros(len(lengths), max(lengths), dtype=torch.long)
    mask = torch.zeros_like(ids)
    labels = torch.full_like(ids, -100)
    for row, length in enumerate(lengths):
        ids[row, :length], mask[row, :length], labels[row, :length] = row + 1, 1, row % 3
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


@given(st.lists(st.integers(1, 60), min_size=1, max_size=20), st.integers(1, 200))
def test_pieces_have_every_row_whole_and_keep_the_limit(lengths: list[int], tokens: int) -> None:
    pieces = split_batch(batch_of(lengths), tokens)
    rows = [row for piece in pieces for row in piece["input_ids"]]
    length_of = {int(row[0]) - 1: int((row > 0).sum()) for row in rows}
    assert length_of == dict(enumerate(lengths))
    assert len(rows) == len(lengths)
    for piece in pieces:
        longest = int(piece["attention_mask"].sum(dim=1).max())
        assert len(piece["input_ids"]) * longest <= tokens or len(piece["input_ids"]) == 1
        assert piece["input_ids"].shape[1] == min(max(lengths), round_up(longest))
        assert {tensor.shape for tensor in piece.values()} == {piece["input_ids"].shape}


def test_lengths_are_rounded_up_by_little_to_few_values() -> None:
    rounded = {length: round_up(length) for length in range(1, 513)}
    assert all(length <= up < max(length + 8, 1.13 * length) for length, up in rounded.items())
    assert len({*rounded.values()}) == 32


def test_pieces_are_as_few_as_the_limit_allows() -> None:
    assert [len(p["input_ids"]) for p in split_batch(batch_of([16] * 8), 64)] == [4, 4]


def test_a_step_in_pieces_has_the_loss_and_the_gradient_of_the_whole(
    tiny_base: object, tmp_path: object
) -> None:
    model = AutoModelForTokenClassification.from_pretrained(
        str(tiny_base), num_labels=3, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    trainer = MicroBatchTrainer(
        model=model,
        args=TrainingArguments(output_dir=str(tmp_path), use_cpu=True, report_to="none"),
        compute_loss_func=tagging_loss,
    )
    # 4,000 tokens: five pieces on a CPU.
    batch = batch_of([400, 500, 100, 500, 500, 500, 500, 500, 500])
    model.config._attn_implementation = "eager"
    trainer.create_optimizer()
    items = (batch["labels"] != -100).sum()
    loss = trainer.training_step(model, batch, items)
    gradients = {name: weights.grad.clone() for name, weights in model.named_parameters()}
    model.zero_grad()
    outputs = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"])
    whole = tagging_loss({"logits": outputs.logits}, batch["labels"], items)
    whole.backward()
    torch.testing.assert_close(loss, whole.detach(), rtol=LOSS_RELATIVE, atol=0)
    for name, weights in model.named_parameters():
        torch.testing.assert_close(gradients[name], weights.grad, atol=WEIGHT, rtol=WEIGHT_RELATIVE)
