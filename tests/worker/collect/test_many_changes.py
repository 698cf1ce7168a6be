"""More has changed in a real Doccano at once than is taken over without a person's confirmation."""

from collections.abc import Callable
from typing import Any

import pytest

from ner.errors import ManyChanges
from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.collecting import PROJECT, Collecting
from tests.support.doccano.doccano_projects import TestProject
from tests.support.store.stored import stored_documents
from worker.collect.checks.edited_spans import QUIET
from worker.connecting.rebind import Rebinding
from worker.store.bindings import Binding, save_binding
from worker.store.labels import label_names
from worker.training_texts import training_texts


def collected(collecting: Collecting, number: int = 8) -> list[int]:
    """Approves and collects so many documents with a span."""
    project = collecting.project
    ids = [
        project.document(f"Kiel {index}", (0, 4, "CITY"), approved=True) for index in range(number)
    ]
    collecting.collect()
    return ids


def edit(project: TestProject, ids: list[int], text: str = "Oslo {}") -> None:
    for index, example in enumerate(ids):
        project.client.update_example(project.id, example, text=text.format(index))


def later(collecting: Collecting) -> object:
    return collecting.collect_later()


def forced(collecting: Collecting) -> object:
    return collecting.collect(force=True)


def served(collecting: Collecting) -> object:
    collecting.serve("Kiel 3")
    return collecting.collect()


def unknown_served(collecting: Collecting) -> object:
    collecting.serve("Oslo 3")
    return collecting.collect()


def of_training_texts(collecting: Collecting) -> object:
    client, settings = collecting.project.client, collecting.settings
    return training_texts(collecting.store, client, PROJECT, settings, collecting.now)


@pytest.mark.parametrize("way", [later, forced, served, unknown_served, of_training_texts])
def test_texts_that_changed_in_bulk_are_refused_by_every_way(
    project: TestProject, collecting: Collecting, way: Callable[[Collecting], object]
) -> None:
    ids = collected(collecting)
    gold = collecting.approved
    with collecting.store.read() as s:
        documents = stored_documents(s, PROJECT)
    edit(project, ids)
    project.document("Trier", approved=True)
    with pytest.raises(ManyChanges) as error:
        way(collecting)
    assert str(error.value) == (
        "8 of 8 approved documents of papers have another text in Doccano than before, more than 5 "
        "and more than a fifth: nothing is collected; if Doccano or its project was set up anew, "
        "run `nerloop rebind papers`, and if the texts were edited, "
        "`nerloop collect papers --accept-changes`"
    )
    assert collecting.approved == gold
    with collecting.store.read() as s:
        assert stored_documents(s, PROJECT) == documents


def test_a_refusal_ends_when_the_texts_are_right_again_and_costs_a_listing_after_a_pause(
    project: TestProject, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = collected(collecting)
    edit(project, ids)
    with pytest.raises(ManyChanges):
        collecting.collect(force=True)
    assert (collecting.state.refusal or "").startswith("8 of 8 approved documents")
    with monkeypatch.context() as patch:
        patch.setattr(project.client, "_transport", None)  # nothing is asked
        with pytest.raises(ManyChanges):
            collecting.collect()
    collecting.pass_seconds(1)
    with pytest.raises(ManyChanges):
        collecting.collect()
    edit(project, ids, "Kiel {}")
    with pytest.raises(ManyChanges):
        collecting.collect()
    collecting.pass_seconds(1)
    assert collecting.collect().revisions == 0
    assert collecting.state.refusal is None


def test_texts_that_changed_in_bulk_are_taken_over_once_accepted(
    project: TestProject, collecting: Collecting
) -> None:
    ids = collected(collecting)
    edit(project, ids)
    with pytest.raises(ManyChanges):
        collecting.collect(force=True)
    assert collecting.collect(accept_changes=True).changed == 8
    assert collecting.state.refusal is None
    assert set(collecting.approved) == {f"Oslo {index}" for index in range(8)}
    assert collecting.collect().revisions == 0


def test_few_texts_may_change(project: TestProject, collecting: Collecting) -> None:
    ids = collected(collecting)
    edit(project, ids[:5])
    collecting.serve("Kiel 7")
    assert collecting.collect_later(force=True).changed == 5


def test_an_edit_of_many_among_many_more_is_found_by_a_check(
    project: TestProject, collecting: Collecting
) -> None:
    ids = [project.document(f"Kiel {index}") for index in range(60)]
    project.tick(ids[0])
    collecting.collect()
    # They come first in a listing of those edited last, where they are many.
    edit(project, ids[40:51])
    collecting.serve("Oslo 3")
    project.tick(ids[43])
    assert collecting.collect().new == 1
    assert set(collecting.approved) == {"Kiel 0", "Oslo 3"}


def test_labels_stay_as_they_are_while_the_documents_seem_to_be_others(
    project: TestProject, collecting: Collecting
) -> None:
    ids = collected(collecting)
    edit(project, ids)
    project.client.rename_label(project.id, project.labels["CITY"], "PERSON")
    with pytest.raises(ManyChanges, match="have another text"):
        collecting.collect()
    with collecting.store.read() as s:
        assert {*label_names(s, PROJECT).values()} == {"CITY"}


def test_a_doccano_that_was_set_up_anew_and_has_no_documents_yet_changes_nothing(
    doccano: LocalDoccano, project: TestProject, collecting: Collecting
) -> None:
    collected(collecting)
    gold = collecting.approved
    # The same address and number, as far as the store can tell.
    anew = TestProject(doccano, labels=["RIVER"])
    with collecting.store.begin() as s:
        save_binding(s, PROJECT, Binding("http://127.0.0.1:8000", anew.id))
    projects = {PROJECT: {"doccano_project": anew.id}}
    collecting.settings = type(collecting.settings)(projects=projects)
    collecting.project = anew
    with pytest.raises(ManyChanges, match=r"8 of 8 .* are no longer in Doccano, nor .* \(CITY\)"):
        collecting.collect()
    assert collecting.approved == gold
    rebinding = Rebinding(
        collecting.store, anew.client, PROJECT, collecting.settings, collecting.now
    )
    progress: Any = lambda _done, _total: None  # noqa: E731
    rebinding.release_documents(create_labels=True, progress=progress)
    assert collecting.approved == gold
    assert collecting.collect().revisions == 0
    assert collecting.state.refusal is None


def test_the_deletion_of_a_label_of_many_documents_is_refused_until_it_is_accepted(
    project: TestProject, collecting: Collecting
) -> None:
    collected(collecting)
    gold = collecting.approved
    project.label("RIVER")
    project.client.delete_label(project.id, project.labels["CITY"])
    with pytest.raises(ManyChanges, match=r"8 of 8 .* have spans of labels .* no more \(CITY\)"):
        collecting.collect()
    assert collecting.approved == gold
    assert collecting.collect(accept_changes=True).changed == 8
    assert collecting.approved == {text: [] for text in gold}


def test_documents_that_lost_all_spans_in_bulk_are_kept_until_it_is_accepted(
    project: TestProject, collecting: Collecting
) -> None:
    ids = collected(collecting)
    gold = collecting.approved
    for example in ids[:6]:
        project.clear(example)
    project.document("Trier", (0, 5, "CITY"), approved=True)
    collecting.collect()
    collecting.pass_seconds(QUIET.total_seconds())
    collecting.collect()
    gold |= {"Trier": [("Trier", "CITY")]}
    assert collecting.approved == gold
    result = collecting.collect_later(force=True)
    assert result.held_changes == collecting.state.held_changes == tuple(map(str, ids[:6]))
    assert "6 approved documents have lost all their spans at once" in result.reason
    assert f"nerloop collect {PROJECT} --accept-changes" in result.reason
    assert collecting.approved == gold
    # A check of one of them does not take over what is held back.
    collecting.serve("Kiel 0")
    assert collecting.collect().revisions == 0
    accepted = collecting.collect(accept_changes=True)
    assert (accepted.changed, accepted.held_changes, collecting.state.held_changes) == (6, (), ())
    assert collecting.approved == gold | {f"Kiel {index}": [] for index in range(6)}


def test_spans_that_changed_in_bulk_are_a_persons_work(
    project: TestProject, collecting: Collecting
) -> None:
    for example in collected(collecting):
        project.clear(example)
        project.annotate(example, (0, 6, "CITY"), approved=False)
    assert collecting.collect_later(force=True).changed == 8


def test_many_served_documents_without_their_spans_are_left_to_the_export(
    project: TestProject, collecting: Collecting
) -> None:
    ids = collected(collecting)
    gold = collecting.approved
    for index, example in enumerate(ids):
        project.clear(example)
        collecting.serve(f"Kiel {index}")
    assert collecting.collect().changed == 0
    assert collecting.approved == gold
