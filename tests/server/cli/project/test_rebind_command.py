import pytest
from click.testing import CliRunner, Result

from server.cli import main
from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.doccano_projects import TestProject


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_rebind_explains_and_does_what_it_is_told(
    doccano: LocalDoccano, project: TestProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    lyon = "University of Lyon"
    project.document(lyon, (0, 18, "AFFILIATION"), approved=True)
    assert "is not bound to a Doccano yet" in run("rebind", "papers").output
    run("collect", "papers")
    bound = run("rebind", "papers")
    assert bound.exit_code == 0
    assert bound.output.startswith(f"papers is bound to project {project.id} of Doccano at http")

    moved = doccano.url.replace("127.0.0.1", "localhost")
    monkeypatch.setenv("NERLOOP_DOCCANO_URL", moved)
    refused = run("collect", "papers")
    assert refused.exit_code == 1
    assert f"come from project {project.id} of Doccano at {doccano.url}, and the" in refused.output
    assert "`nerloop rebind papers`" in refused.output
    assert "nothing is collected until" in run("status", "papers").output
    explained = run("rebind", "papers")
    assert explained.exit_code == 1
    assert "of 1 approved document, 1 are there with the same number and text" in explained.output
    assert "--same-documents is possible" in explained.output
    assert run("rebind", "papers", "--same-documents", "--other-documents").exit_code == 2
    assert run("rebind", "papers", "--create-labels").exit_code == 2
    assert f"papers is bound to project {project.id} of Doccano at {moved}" in (
        run("rebind", "papers", "--same-documents").output
    )
    assert run("collect", "papers").exit_code == 0

    other = TestProject(doccano, labels=["AFFILIATION"])
    other.document(lyon)
    monkeypatch.setenv("NERLOOP_PROJECTS__PAPERS__DOCCANO_PROJECT", str(other.id))
    assert "--same-documents is refused" in run("rebind", "papers").output
    assert run("rebind", "papers", "--same-documents").exit_code == 1
    released = run("rebind", "papers", "--other-documents")
    assert released.exit_code == 0, released.output
    assert ": 1 approved document kept as gold\n" in released.output
    assert "1 approved document from files" in run("status", "papers").output
