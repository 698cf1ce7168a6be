"""A project is bound to another project of a real Doccano."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ner.errors import AnotherDoccano, CollectError
from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.collecting import PROJECT, Collecting
from tests.support.doccano.doccano_projects import TestProject
from worker.connecting.rebind import Rebinding
from worker.store.bindings import Binding, get_binding
from worker.store.corpus.changes import changes_since
from worker.store.corpus.revisions import current_approved, last_revision
from worker.store.labels import label_names
from worker.store.removal.release import Released


class TwoProjects(Collecting):
    """A project with ten documents, eight of them approved, and another one in the settings."""

    def __init__(self, folder: Path, doccano: LocalDoccano) -> None:
        first = TestProject(doccano, labels=["CITY", "RIVER"])
        super().__init__(folder, first)
        self.texts = [f"Bonn {number} am Rhein" for number in range(10)]
        for number, text in enumerate(self.texts):
            first.document(text, (0, 4, "CITY"), (10, 15, "RIVER"), approved=number < 8)
        self.collect()
        self.first, self.second = first, TestProject(doccano, labels=["RIVER"])

    def switch(self, *, url: str | None = None) -> None:
        """Names the other project, or the same one at another address, in the settings."""
        number = self.first.id if url else self.second.id
        projects = {PROJECT: {"doccano_project": number}}
        self.settings = type(self.settings)(
            projects=projects, **({"doccano_url": url} if url else {})
        )
        self.project = self.first if url else self.second

    def rebinding(self) -> Rebinding:
        return Rebinding(self.store, self.project.client, PROJECT, self.settings, self.now)

    def release(self, **options: Any) -> Released:
        options = {"create_labels": False, "progress": lambda _done, _total: None} | options
        return self.rebinding().release_documents(**options)

    @property
    def binding(self) -> Binding | None:
        with self.store.read() as s:
            return get_binding(s, PROJECT)


@pytest.fixture
def both(tmp_path: Path, doccano: LocalDoccano) -> TwoProjects:
    return TwoProjects(tmp_path, doccano)


def test_the_first_collection_binds_and_another_number_is_refused(both: TwoProjects) -> None:
    assert both.binding == Binding("http://127.0.0.1:8000", both.first.id)
    before = both.approved
    both.second.document("Trier", approved=True)
    both.switch()
    for options in ({}, {"force": True}, {"accept_withdrawals": True}):
        with pytest.raises(AnotherDoccano):
            both.collect_later(**options)
    assert both.approved == before
    assert len(before) == 8


def test_a_doccano_that_was_moved_keeps_its_documents(both: TwoProjects) -> None:
    both.switch(url="https://Moved.example/")
    with pytest.raises(AnotherDoccano, match=r"https://moved\.example"):
        both.collect()
    agreement = both.rebinding().compare()
    assert (agreement.approved, agreement.same, agreement.compared) == (True, 8, 8)
    assert both.rebinding().keep_documents() == agreement
    assert both.binding == Binding("https://moved.example", both.first.id)
    assert both.collect_later().revisions == 0
    both.first.document("Trier", approved=True)
    assert both.collect_later().new == 1


def test_other_documents_are_not_taken_for_the_same(both: TwoProjects) -> None:
    for text in both.texts[:5]:
        both.second.document(text)
    both.switch()
    agreement = both.rebinding().compare()
    assert (agreement.same, agreement.other_text, agreement.absent) == (0, 0, 8)
    assert (agreement.elsewhere, agreement.listed) == (5, 5)
    assert agreement.moved_labels == ("CITY", "RIVER")
    with pytest.raises(CollectError, match=r"of 8 approved documents, 0 are there .* 8 are absent"):
        both.rebinding().keep_documents()
    assert both.binding == Binding("http://127.0.0.1:8000", both.first.id)


def test_edited_texts_and_deleted_documents_are_counted_against_the_same(
    both: TwoProjects,
) -> None:
    client, number = both.first.client, both.first.id
    examples = sorted(client.examples(number), key=lambda example: example.id)
    client.update_example(number, examples[0].id, text="edited")
    both.switch(url="http://moved.example")
    assert both.rebinding().compare().is_same
    client.delete_example(number, examples[1].id)
    agreement = both.rebinding().compare()
    assert (agreement.same, agreement.other_text, agreement.absent) == (6, 1, 1)
    assert not agreement.is_same


def test_without_an_approval_all_known_documents_are_compared(
    tmp_path: Path, doccano: LocalDoccano
) -> None:
    empty = Collecting(tmp_path, TestProject(doccano))
    rebinding = Rebinding(empty.store, empty.project.client, PROJECT, empty.settings, empty.now)
    empty.collect()
    assert rebinding.keep_documents().compared == 0
    example = empty.project.document("Bonn")
    empty.serve("Bonn")
    empty.collect()
    agreement = rebinding.compare()
    assert (agreement.approved, agreement.same, agreement.compared) == (False, 1, 1)
    empty.project.client.update_example(empty.project.id, example, text="Trier")
    assert not rebinding.compare().is_same
    progress: Any = lambda _done, _total: None  # noqa: E731
    released = rebinding.release_documents(create_labels=False, progress=progress)
    assert released == Released(unapproved=1)


def test_the_numbers_of_documents_that_are_the_known_ones_are_not_let_go(
    both: TwoProjects,
) -> None:
    both.switch(url="http://moved.example")
    with pytest.raises(CollectError, match=r"8 are there.*--same-documents"):
        both.release()
    assert both.binding == Binding("http://127.0.0.1:8000", both.first.id)


def test_what_was_approved_stays_as_gold_under_its_labels(both: TwoProjects) -> None:
    gold, before = both.approved, both.dataset.fingerprint
    with both.store.read() as s:
        last, names = last_revision(s, PROJECT), label_names(s, PROJECT)
    both.second.label("CITY")
    both.switch()
    steps: list[tuple[int, int]] = []
    released = both.release(progress=lambda done, total: steps.append((done, total)))
    assert released == Released(kept=8, unapproved=2)
    assert steps == [(10, 10)]
    assert both.binding == Binding("http://127.0.0.1:8000", both.second.id)
    assert (both.approved, both.dataset.fingerprint) == (gold, before)
    with both.store.read() as s:
        assert label_names(s, PROJECT) == names
        assert changes_since(s, PROJECT, last).documents == 0

    # In the other project one of these is approved with the same spans, and one with others.
    both.second.document(both.texts[0], (0, 4, "CITY"), (10, 15, "RIVER"), approved=True)
    both.second.document(both.texts[1], (0, 4, "CITY"), approved=True)
    both.second.document("Trier", approved=True)
    assert both.collect().new == 3
    assert both.approved == gold | {both.texts[1]: [("Bonn", "CITY")], "Trier": []}
    with both.store.read() as s:
        assert changes_since(s, PROJECT, last).documents == 2
        assert len(current_approved(s, PROJECT)) == 3


def test_labels_that_the_other_project_lacks_are_created_on_request_alone(
    both: TwoProjects,
) -> None:
    gold = both.approved
    both.switch()
    with pytest.raises(CollectError, match=r"has no label CITY, .*--create-labels"):
        both.release()
    assert both.binding == Binding("http://127.0.0.1:8000", both.first.id)
    both.release(create_labels=True)
    assert {*both.second.client.label_types(both.second.id).values()} == {"CITY", "RIVER"}
    assert both.approved == gold


def test_a_killed_rebind_is_completed_by_the_next(both: TwoProjects) -> None:
    gold = both.approved
    both.second.label("CITY")
    both.switch()

    def killed(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        both.release(progress=killed)
    with pytest.raises(AnotherDoccano, match="was interrupted"):
        both.collect()
    assert both.release() == Released(kept=8, unapproved=2)
    assert both.approved == gold
    both.collect()


def test_a_pull_that_began_before_a_rebind_writes_nothing_during_it(
    both: TwoProjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    gold = both.approved
    both.second.label("CITY")
    both.first.document("Trier", approved=True)
    client, old = both.first.client, both.settings
    exported = client.export_approved

    def killed(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    def rebound(number: int, *, deadline: float) -> object:
        files = exported(number, deadline=deadline)
        monkeypatch.setattr(client, "export_approved", exported)
        both.switch()
        with suppress(KeyboardInterrupt):
            both.release(progress=killed)
        both.settings, both.project = old, both.first
        return files

    monkeypatch.setattr(client, "export_approved", rebound)
    with pytest.raises(AnotherDoccano, match="was interrupted"):
        both.collect(force=True)
    assert both.approved == gold
