"""Lines of an export that have not changed are not read again, and nothing is missed by that."""

import random
from pathlib import Path

import pytest

from ner.text.offsets import OffsetUnit
from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.collecting import Collecting
from tests.support.doccano.doccano_projects import TestProject
from worker.collect.exported_lines import ExportedLines
from worker.doccano import exchange

TEXTS = [f"Ada {number} from Oslo" for number in range(8)]
SPANS = [(0, 3, "PER"), (11, 15, "LOC"), (6, 10, "LOC")]


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of the documents whose lines were read."""
    ids: list[int] = []
    parse = exchange._parse_line

    def parse_and_note(line: bytes, source: str) -> object:
        document = parse(line, source)
        ids.append(document.id)
        return document

    monkeypatch.setattr(exchange, "_parse_line", parse_and_note)
    return ids


def make(doccano: LocalDoccano, folder: Path, **modes: bool) -> tuple[Collecting, list[int]]:
    folder.mkdir(exist_ok=True)
    project = TestProject(doccano, labels=["PER", "LOC"], **modes)
    numbers = [project.document(text, SPANS[0], approved=True) for text in TEXTS]
    return Collecting(folder, project), numbers


def test_only_lines_that_changed_are_read_again(
    doccano: LocalDoccano, tmp_path: Path, parsed: list[int]
) -> None:
    collecting, numbers = make(doccano, tmp_path)
    project = collecting.project
    collecting.collect()
    assert sorted(parsed) == numbers

    parsed.clear()
    same = collecting.collect_later(force=True)
    assert (same.way, same.revisions, parsed) == ("export", 0, [])

    project.annotate(numbers[2], SPANS[1], approved=False)
    changed = collecting.collect_later(force=True)
    assert (changed.changed, changed.withdrawn, parsed) == (1, 0, [numbers[2]])
    assert collecting.approved[TEXTS[2]] == [("Ada", "PER"), ("Oslo", "LOC")]


@pytest.mark.parametrize("found", ["by a pull", "by a check"])
def test_a_document_that_is_approved_again_as_it_was_is_found(
    doccano: LocalDoccano, tmp_path: Path, found: str
) -> None:
    collecting, numbers = make(doccano, tmp_path)
    collecting.collect()
    for confirmed in (False, True):
        collecting.project.client.set_confirmed(
            collecting.project.id, numbers[3], confirmed=confirmed
        )
        if found == "by a check" and not confirmed:
            collecting.serve(TEXTS[3])
            assert collecting.collect().withdrawn == 1
        collecting.collect_later(force=True)
        assert (TEXTS[3] in collecting.approved) is confirmed


def test_renamed_labels_are_read_anew_and_change_nothing(
    doccano: LocalDoccano, tmp_path: Path, parsed: list[int]
) -> None:
    collecting, numbers = make(doccano, tmp_path)
    collecting.collect()
    collecting.project.client.rename_label(
        collecting.project.id, collecting.project.labels["PER"], "NAME"
    )
    parsed.clear()
    assert collecting.collect_later(force=True).revisions == 0
    assert sorted(parsed) == numbers
    assert collecting.approved[TEXTS[0]] == [("Ada", "NAME")]


def test_every_line_of_an_individual_project_is_read(
    doccano: LocalDoccano, tmp_path: Path, parsed: list[int]
) -> None:
    collecting, numbers = make(doccano, tmp_path, collaborative=False)
    for _ in range(2):
        parsed.clear()
        collecting.collect_later(force=True)
        assert sorted(parsed) == numbers


def test_a_store_that_was_kept_up_is_like_a_new_one(doccano: LocalDoccano, tmp_path: Path) -> None:
    collecting, numbers = make(doccano, tmp_path)
    project, client = collecting.project, collecting.project.client
    random_ = random.Random(3)
    collecting.collect()
    for _ in range(6):
        for number in random_.sample(numbers, 3):
            change = random_.choice(["untick", "tick", "add", "clear", "text", "serve"])
            if change in ("untick", "tick"):
                client.set_confirmed(project.id, number, confirmed=change == "tick")
            elif change == "add":
                project.clear(number)
                project.annotate(number, random_.choice(SPANS), approved=False)
            elif change == "clear":
                project.clear(number)
            elif change == "text":
                text = random_.choice(["Ada 9 from Rome", TEXTS[numbers.index(number)]])
                client.update_example(project.id, number, text=text)
            else:
                collecting.serve(TEXTS[numbers.index(number)])
                collecting.collect()
        collecting.collect_later(force=True, accept_withdrawals=True, accept_changes=True)
    (tmp_path / "fresh").mkdir()
    fresh = Collecting(tmp_path / "fresh", project)
    fresh.collect()
    assert collecting.approved == fresh.approved


def test_a_digest_depends_on_the_line_the_labels_and_the_unit() -> None:
    lines = ExportedLines({}, {"A": "1", "B": "2"}, OffsetUnit.UTF16)
    others = [
        ExportedLines({}, {"A": "2", "B": "1"}, OffsetUnit.UTF16),
        ExportedLines({}, {"A": "1", "B": "2"}, OffsetUnit.GRAPHEME),
    ]
    digests = {lines.digest(b"a"), lines.digest(b"b"), *(other.digest(b"a") for other in others)}
    assert len(digests) == 4
    known = ExportedLines({lines.digest(b"a"): "7"}, {"B": "2", "A": "1"}, OffsetUnit.UTF16)
    assert known.read_before(known.digest(b"a")) == "7"
    assert known.read_before(known.digest(b"b")) is None
