"""The machine that figures were measured on."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Hardware and Python; `features` are instruction sets that speed training up."""

    processor: str
    cores: int
    threads: int
    features: tuple[str, ...]
    accelerator: str
    python: str

    def __str__(self) -> str:
        parts = [f"{self.cores} cores of {self.processor}", *self.features]
        if self.accelerator:
            parts.append(self.accelerator)
        return ", ".join([*parts, f"torch threads: {self.threads}", f"Python {self.python}"])


def this_machine() -> Machine:
    """This machine, with the threads and accelerator that torch has in this process."""
    import torch

    able = torch.cpu.get_capabilities()
    known = ("avx2", "avx512_f", "avx512_bf16", "avx512_vnni", "amx_bf16")
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count() or 1,
        threads=torch.get_num_threads(),
        features=tuple(name for name in known if able.get(name)),
        accelerator=torch.cuda.get_device_name() if torch.cuda.is_available() else "",
        python=platform.python_version(),
    )


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
