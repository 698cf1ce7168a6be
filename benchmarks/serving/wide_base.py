"""Makes a base model of the shape of bert-base from the bundled one, which needs no download.

.venv/bin/python -m benchmarks.serving.wide_base FOLDER

Each of the bundled model's 6 layers of 384 dimensions becomes one of 768 that computes the same,
every dimension twice (Net2Net, Chen et al. 2016), followed by one that changes little; training
does the rest. It is for measuring times, not for quality.
"""

from pathlib import Path

import click
import torch
from transformers import AutoTokenizer, BertConfig, BertModel

from ner.models.base_model import resolve_base_model

LAYERS, WIDTH, HEADS, INNER = 12, 768, 12, 3_072
# Without it both halves of every layer would stay the same for ever.
NOISE = 0.02


def widened(small: BertModel) -> BertModel:
    """A model of the shape of bert-base that computes nearly what the small one does."""
    config = BertConfig.from_dict(
        {
            **small.config.to_dict(),
            "num_hidden_layers": LAYERS,
            "hidden_size": WIDTH,
            "num_attention_heads": HEADS,
            "intermediate_size": INNER,
        }
    )
    wide = BertModel(config, add_pooling_layer=False)
    source, target = small.state_dict(), wide.state_dict()
    for name, tensor in target.items():
        original, is_new = _origin(name)
        value = _doubled(source[original], tensor.shape)
        if "attention.self.query" in name:
            # The product of twice as many dimensions is divided by the root of twice as many.
            value = value / 2**0.5
        if is_new and "output.dense" in name:
            value = torch.zeros_like(value)
        if is_new and "LayerNorm" in name:
            value = torch.full_like(value, _neutral(source, original))
        if value.dim() == 2:
            value = value + NOISE * value.std() * torch.randn_like(value)
        tensor.copy_(value)
    return wide


def _origin(name: str) -> tuple[str, bool]:
    """The small model's parameter, and whether the layer is one that it does not have."""
    if not name.startswith("encoder.layer."):
        return name, False
    _, _, number, rest = name.split(".", 3)
    return f"encoder.layer.{int(number) // 2}.{rest}", int(number) % 2 == 1


def _neutral(source: dict[str, torch.Tensor], name: str) -> float:
    """The scale or shift with which a normalization of the layer's output changes little."""
    output = f"{name.partition('.attention')[0].partition('.output')[0]}.output.LayerNorm"
    scale, shift = source[f"{output}.weight"], source[f"{output}.bias"]
    if name.endswith("bias"):
        return float(shift.mean())
    return float((scale.square().mean() + shift.var()).sqrt())


def _doubled(small: torch.Tensor, shape: torch.Size) -> torch.Tensor:
    """Repeats each dimension; a sum over twice as many inputs has weights half as large."""
    value = small
    for dimension, (before, after) in enumerate(zip(small.shape, shape, strict=True)):
        if after == 2 * before:
            # Neighbours, so that both copies of a dimension are in the same head.
            value = value.repeat_interleave(2, dim=dimension)
    summed = small.dim() == 2 and shape[1] == 2 * small.shape[1] and shape[0] == 2 * small.shape[0]
    return value / 2 if summed else value


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def main(folder: Path) -> None:
    """Write the base model and its tokenizer to FOLDER."""
    torch.manual_seed(1)
    path = resolve_base_model("bundled")
    with torch.no_grad():
        model = widened(BertModel.from_pretrained(path, add_pooling_layer=False))
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(path).save_pretrained(folder)
    click.echo(f"{sum(p.numel() for p in model.parameters()):,} parameters in {folder}")


if __name__ == "__main__":
    main()
