import os
import signal
import subprocess
import sys
from pathlib import Path

from ner.tagger import Tagger
from ner.training.options import TrainingOptions
from ner.training.training import train
from ner.training.versioning import write_version
from tests.support.models.easy_task import easy_documents
from tests.support.training.killed_training import CREATED_AT


def test_a_killed_training_is_finished_by_the_next_call(tiny_base: Path, tmp_path: Path) -> None:
    output, work = tmp_path / "out", tmp_path / "work"
    command = [
        sys.executable,
        "-m",
        "tests.support.training.killed_training",
        tiny_base,
        output,
        work,
    ]
    with subprocess.Popen(
        list(map(str, command)), stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]
    ) as process:
        assert process.stdout is not None
        checkpoints = (line for line in process.stdout if line.startswith("checkpoint"))
        next(checkpoints)
        next(checkpoints)
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert not output.exists()

    report = train(
        easy_documents(24),
        options=TrainingOptions(base_model=str(tiny_base), learning_rate=2e-3, epochs=10),
        output=output,
        work_dir=work,
    )
    assert report.resumed_from
    assert report.resumed_from < report.steps
    write_version(output, report, created_at=CREATED_AT)
    assert Tagger.load(output).labels == ("ORG",)
