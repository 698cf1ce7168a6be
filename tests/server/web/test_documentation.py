"""The OpenAPI document and its pages."""

import re

from tests.support.running.serving import Rig


def test_the_document_names_every_route_and_its_security(rig: Rig) -> None:
    spec = rig.client.get("/openapi.json", headers=rig.service).get_json()
    assert set(spec["paths"]) == {
        "/doccano/{project}",
        "/api/v1/projects/{project}/predict",
        "/api/v1/projects/{project}/model",
        "/health/live",
        "/health/ready",
        "/metrics",
    }
    for path, operations in spec["paths"].items():
        for operation in operations.values():
            assert ("security" in operation) == (not path.startswith("/health"))
            assert operation.get("requestBody", {"required": True})["required"]


def test_every_reference_in_the_document_has_a_schema(rig: Rig) -> None:
    response = rig.client.get("/openapi.json", headers=rig.service)
    schemas = response.get_json()["components"]["schemas"]
    references = re.findall(r'"#/components/schemas/([^"]+)"', response.get_data(as_text=True))
    assert references
    assert set(references) <= set(schemas)


def test_the_pages_need_no_other_server(rig: Rig) -> None:
    page = rig.client.get("/docs/", headers=rig.service).get_data(as_text=True)
    assert "nerloop" in page
    assert '"validatorUrl": null' in page
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert sources
    for source in sources:
        path = source if source.startswith("/") else f"/docs/{source.removeprefix('./')}"
        assert not path.startswith("//")
        assert rig.client.get(path, headers=rig.service).status_code == 200
