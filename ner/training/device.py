"""What a training computes on: the device, its precision, the attention that is fastest there."""

import torch
from transformers import TrainingArguments

from ner.training.options import TrainingOptions


def on_cpu() -> bool:
    """Whether there is no accelerator to train on."""
    return not torch.accelerator.is_available()


def training_device() -> torch.device:
    """The accelerator, or the CPU where there is none."""
    accelerator = None if on_cpu() else torch.accelerator.current_accelerator()
    return accelerator or torch.device("cpu")


def one_device(arguments: TrainingArguments) -> TrainingArguments:
    """Keeps a Trainer from giving every visible GPU a batch of its own at each step.

    A step would then learn from more windows than the plan says.
    """
    # Read first: the arguments count the GPUs once, and go by this from then on.
    arguments._n_gpu = min(1, arguments.n_gpu)
    return arguments


def supports_bf16() -> bool:
    """Whether the device computes in bfloat16 itself; where it does not, autocast costs time."""
    if on_cpu():
        able = torch.cpu.get_capabilities()
        return bool(able.get("avx512_bf16") or able.get("amx_bf16"))
    return torch.cuda.is_available() and torch.cuda.is_bf16_supported(including_emulation=False)


def uses_bf16(options: TrainingOptions) -> bool:
    """Whether a training computes in bfloat16: as chosen, or where the device does it itself."""
    return supports_bf16() if options.bf16 is None else options.bf16


def attention_for(*, bf16: bool) -> str | None:
    """The implementation of attention to train with, None for the architecture's own choice.

    On a CPU plain attention is the faster one in bfloat16, and only there.
    """
    return "eager" if bf16 and on_cpu() else None
