"""Requests generated from the OpenAPI document get the documented responses, and no 5xx."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.schemas import BaseSchema

from tests.support.running.serving import PROJECT, Rig, make_rig

# The same requests each time: thirty random ones may lack a body that is JSON but invalid.
quickly = settings(
    max_examples=30,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

OPERATIONS = [
    ("POST", "/doccano/{project}"),
    ("POST", "/api/v1/projects/{project}/predict"),
    ("GET", "/api/v1/projects/{project}/model"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/metrics"),
]
# The health routes have no input that could be invalid.
CASES = [(GenerationMode.POSITIVE, *operation) for operation in OPERATIONS] + [
    (GenerationMode.NEGATIVE, *operation)
    for operation in OPERATIONS
    if not operation[1].startswith("/health")
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Iterator[Rig]:
    """A server with a model, shared by all requests."""
    rig = make_rig(
        tmp_path_factory.mktemp("openapi") / "rig", empty_store=empty_store, answer_seconds=60
    )
    rig.promote_words({"a": "LOC", "0": "PER"})
    yield rig
    rig.champions.close()
    rig.store.close()


@pytest.fixture(scope="module")
def openapi(served: Rig) -> BaseSchema:
    """The OpenAPI document from the server."""
    return schemathesis.openapi.from_wsgi("/openapi.json", app=served.app, headers=served.service)


def test_no_operation_is_left_out(openapi: BaseSchema) -> None:
    operations = [result.ok() for result in openapi.get_all_operations()]
    assert {(operation.method.upper(), operation.path) for operation in operations} == set(
        OPERATIONS
    )


@pytest.mark.parametrize(("mode", "method", "path"), CASES)
def test_the_answer_for_a_known_project_is_as_documented(
    openapi: BaseSchema, served: Rig, mode: GenerationMode, method: str, path: str
) -> None:
    @quickly
    @given(case=openapi[path][method].as_strategy(generation_mode=mode))
    def check(case: schemathesis.Case) -> None:
        if "project" in (case.path_parameters or {}):
            case.path_parameters["project"] = PROJECT
        response = case.call_and_validate(headers=served.service)
        assert response.status_code < 500

    check()
    expected = {GenerationMode.POSITIVE: "200", GenerationMode.NEGATIVE: "422"}[mode]
    if mode is GenerationMode.POSITIVE or method == "POST":
        route = path.replace("{", "<").replace("}", ">")
        assert served.metric("nerloop_requests_total", route=route, method=method, status=expected)


@pytest.mark.parametrize(("mode", "method", "path"), CASES)
def test_the_answer_for_any_project_and_without_a_token_is_as_documented(
    openapi: BaseSchema, served: Rig, mode: GenerationMode, method: str, path: str
) -> None:
    @quickly
    @given(
        case=openapi[path][method].as_strategy(generation_mode=mode),
        headers=st.sampled_from([served.service, {}]),
    )
    def check(case: schemathesis.Case, headers: dict[str, str]) -> None:
        response = case.call_and_validate(headers=headers)
        assert response.status_code < 500

    check()
