"""Meta keys that would corrupt an export are refused before Doccano exports."""

import pytest

from ner.errors import CollectError
from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.collecting import Collecting, exports_of
from tests.support.doccano.doccano_projects import TestProject
from worker.collect.meta_keys import check_meta_keys, colliding_keys
from worker.doccano.models import Example


def example(number: int, *keys: str) -> Example:
    return Example(number, "text", dict.fromkeys(keys, 1), confirmed=True)


def test_label_collides_only_in_projects_without_relations() -> None:
    keys = ("text", "page", "label", "data", "id")
    assert colliding_keys(example(1, *keys), use_relation=False) == ("data", "id", "label", "text")
    assert colliding_keys(example(1, *keys), use_relation=True) == ("data", "id", "text")


def test_documents_without_such_keys_are_accepted() -> None:
    check_meta_keys([example(1, "page"), example(2)], use_relation=False)


def test_the_error_names_five_documents_and_counts_the_others() -> None:
    examples = [example(number, "id", "text") for number in range(1, 8)]
    with pytest.raises(CollectError, match=r"1 \(id, text\), .* 5 \(id, text\) and 2 more has"):
        check_meta_keys(examples, use_relation=False)
    with pytest.raises(CollectError, match=r"5 \(id, text\) has"):
        check_meta_keys(examples[:5], use_relation=False)


@pytest.mark.parametrize("key", ["id", "data", "text", "label"])
def test_meta_that_would_corrupt_the_export_is_refused_with_document_key_and_remedy(
    doccano: LocalDoccano, project: TestProject, collecting: Collecting, key: str
) -> None:
    project.document("Bonn", (0, 4, "CITY"), approved=True)
    bad = project.document("Trier", approved=True, meta={key: 1, "page": 2})
    before = exports_of(doccano)
    with pytest.raises(CollectError, match=rf"documents {bad} \({key}\).*rename"):
        collecting.collect()
    assert collecting.approved == {}
    assert exports_of(doccano) == before
    project.client.update_example(project.id, bad, meta={"page": 2})
    assert collecting.collect().new == 2


def test_meta_of_a_document_that_is_not_approved_is_not_refused(
    project: TestProject, collecting: Collecting
) -> None:
    project.document("Bonn", approved=True, meta={"page": 7})
    project.document("Trier", meta={"text": "other"})
    assert collecting.collect().new == 1
