"""Every effect of the loop is a place to die: ``python -m tests.effects`` tries them all.

A reference loop is run once; each commit, change of a file, write to Redis and request to Doccano
that it makes is a point. Then the loop is run once for each point and each way in which it can go
wrong there: the process is killed before or after it, or it fails. Left to itself, the loop must
end level with the reference: with the same store, the same versions and the same champion.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click

from tests.effects.effects import ways
from tests.effects.lane import ATTEMPTS, Result
from tests.effects.lanes import Lanes
from tests.effects.recorder import KILLED_AFTER, KILLED_BEFORE, Fault, Point, replaced

# The largest share of the faults that may not be reached, or one of a small sample.
NOT_REACHED = 0.01


@click.command(help=__doc__)
@click.option("--sample", type=click.IntRange(1), help="Try this many faults, drawn by --seed.")
@click.option("--seed", default="", help="What the sample is drawn by, such as a commit.")
@click.option("--only", default="", help="Try the faults whose line has these words.")
@click.option("--every", is_flag=True, help="Try all occurrences, not the first two and the last.")
@click.option("--lanes", default=os.cpu_count() or 1, show_default=True, help="Loops at a time.")
@click.option("--keep", type=click.Path(path_type=Path), help="A new folder that is kept.")
def main(
    sample: int | None, seed: str, only: str, every: bool, lanes: int, keep: Path | None
) -> None:
    """Tries the faults; the exit status says whether the loop ended level after all of them."""
    began = time.monotonic()
    with ExitStack() as stack:
        temporary = stack.enter_context(tempfile.TemporaryDirectory(prefix="effects-"))
        folder = (keep or Path(temporary)).absolute()
        running = Lanes(folder, lanes, stack)
        reference, left_out = running.prepare()
        points = reference.points if every else thinned(reference.points)
        faults = [fault for fault in faults_at(points) if only in str(fault)]
        if sample is not None and sample < len(faults):
            faults = random.Random(seed).sample(faults, sample)
        remark = f", {left_out} more come at times and are left out" if left_out else ""
        click.echo(
            f"{len(reference.points)} effects{remark}; {len(faults)} faults are tried at "
            f"{len({fault.point for fault in faults})} of them"
        )
        results = []
        for result, log in running.run(faults):
            results.append(result)
            click.echo(f"{len(results)}/{len(faults)} {_line(result)}")
            if result.struck and not result.is_level:
                click.echo(log if keep is None else "")
                (folder / f"failed-{len(results)}.log").write_text(f"{result.fault}\n{log}")
    click.echo(summary(results, time.monotonic() - began))
    sys.exit(0 if passed(results) else 1)


def thinned(points: Sequence[Point]) -> list[Point]:
    """Leaves out the middle of a row of effects that one function repeats in one process.

    The first two and the last stay: a file for each of ten checkpoints, a sign of life for each
    second, are the same place ten times.
    """
    last = {replaced(point, occurrence=0): point.occurrence for point in points}
    return [
        point
        for point in points
        if point.occurrence <= 2 or point.occurrence == last[replaced(point, occurrence=0)]
    ]


def faults_at(points: Sequence[Point]) -> list[Fault]:
    """Every way of going wrong at every point."""
    return [
        Fault(point, way)
        for point in points
        for way in (KILLED_BEFORE, KILLED_AFTER, *ways(point.kind, point.what))
    ]


def passed(results: Sequence[Result]) -> bool:
    """Whether every case that was reached ended level, and nearly all were reached.

    Effects such as a second look at an export that is not ready, or the heartbeat of a long job,
    come at times; those of a reference that was slow may never come again.
    """
    reached = [result for result in results if result.struck]
    few = len(results) - len(reached) <= max(1, NOT_REACHED * len(results))
    return few and all(result.is_level for result in reached)


def summary(results: Sequence[Result], seconds: float) -> str:
    """How many cases ended level, and how long that took for each kind of effect."""
    level = [result for result in results if result.is_level]
    reached = sum(result.struck for result in results)
    lines = [f"{len(level)} of {reached} ended level with the reference, in {seconds:.0f} s"]
    if reached < len(results):
        lines[0] += f"; not reached in {ATTEMPTS} attempts: {len(results) - reached}"
    kinds = Counter(result.fault.point.kind for result in level)
    for kind in sorted(kinds):
        took = [result.seconds for result in level if result.fault.point.kind == kind]
        lines.append(
            f"  {kind}: {kinds[kind]}, level again after {statistics.median(took):.1f} s in the "
            f"median, {max(took):.1f} s at most"
        )
    return "\n".join(lines)


def _line(result: Result) -> str:
    if result.is_level:
        return f"{result.fault}: level after {result.seconds:.1f} s"
    if not result.struck:
        return f"{result.fault}: not reached in {ATTEMPTS} attempts"
    return "\n    ".join([f"{result.fault}: FAILED", *result.problems])


if __name__ == "__main__":
    main()
