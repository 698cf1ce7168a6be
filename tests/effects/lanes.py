"""Runs cases in several lanes at a time, each in a process of its own."""

import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path

from server.demo.local_doccano import (
    LocalDoccano,
    default_environment,
    ensure_doccano_environment,
)
from tests.effects.lane import Lane, Reference, Result
from tests.effects.outcome import differences
from tests.effects.recorder import Fault
from tests.effects.scenario import FIRST, SECOND
from tests.support.running.queue_server import running_valkey
from worker.queue.parent_death import die_with_parent

_lane: Lane


class ReferenceDiffers(Exception):
    """The loop ends differently in two lanes, without any fault."""


class Lanes:
    """The lanes, each with a Doccano, a Valkey and a process that its cases are forked from."""

    def __init__(self, folder: Path, number: int, stack: ExitStack) -> None:
        folder.mkdir(exist_ok=True)
        environment = ensure_doccano_environment(default_environment())
        build = get_context("fork").Process(target=_build_base_model, args=(folder / "base",))
        build.start()
        build.join()
        _import_all()
        self._pools = []
        for i in range(number):
            doccano = stack.enter_context(LocalDoccano(folder / f"doccano-{i}", environment))
            url = stack.enter_context(running_valkey(folder / f"queue-{i}"))
            lane = Lane(folder / f"loop-{i}", doccano, url, folder / "base")
            arguments = (lane, os.getpid())
            pool = ProcessPoolExecutor(
                1, get_context("fork"), initializer=_take, initargs=arguments
            )
            self._pools.append(stack.enter_context(pool))

    def prepare(self) -> tuple[Reference, int]:
        """Runs the loop without a fault in each lane; returns what is the same in all.

        The number is that of the points that not all lanes have, which are left out. Raises
        ReferenceDiffers.
        """
        futures = [pool.submit(_prepare_lane) for pool in self._pools]
        first, *others = [future.result() for future in futures]
        for other in others:
            lines = [
                line
                for expected, found in zip(first.outcomes, other.outcomes, strict=True)
                for line in differences(expected, found)
            ]
            if lines or other.turns != first.turns:
                raise ReferenceDiffers("; ".join([*lines, f"{first.turns}, {other.turns} turns"]))
        seen = [set(other.points) for other in others]
        stable = tuple(point for point in first.points if all(point in other for other in seen))
        left_out = len({*first.points}.union(*seen)) - len(stable)
        return Reference(stable, first.outcomes, first.turns), left_out

    def run(self, faults: Sequence[Fault]) -> Iterator[tuple[Result, str]]:
        """Runs the cases, each lane its next one when it is free; yields results with logs."""
        waiting = iter(faults)
        first = zip(self._pools, waiting, strict=False)
        running = {pool.submit(_run_case, fault): pool for pool, fault in first}
        while running:
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                pool = running.pop(future)
                if (fault := next(waiting, None)) is not None:
                    running[pool.submit(_run_case, fault)] = pool
                yield future.result()


def _build_base_model(folder: Path) -> None:
    # Here and not above: this process uses torch, and the one that the cases are forked from
    # must not.
    from tests.support.models.tiny_model import build_tiny_base_model

    build_tiny_base_model(folder, [sample.text for sample in (*FIRST, *SECOND)])


def _import_all() -> None:
    """Imports what the forked processes would import one by one."""
    import torch
    import transformers.trainer  # noqa: F401

    import worker.retrain.retrain  # noqa: F401
    from worker.queue.jobs import import_check

    torch.set_num_threads(1)
    import_check()


def _take(lane: Lane, parent: int) -> None:
    global _lane
    die_with_parent(parent, signal.SIGKILL)
    _lane = lane


def _prepare_lane() -> Reference:
    return _lane.prepare()


def _run_case(fault: Fault) -> tuple[Result, str]:
    result = _lane.run(fault)
    return result, "" if result.is_level else _lane.log()
