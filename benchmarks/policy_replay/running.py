"""Makes the trainings of a replay that are missing, one after the other."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import click
from pydantic import TypeAdapter

from benchmarks.corpora import MeasuredCorpus, read_folder
from benchmarks.job_process import Say, run_process
from benchmarks.policy_replay.cell import ReplayCell, key_of, replay_file
from benchmarks.policy_replay.sequence import APPROVED, ReplayJob, ReplaySetting, jobs_of


def make_sequence(
    setting: ReplaySetting, seed: int, out: Path, say: Say, *, last: int = APPROVED[-1]
) -> list[ReplayCell]:
    """The cells of a sequence: those kept in `out`, and the others, which are made now.

    Raises CorpusError for a corpus that is too small, click.ClickException when a training fails.
    """
    corpus = read_folder(setting.folder)
    jobs = jobs_of(setting, seed, last)
    missing = missing_jobs(jobs, corpus, out)
    say(f"{setting.corpus} seed {seed}: {len(jobs)} trainings, {len(missing)} of them to make")
    for job in missing:
        say(str(job))
        as_json = TypeAdapter(ReplayJob).dump_json(job).decode()
        if not run_process("benchmarks.policy_replay.process", [as_json, str(out)], say):
            raise click.ClickException(f"{job} failed, see above; the same command tries it again")
        if job.before and job.kind == "honest":
            shutil.rmtree(job.before.model(out), ignore_errors=True)
    shutil.rmtree(jobs[-1].model(out), ignore_errors=True)
    return kept_sequence(setting, seed, out, last=last)


def kept_sequence(
    setting: ReplaySetting, seed: int, out: Path, *, last: int = APPROVED[-1]
) -> list[ReplayCell]:
    """The cells of a sequence that are kept in `out`, whatever code made them."""
    kept = replay_file(setting.path(out))
    found = [kept.find(job.identity) for job in jobs_of(setting, seed, last)]
    return [cell for cell in found if cell is not None]


def missing_jobs(jobs: Sequence[ReplayJob], corpus: MeasuredCorpus, out: Path) -> list[ReplayJob]:
    """The jobs without a cell of their key, and those whose models they have to continue from."""
    kept = replay_file(jobs[0].setting.path(out))
    cells = {cell.identity: cell for cell in kept.read()}
    missing: list[ReplayJob] = []
    for job in reversed(jobs):
        cell = cells.get(job.identity)
        is_kept = cell is not None and cell.key == key_of(job, corpus)
        needed = any(later.before == job for later in missing) and not job.model(out).is_dir()
        if not is_kept or needed:
            missing.append(job)
    return missing[::-1]
