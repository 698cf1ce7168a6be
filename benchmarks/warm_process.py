"""One training of `benchmarks.warm` in a process of its own: its job, its results' folder."""

import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from benchmarks.cell_process import end_with_parent
from benchmarks.corpora import read_folder
from benchmarks.machine import code_state, this_machine
from benchmarks.warm_rounds import (
    PARTS,
    Counts,
    RoundCell,
    RoundJob,
    documents_of,
    key_of,
    write_round,
)
from ner.errors import NerloopError
from ner.manifest import library_versions
from ner.matching import strict_counts
from ner.spans import Document
from ner.tagger import Tagger


def measure(job: RoundJob, out: Path) -> RoundCell:
    """Train and score; the model of the start and of a warm round stays in `out` for the next."""
    from ner.training import train
    from ner.versioning import write_version

    code, corpus = code_state(), read_folder(job.setting.folder)
    documents = documents_of(job, corpus)
    warm_from = job.before.model(out) if job.kind == "warm" else None
    with tempfile.TemporaryDirectory(prefix="nerloop-round-") as name:
        output = job.model(out) if job.is_in_chain else Path(name) / "model"
        shutil.rmtree(output, ignore_errors=True)
        report = train(
            documents.train,
            options=job.setting.options(job.seed, warm_from),
            output=output,
            work_dir=Path(name) / "work",
        )
        write_version(output, report, created_at=datetime.now(UTC))
        tagger = Tagger.load(output)
        counts = {part: _counts(tagger, documents.part(part)) for part in PARTS}
    return RoundCell(
        key=key_of(job, corpus),
        corpus=job.setting.corpus,
        seed=job.seed,
        round=job.round,
        kind=job.kind,
        documents=report.documents,
        passed_over=report.passed_over,
        windows=report.windows,
        steps=report.steps,
        seconds=report.seconds,
        counts=counts,
        machine=this_machine(),
        libraries=library_versions(),
        code=code,
        made_at=datetime.now(UTC),
    )


def _counts(tagger: Tagger, documents: tuple[Document, ...]) -> Counts:
    predictions = tagger.predict([document.text for document in documents])
    rows = strict_counts(documents, [prediction.spans for prediction in predictions])
    return tuple((int(correct), int(predicted), int(gold)) for correct, predicted, gold in rows)


def main() -> None:
    """`python -m benchmarks.warm_process JOB OUT`, the job as JSON."""
    job, out = TypeAdapter(RoundJob).validate_json(sys.argv[1]), Path(sys.argv[2])
    try:
        end_with_parent()
        write_round(job.path(out), measure(job, out))
    except NerloopError as error:
        sys.exit(f"{job}: {error}")
    except KeyboardInterrupt:
        sys.exit(f"{job}: interrupted")


if __name__ == "__main__":
    main()
