"""Exports and imports: deadlines, failures, and the files that Doccano writes."""

import io
import json
import zipfile
from typing import IO, Any

import pytest

from ner.errors import DoccanoRejected, DoccanoUnavailable
from worker.doccano.exchange import Exchange, parse_export
from worker.doccano.models import ExportedFile


class Tasks:
    """Replaces the transport: tasks that end after `looks` requests for their status, or never."""

    def __init__(self, *, looks: int | None, content: bytes = b"", **ended: Any) -> None:
        self.looks = looks
        self.content = content
        self.ended = ended
        self.posted: list[tuple[str, Any]] = []
        self.now = 0.0

    def post(self, path: str, payload: Any) -> Any:
        self.posted.append((path, payload))
        return {"task_id": "t1"}

    def get(self, path: str) -> Any:
        assert path == "tasks/status/t1"
        if self.looks is None or self.looks > 0:
            self.looks = None if self.looks is None else self.looks - 1
            return {"ready": False, "result": None, "error": None}
        return {"ready": True, "result": None, "error": None} | self.ended

    def download(self, path: str, *, taskId: str) -> IO[bytes]:  # noqa: N803  (Doccano's name)
        assert (path, taskId) == ("projects/3/download", "t1")
        return io.BytesIO(self.content)

    def exchange(self) -> Exchange:
        return Exchange(self, clock=lambda: self.now, sleep=self.sleep)  # type: ignore[arg-type]

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.jsonl", content)
    return buffer.getvalue()


def exported_file(name: str, content: bytes) -> ExportedFile:
    return ExportedFile(name, io.BytesIO(content))


def test_an_export_is_waited_for_and_unpacked() -> None:
    tasks = Tasks(looks=5, content=zipped(ben=b"2", ann=b"1\na\x0bb"))
    files = tasks.exchange().export_approved(3, deadline=60)
    assert [(file.name, [*file.lines]) for file in files] == [
        ("ann.jsonl", [b"1\n", b"a\x0bb"]),
        ("ben.jsonl", [b"2"]),
    ]
    assert tasks.posted == [("projects/3/download", {"format": "JSONL", "exportApproved": True})]


def test_without_a_task_worker_the_deadline_ends_the_wait_and_names_the_remedy() -> None:
    tasks = Tasks(looks=None)
    with pytest.raises(
        DoccanoUnavailable, match=r"not ready after 60 s.*task worker.*doccano task"
    ):
        tasks.exchange().export_approved(3, deadline=60)
    assert 50 < tasks.now <= 60


def test_a_failed_export_says_what_to_look_for() -> None:
    tasks = Tasks(looks=1, error={"text": "columns must be unique"})
    with pytest.raises(DoccanoRejected, match=r"project 3 failed.*columns must be unique.*meta"):
        tasks.exchange().export_approved(3, deadline=60)


PLAIN = {"id": 6, "text": "Bonn", "page": 7.0, "label": [[0, 4, "CITY"]], "Comments": []}
RELATION = {
    "id": 7,
    "text": "Bonn",
    "label": "a meta key",
    "entities": [{"id": 1, "label": "CITY", "start_offset": 0, "end_offset": 4}],
    "relations": [],
    "Comments": [],
}


def test_both_kinds_of_lines_are_read_and_separators_within_a_text_do_not_end_a_line() -> None:
    odd = PLAIN | {"id": 8, "text": "a\u2028b\u0085c"}
    lines = [json.dumps(line, ensure_ascii=False) for line in (PLAIN, RELATION, odd)]
    file = exported_file("all.jsonl", "\n".join(lines).encode())
    documents = [document for _, document in parse_export(file)]
    assert [document.id for document in documents] == [6, 7, 8]
    assert documents[0].spans == documents[1].spans == ((0, 4, "CITY"),)
    assert documents[2].text == odd["text"]


def test_known_lines_are_left_out() -> None:
    file = exported_file("all.jsonl", b"known\n" + json.dumps(PLAIN).encode())
    ((line, document),) = parse_export(file, lambda line: line == b"known\n")
    assert (json.loads(line), document.id) == (PLAIN, 6)


def test_an_empty_export_is_one_blank_line() -> None:
    assert [*parse_export(exported_file("all.jsonl", b"\n"))] == []


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b'{"id": 1}',
        b'{"id": "x", "text": "", "label": []}',
        b'"text"',
        b"\xff",
        b'{"id": 1, "text": "", "label": [], "meta": ' + b"[" * 100_000,
        b'{"id": ' + b"1" * 5_000 + b', "text": "", "label": []}',
        b'{"id": 1, "text": "\\ud800", "label": []}',
    ],
)
def test_a_line_that_doccano_does_not_write_is_rejected_with_file_and_line(line: bytes) -> None:
    with pytest.raises(DoccanoRejected, match=r"ann\.jsonl, line 1"):
        _ = [*parse_export(exported_file("ann.jsonl", line))]
