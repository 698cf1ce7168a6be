"""The device of a training, its precision, and the fastest implementation of attention there."""

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
    """Makes a Trainer use one GPU, where it would give a batch to every visible one at each step.

    A step would then learn from more windows than planned.
    """
    # Reading `n_gpu` makes the arguments count the GPUs, which they do only once.
    arguments._n_gpu = min(1, arguments.n_gpu)
    return arguments


def supports_bf16() -> bool:
    """Whether the device computes in bfloat16 natively; on other devices autocast costs time."""
    if on_cpu():
        capabilities = torch.cpu.get_capabilities()
        return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
    return torch.cuda.is_available() and torch.cuda.is_bf16_supported(including_emulation=False)


def uses_bf16(options: TrainingOptions) -> bool:
    """Whether a training computes in bfloat16: as chosen, or else if the device supports it."""
    return supports_bf16() if options.bf16 is None else options.bf16


def attention_for(*, bf16: bool) -> str | None:
    """The implementation of attention to train with, or None for the architecture's own choice.

    Plain ("eager") attention is faster on a CPU in bfloat16, and only there.
    """
    return "eager" if bf16 and on_cpu() else None
