"""A sample of `make faults`, another one for each commit."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FAULTS = 6


def test_a_sample_of_the_faults_leaves_the_loop_level() -> None:
    named = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    options = ["--sample", str(FAULTS), "--seed", named.stdout.strip()]
    tried = subprocess.run(
        [sys.executable, "-m", "tests.effects", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert tried.returncode == 0, tried.stdout + tried.stderr
    reached = int(tried.stdout.split(" ended level")[0].split()[-1])
    assert reached >= FAULTS - 1
