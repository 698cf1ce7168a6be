import platform
from dataclasses import replace

import torch

from benchmarks.measuring.machine import this_machine
from tests.support.training.measured_cells import MACHINE


def test_a_machine_is_shown_with_its_features_and_accelerator() -> None:
    assert str(MACHINE) == "2 cores of Z80, avx2, torch threads: 1, Python 3.11.7"
    assert str(replace(MACHINE, features=(), accelerator="H100")) == (
        "2 cores of Z80, H100, torch threads: 1, Python 3.11.7"
    )


def test_this_machine_is_the_one_that_torch_runs_on() -> None:
    machine = this_machine()
    assert machine.threads == torch.get_num_threads()
    assert machine.python == platform.python_version()
    assert machine.processor
    assert machine.cores >= 1
    assert ("avx2" in machine.features) == bool(torch.cpu.get_capabilities().get("avx2"))
