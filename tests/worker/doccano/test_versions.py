"""The versions of Doccano, told apart by the fields of their APIs."""

import pytest

from ner.errors import DoccanoUnavailable
from server.demo.local_doccano import LocalDoccano
from server.demo.local_doccano.environment import LIBRARIES, doccano_version
from tests.support.doccano.doccano_projects import TestProject
from tests.support.doccano.scripted_http import Answer, scripted_client
from worker.doccano.versions import ApiFields

NAMES = {
    "1.7.0": "1.7.0 or 1.8.0",
    "1.8.0": "1.7.0 or 1.8.0",
    "1.8.1": "1.8.1 to 1.8.3",
    "1.8.2": "1.8.1 to 1.8.3",
    "1.8.3": "1.8.1 to 1.8.3",
    "1.8.4": "1.8.4",
    "1.8.5": "1.8.5",
}
PROJECT = {"id", "name", "created_by"}
LATER_PROJECT = {"id", "name", "author", "allow_member_to_create_label_type"}
EXAMPLE = {"id", "text", "meta", "is_confirmed"}


def test_the_installed_version_is_told_by_its_api(doccano: LocalDoccano) -> None:
    project = TestProject(doccano)
    fields = project.client.api_fields(project.id)
    assert fields.versions == NAMES[doccano_version()]
    assert fields.unknown == ()
    assert not fields.too_old
    assert fields.has_assignments == (doccano_version() == "1.8.5")


def test_each_version_that_can_be_installed_has_a_name() -> None:
    assert NAMES.keys() == LIBRARIES.keys()


@pytest.mark.parametrize(
    ("project", "example", "versions"),
    [
        (PROJECT, EXAMPLE | {"upload_name"}, "1.7.0 or 1.8.0"),
        (PROJECT, EXAMPLE | {"upload_name", "score"}, "1.8.1 to 1.8.3"),
        (LATER_PROJECT, EXAMPLE | {"upload_name", "score"}, "1.8.4"),
        (LATER_PROJECT, EXAMPLE | {"upload_name", "score", "assignments"}, "1.8.5"),
        (PROJECT, EXAMPLE, ""),
        (LATER_PROJECT, set(), ""),
    ],
)
def test_fields_tell_versions_apart(project: set[str], example: set[str], versions: str) -> None:
    assert ApiFields(project, example).versions == versions


def test_an_old_doccano_lacks_the_fields_of_the_oldest_that_works() -> None:
    assert ApiFields(PROJECT, EXAMPLE).too_old
    assert not ApiFields(PROJECT, EXAMPLE | {"upload_name"}).too_old
    assert not ApiFields(PROJECT, set()).too_old


def test_fields_that_no_tried_version_has_are_named() -> None:
    fields = ApiFields(LATER_PROJECT | {"theme"}, EXAMPLE | {"upload_name", "audio"})
    assert fields.unknown == ("audio", "theme")


@pytest.mark.parametrize(
    "refusal", [Answer(405, "no"), Answer(403), Answer(404, "no"), Answer(200, ""), Answer(200, {})]
)
def test_without_an_answer_to_options_the_fields_of_documents_are_unknown(refusal: Answer) -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        if path.endswith("/login/"):
            return Answer()
        return refusal if method == "OPTIONS" else Answer(200, {"id": 3})

    with scripted_client(answer) as (client, _):
        assert client.api_fields(3) == ApiFields({"id"}, set())


def test_an_outage_is_an_error_all_the_same() -> None:
    def answer(method: str, path: str, token: str | None) -> Answer:
        return Answer() if path.endswith("/login/") else Answer(502)

    with scripted_client(answer) as (client, _), pytest.raises(DoccanoUnavailable):
        client.api_fields(3)
