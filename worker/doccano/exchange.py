"""Exports and imports, which Doccano's task worker runs: starts them, waits, fetches the result."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ner.errors import DoccanoRejected, DoccanoUnavailable
from worker.doccano.models import ExportedExample, ExportedFile, TaskStatus, read
from worker.doccano.transport import Transport
from worker.doccano.unpacking import unpack

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0


class Exchange:
    """Runs exports and imports and waits for their end, up to a deadline.

    The deadline is needed because without a task worker Doccano reports every task as not ready.
    `clock` and `sleep` count seconds.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._sleep = sleep

    def export_approved(self, doccano_project: int, *, deadline: float) -> tuple[ExportedFile, ...]:
        """Exports the ticked documents and returns the files, whose lines can be read once.

        Raises DoccanoUnavailable when the export is not ready after `deadline` seconds, and
        DoccanoRejected when it fails or cannot be unpacked.
        """
        path = f"projects/{doccano_project}/download"
        # Any other key in this request makes Doccano fail.
        answer = self._transport.post(path, {"format": "JSONL", "exportApproved": True})
        task_id = _task_id(answer, path)
        task = self._wait_for(task_id, "export", deadline)
        if task.error:
            raise DoccanoRejected(
                f"the export of Doccano's project {doccano_project} failed: {_short(task.error)}; "
                "look for meta keys named id, data, text or label in its documents"
            )
        return unpack(self._transport.download(path, taskId=task_id))

    def upload_jsonl(
        self,
        doccano_project: int,
        lines: Iterable[Mapping[str, Any]],
        *,
        relations: bool,
        deadline: float,
    ) -> None:
        """Imports documents as lines with ``text``, ``label`` and the same keys in every line.

        Doccano creates missing label types, silently drops spans that it considers invalid, and
        never undoes an import. Raises DoccanoRejected with Doccano's errors for single lines, and
        DoccanoUnavailable after `deadline` seconds; the import may still complete then.
        """
        # ASCII only, because Doccano guesses the encoding of a file.
        content = "".join(json.dumps(line, ensure_ascii=True) + "\n" for line in lines)
        files = {"filepond": ("documents.jsonl", content.encode("ascii"), "application/json")}
        upload_id = self._transport.send("POST", "fp/process/", files=files).text.strip()
        path = f"projects/{doccano_project}/upload"
        answer = self._transport.post(
            path,
            {
                "format": "JSONL",
                "uploadIds": [upload_id],
                "task": "RelationExtraction" if relations else "SequenceLabeling",
                "encoding": "utf-8",
                "column_data": "text",
                "column_label": "label",
            },
        )
        task = self._wait_for(_task_id(answer, path), "import", deadline)
        # A task that succeeded still lists the lines that it refused.
        errors = task.error or read(dict[str, Any], task.result or {}, path).get("error")
        if errors:
            raise DoccanoRejected(f"Doccano refused lines of the import: {_short(errors)}")

    def _wait_for(self, task_id: str, kind: str, deadline: float) -> TaskStatus:
        end = self._clock() + deadline
        pause = FIRST_PAUSE
        while True:
            path = f"tasks/status/{task_id}"
            task = read(TaskStatus, self._transport.get(path), path)
            if task.ready:
                return task
            if self._clock() + pause > end:
                raise DoccanoUnavailable(
                    f"Doccano's {kind} was not ready after {deadline:g} s; check that its task "
                    "worker is running (`doccano task`, or the container named celery)"
                )
            self._sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


def parse_export(
    file: ExportedFile, is_known: Callable[[bytes], bool] = lambda _: False
) -> Iterator[tuple[bytes, ExportedExample]]:
    """Yields the lines of one exported file with their documents, of any project for spans.

    Lines that are known are left out. Raises DoccanoRejected, which names file and line, when a
    line is not as Doccano writes it.
    """
    for number, line in enumerate(file.lines, start=1):
        if line.strip() and not is_known(line):  # an empty export is one blank line
            yield line, _parse_line(line, f"{file.name}, line {number}")


def _parse_line(line: bytes, source: str) -> ExportedExample:
    try:
        record = json.loads(line)
        # Only relation projects have this key; a key named label is meta there.
        if "entities" in record:
            spans = [(s["start_offset"], s["end_offset"], s["label"]) for s in record["entities"]]
        else:
            spans = record["label"]
        payload = {"id": record["id"], "text": record["text"] or "", "spans": spans}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DoccanoRejected(
            f"Doccano's export, {source}, cannot be read ({type(error).__name__}: {error}); look "
            "for meta keys named id, data, text or label in its documents"
        ) from None
    return read(ExportedExample, payload, f"the export, {source}")


def _task_id(answer: Any, path: str) -> str:
    return read(dict[str, str], answer, path).get("task_id", "")


def _short(errors: object) -> str:
    return " ".join(str(errors).split())[:300]
