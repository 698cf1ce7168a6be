"""Whether disk and memory are enough for the trainings and versions that are configured."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from humanize import naturalsize

from ner.models.base_model_facts import BaseModelFacts
from server.cli.preflight.champions import training_finding
from worker.connecting.connection import Finding, FindingLevel
from worker.settings import Settings

# Measured with the bundled model (91 MB) and a BERT of the base shape (438 MB) on a CPU, one epoch:
# a version of 2.2 and 1.9 times the base model's weights, of which its models for OpenVINO are 0.4
# and 0.6, checkpoints and version together at most 5.2 and 7.7 times, memory of 1.4 and 3.2 GB.
VERSION_SHARE = 2.2
TRAINING_SHARE = 8.0
MEMORY_SHARE = 5.0
MEMORY_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes on the disk of the data directory and in memory, for what is configured and free.

    `disk_least` is for one training, `disk_wanted` for all versions that retention keeps; without
    `sizes_known`, some base models count as nothing in them.
    """

    sizes_known: bool
    disk_least: int
    disk_wanted: int
    disk_free: int
    memory_wanted: int
    memory_free: int


def measure_room(
    settings: Settings, projects: list[str], known: Mapping[str, BaseModelFacts]
) -> Room:
    """Estimates the room that these projects need, and measures what is free.

    Base models of unknown size count as nothing.
    """
    names = {settings.base_model_of(project) for project in projects}
    sizes_known = all(name in known and known[name].weights_bytes is not None for name in names)
    weights = {name: facts.weights_bytes or 0 for name, facts in known.items()}
    used = [(settings.project(p), weights.get(settings.base_model_of(p), 0)) for p in projects]
    largest = max((size for _, size in used), default=0)
    kept = sum(project.keep_versions * VERSION_SHARE * size for project, size in used)
    training = TRAINING_SHARE * largest
    return Room(
        sizes_known=sizes_known,
        disk_least=int(training),
        disk_wanted=max(int(training), int(kept + training) - _bytes_in(settings.models_dir)),
        disk_free=shutil.disk_usage(_existing(settings.data_dir)).free,
        memory_wanted=int(MEMORY_BYTES + MEMORY_SHARE * largest),
        memory_free=free_memory(),
    )


def judge_room(room: Room, folder: Path, champions: Mapping[str, str]) -> list[Finding]:
    """Too little for one training is a problem on the disk, unless a champion answers.

    Memory is an estimate, and may swap. What is not known is not said to be enough.
    """
    disk = f"{naturalsize(room.disk_free)} are free in {folder}"
    findings = []
    if room.disk_free < room.disk_least:
        findings.append(
            training_finding(
                f"{disk}, and a training needs about {naturalsize(room.disk_least)}: make room, "
                "set NERLOOP_DATA_DIR to a larger disk, or choose a smaller base model",
                champions,
                fails="the next training",
            )
        )
    elif room.disk_free < room.disk_wanted:
        findings.append(
            Finding(
                FindingLevel.WARNING,
                f"{disk}, and the models that are kept will need about "
                f"{naturalsize(room.disk_wanted)}: make room, or lower keep_versions",
            )
        )
    if room.memory_free < room.memory_wanted:
        findings.append(
            Finding(
                FindingLevel.WARNING,
                f"{naturalsize(room.memory_free)} of memory are free, and a training needs about "
                f"{naturalsize(room.memory_wanted)}: free memory, or choose a smaller base model",
            )
        )
    if findings or not room.sizes_known:
        return findings
    return [
        Finding(
            FindingLevel.FINE,
            f"disk: {naturalsize(room.disk_free)} free, models need about "
            f"{naturalsize(room.disk_wanted)}; memory: {naturalsize(room.memory_free)} free, a "
            f"training needs about {naturalsize(room.memory_wanted)}",
        )
    ]


def free_memory() -> int:
    """The memory that this process may still use, by the container's limit or the machine's."""
    free = _available()
    limit, used = (
        _number(Path("/sys/fs/cgroup") / f"memory.{name}") for name in ("max", "current")
    )
    return free if limit is None or used is None else min(free, max(0, limit - used))


def _available() -> int:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:  # not Linux
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    values = dict(line.split(":", 1) for line in lines)
    return int(values["MemAvailable"].split()[0]) * 1024


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):  # no such limit
        return None


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
