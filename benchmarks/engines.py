"""Measures one forward pass of a BERT tagger in torch, ONNX Runtime and OpenVINO.

    .venv/bin/python -m benchmarks.engines [--shape minilm|bert-base] [--json FILE]

The weights are random: they cost what trained ones do. All engines compute the same inputs in turn,
in one process, with as many threads. ONNX Runtime is left out unless the packages onnx, onnxscript
and onnxruntime are installed.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import click
import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from transformers import BertConfig, BertForTokenClassification

from benchmarks.measuring.machine import this_machine
from ner.engines.engine import Ids
from ner.engines.export import export
from ner.engines.loading import OPENVINO_FOLDER
from ner.engines.openvino_engine import MODEL_FILES, options_of
from ner.engines.openvino_library import openvino
from ner.engines.precisions import PRECISIONS
from ner.engines.quantization import quantize
from ner.engines.token_vectors import TokenVectors

Forward: TypeAlias = Callable[[Ids, Ids], object]

SHAPES = {
    "minilm": {"hidden_size": 384, "num_hidden_layers": 6, "intermediate_size": 1536},
    "bert-base": {"hidden_size": 768, "num_hidden_layers": 12, "intermediate_size": 3072},
}
TOKEN_VECTORS = "bert.embeddings.word_embeddings.weight"
BATCHES = ((1, 32), (1, 128), (1, 384), (8, 384), (8, 512))
ROUNDS = 7


def model_of(shape: str) -> Any:
    """A BERT tagger of this shape with three tags and random weights."""
    torch.manual_seed(1)
    tags = dict(enumerate(("O", "B-ORG", "I-ORG")))
    config = BertConfig(num_attention_heads=12, id2label=tags, **SHAPES[shape])
    return BertForTokenClassification(config).eval()


def torch_forward(model: Any, *, bf16: bool) -> Forward:
    """A pass in float32, or with autocast to bfloat16."""

    def forward(ids: Ids, mask: Ids) -> object:
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            inputs = torch.from_numpy(ids), torch.from_numpy(mask)
            return model(input_ids=inputs[0], attention_mask=inputs[1]).logits

    return forward


def openvino_forward(folder: Path, precision: Any) -> Forward:
    """A pass of an exported model, with the look-up of its tokens."""
    core = openvino.Core()
    model = core.read_model(folder / OPENVINO_FOLDER / MODEL_FILES[precision])
    vectors = TokenVectors.open(folder, TOKEN_VECTORS)
    options = options_of(precision, threads=torch.get_num_threads())
    request = core.compile_model(model, "CPU", options).create_infer_request()
    return lambda ids, mask: request.infer(
        {"inputs_embeds": vectors.of(ids), "attention_mask": mask}, share_inputs=True
    )


def onnx_forwards(model: Any, folder: Path) -> Iterator[tuple[str, Forward]]:
    """Passes of ONNX Runtime in float32 and in its dynamic int8."""
    import onnxruntime
    from onnxruntime.quantization import quantize_dynamic

    plain, quantized = folder / "plain.onnx", folder / "int8.onnx"
    ids = torch.ones((2, 16), dtype=torch.long)
    axes = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    torch.onnx.export(
        model,
        kwargs={"input_ids": ids, "attention_mask": torch.ones_like(ids)},
        f=plain,
        dynamic_shapes={"input_ids": axes, "attention_mask": axes},
        dynamo=True,
        external_data=False,
    )
    quantize_dynamic(plain, quantized)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    for name, file in (("ONNX Runtime fp32", plain), ("ONNX Runtime int8", quantized)):
        session = onnxruntime.InferenceSession(file, options)
        yield name, partial(_run_onnx, session)


def _run_onnx(session: Any, ids: Ids, mask: Ids) -> object:
    return session.run(None, {"input_ids": ids, "attention_mask": mask})


def forwards(model: Any, folder: Path) -> dict[str, Forward]:
    """The engines by name."""
    found: dict[str, Forward] = {
        "torch fp32": torch_forward(model, bf16=False),
        "torch bf16": torch_forward(model, bf16=True),
    }
    if find_spec("onnxruntime") is not None:
        found |= onnx_forwards(model, folder)
    rng = np.random.default_rng(1)
    model.save_pretrained(folder)
    (folder / OPENVINO_FOLDER).mkdir()
    export(model, folder, longest=512)
    windows = [rng.integers(5, 30_000, 384).tolist() for _ in range(16)]
    for precision in ("int8", "int8_mixed"):
        quantize(folder, precision, windows)
    for precision in PRECISIONS[::-1]:
        found[f"OpenVINO {precision}"] = openvino_forward(folder, precision)
    return found


def measure(engines: dict[str, Forward], batch: int, tokens: int) -> dict[str, float]:
    """Median milliseconds of each engine over rounds in which all take their turn."""
    rng = np.random.default_rng(2)
    ids = rng.integers(5, 30_000, (batch, tokens))
    mask = np.ones_like(ids)
    taken: dict[str, list[float]] = {name: [] for name in engines}
    for number in range(ROUNDS + 2):
        for name, forward in engines.items():
            began = time.perf_counter()
            forward(ids, mask)
            if number > 1:  # the first two prepare this shape
                taken[name].append(1000 * (time.perf_counter() - began))
    return {name: round(statistics.median(each), 2) for name, each in taken.items()}


def operations(shape: str, batch: int, tokens: int) -> float:
    """Multiplications and additions of the matrix products in one pass, in 1e9."""
    size, layers, inner = (
        SHAPES[shape][key] for key in ("hidden_size", "num_hidden_layers", "intermediate_size")
    )
    weights = layers * (4 * size * size + 2 * size * inner)
    attention = layers * 2 * tokens * size
    return 2 * batch * tokens * (weights + attention) / 1e9


def peaks() -> dict[str, float]:
    """The best matrix product of torch in each precision, in 1e9 operations a second."""
    size = 2048
    left, right = torch.randn(size, size), torch.randn(size, size)
    halves = left.bfloat16(), right.bfloat16()
    whole = [torch.randint(-100, 100, (size, size), dtype=torch.int8) for _ in range(2)]
    products: dict[str, Callable[[], object]] = {
        "fp32": lambda: left @ right,
        "bf16": lambda: halves[0] @ halves[1],
        "int8": lambda: torch._int_mm(*whole),
    }
    return {name: 2 * size**3 / 1e9 / _fastest(product) for name, product in products.items()}


def _fastest(product: Callable[[], object]) -> float:
    """Seconds of the fastest of some calls."""
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        product()
        taken.append(time.perf_counter() - began)
    return min(taken)


def shares(
    shape: str, figures: dict[str, dict[str, float]], best: dict[str, float]
) -> dict[str, dict[str, float]]:
    """Of each engine and batch: its operations a second as a share of the best product's."""
    found: dict[str, dict[str, float]] = {}
    for (batch, tokens), row in zip(BATCHES, figures.values(), strict=True):
        work = operations(shape, batch, tokens)
        found[f"{batch} × {tokens}"] = {
            name: round(
                1000 * work / milliseconds / best[name.split()[-1].removesuffix("_mixed")], 3
            )
            for name, milliseconds in row.items()
        }
    return found


@click.command()
@click.option("--shape", type=click.Choice([*SHAPES]), default="minilm", show_default=True)
@click.option("--json", "output", type=click.Path(path_type=Path), help="Write the figures here.")
def main(shape: str, output: Path | None) -> None:
    """Print the milliseconds of a forward pass in each engine, and what share of the peak that is.

    The peak is that of torch's product of two matrices of 2048 × 2048 in the same precision.
    """
    with tempfile.TemporaryDirectory() as folder:
        engines = forwards(model_of(shape), Path(folder))
        figures = {f"{b} × {n}": measure(engines, b, n) for b, n in BATCHES}
    best = peaks()
    of_peak = shares(shape, figures, best)
    table = Table("batch × tokens", *engines, title=f"{shape} on {this_machine()}")
    for name, row in figures.items():
        cells = (f"{row[each]:.1f} ({of_peak[name][each]:.0%})" for each in engines)
        table.add_row(name, *cells)
    Console(width=160).print(table)
    click.echo("In brackets: of the best product of matrices in the precision, which does")
    click.echo(", ".join(f"{value:.0f} GFLOP/s in {name}" for name, value in best.items()))
    if output is not None:
        content = {
            "machine": str(this_machine()),
            "shape": shape,
            "milliseconds": figures,
            "peaks_gflops": {name: round(value) for name, value in best.items()},
            "share_of_peak": of_peak,
        }
        output.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
