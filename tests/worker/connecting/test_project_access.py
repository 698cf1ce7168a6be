"""What the account may do in projects of a real Doccano."""

import pytest

from ner.errors import DoccanoAuthError, DoccanoNotFound, DoccanoRejected
from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.doccano_projects import TestProject
from worker.connecting.project_access import open_project
from worker.doccano import DoccanoClient
from worker.doccano.versions import ApiFields


@pytest.fixture
def project(doccano: LocalDoccano) -> TestProject:
    return TestProject(doccano)


def test_a_project_admin_gets_the_project_and_its_configurations(project: TestProject) -> None:
    access = open_project(project.annotator(role="project_admin"), project.id)
    assert access.project.id == project.id
    assert access.configs == ()


def test_a_number_that_the_account_cannot_see_is_answered_with_those_that_it_can(
    project: TestProject, doccano: LocalDoccano
) -> None:
    hidden = TestProject(doccano)
    client = project.annotator()
    name = client.project(project.id).name
    with pytest.raises(DoccanoNotFound, match=f"it can see: {project.id} {name};"):
        open_project(client, hidden.id)


def test_a_number_that_does_not_exist_is_answered_like_one_that_is_hidden(
    project: TestProject,
) -> None:
    client = project.annotator()
    with pytest.raises(DoccanoNotFound, match=f"it can see: {project.id} project"):
        open_project(client, 999_999)


def test_an_account_without_projects_is_told_to_be_added(
    project: TestProject, doccano: LocalDoccano
) -> None:
    project.client.add_user("stranger", "no-member-anywhere")
    stranger = DoccanoClient(doccano.url, "stranger", "no-member-anywhere")
    with pytest.raises(DoccanoNotFound, match="it can see no project: add it"):
        open_project(stranger, project.id)


def test_an_annotator_is_told_to_become_project_admin(project: TestProject) -> None:
    with pytest.raises(
        DoccanoAuthError, match=f"project {project.id} .*give it the role Project Admin there"
    ):
        open_project(project.annotator(), project.id)


def give_fields(monkeypatch: pytest.MonkeyPatch, client: DoccanoClient, example: set[str]) -> None:
    """Lets Doccano's documents have these fields, as those of another version."""
    project = client.api_fields(1).project
    monkeypatch.setattr(client, "api_fields", lambda _: ApiFields(project, example))


def test_a_doccano_that_is_too_old_is_refused_with_the_versions_that_work(
    project: TestProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_fields(monkeypatch, project.client, {"id", "text"})
    with pytest.raises(DoccanoRejected, match=r"older than 1\.7\.0.* 1\.7\.0 to 1\.8\.5; update"):
        open_project(project.client, project.id)


def test_where_annotators_see_assigned_documents_a_superuser_must_be_project_admin(
    project: TestProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_fields(monkeypatch, project.client, {"id", "upload_name", "assignments"})
    assert open_project(project.client, project.id).fields.has_assignments
    remedy = f"not a Project Admin of project {project.id} .*1.8.5"
    admin = project.annotator(role="project_admin")
    # Nobody can remove his own membership.
    (own,) = (m for m in admin.members(project.id) if m.username == project.client.username)
    admin.remove_member(project.id, own.id)
    with pytest.raises(DoccanoAuthError, match=remedy):
        open_project(project.client, project.id)
    admin.add_member(project.id, own.user, role="annotator")
    with pytest.raises(DoccanoAuthError, match=remedy):
        open_project(project.client, project.id)


def test_a_project_of_another_type_is_named_with_its_type(project: TestProject) -> None:
    payload = {
        "name": "topics",
        "description": "topics",
        "project_type": "DocumentClassification",
        "resourcetype": "TextClassificationProject",
    }
    number = project.client._transport.post("projects", payload)["id"]
    with pytest.raises(DoccanoRejected, match=r"\(topics\) .*DocumentClassification"):
        open_project(project.client, number)


def test_a_wrong_password_is_not_taken_for_a_wrong_number(
    project: TestProject, doccano: LocalDoccano
) -> None:
    with pytest.raises(DoccanoAuthError, match="refused the login of 'admin'"):
        open_project(DoccanoClient(doccano.url, "admin", "wrong"), project.id)
