import subprocess
import sys
from pathlib import Path

HELD = 2**26
PROGRAM = f"""
from benchmarks.measuring.peak_memory import peak_memory
peaks = [peak_memory()]
held = bytearray({HELD})
peaks.append(peak_memory())
del held
peaks.append(peak_memory())
print(*peaks)
"""


def test_the_peak_is_the_process_own_and_stays_when_memory_is_given_back() -> None:
    large_parent = b"x" * (3 * HELD)
    shown = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        check=True,
    )
    before, holding, after = map(int, shown.stdout.split())
    assert before < len(large_parent)
    # Linux adds up its counts of pages only now and then.
    assert holding > before + 0.95 * HELD
    assert after > before + 0.95 * HELD
