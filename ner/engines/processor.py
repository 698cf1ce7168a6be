"""The kind of processor, on which the accuracy and the speed of a precision depend."""

import platform
from functools import cache
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")
# The first flag that the processor has names its kind: each multiplies faster than those below.
_KINDS = {
    "amx_int8": "amx",
    "avx512_bf16": "avx512_bf16",
    "avx512_vnni": "avx512_vnni",
    "avx_vnni": "avx_vnni",
    "avx512f": "avx512",
    "avx2": "avx2",
    "i8mm": "arm64_i8mm",
    "asimddp": "arm64_dotprod",
}


@cache
def processor_kind() -> str:
    """Such as ``amx``, ``avx512_vnni`` or ``avx2``; where it is unknown, the architecture's name.

    Processors of one kind have the same instructions for products of matrices.
    """
    flags = _flags()
    kind = next((kind for flag, kind in _KINDS.items() if flag in flags), None)
    return kind or platform.machine().lower() or "unknown"


def multiplies_bfloat16() -> bool:
    """Whether the processor has instructions for it; others take longer than in float32."""
    return processor_kind() in ("amx", "avx512_bf16")


def _flags() -> frozenset[str]:
    try:
        lines = CPU_INFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    named = (line.partition(":") for line in lines)
    return frozenset(
        flag
        for name, _, flags in named
        if name.strip() in ("flags", "Features")
        for flag in flags.split()
    )
