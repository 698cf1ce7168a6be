"""Whether the machine has a GPU that torch uses."""

from pathlib import Path

# The driver's folder, so that torch, which takes seconds, is only imported where there may be one.
NVIDIA_DRIVER = Path("/proc/driver/nvidia")


def has_gpu() -> bool:
    """Whether torch finds a GPU."""
    if not NVIDIA_DRIVER.exists():
        return False
    import torch

    return torch.cuda.is_available()
