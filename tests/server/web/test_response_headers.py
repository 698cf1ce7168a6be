import pytest

from tests.support.running.serving import Rig


@pytest.mark.parametrize("path", ["/health/live", "/nowhere", "/doccano/papers", "/openapi.json"])
def test_no_answer_is_guessed_kept_framed_or_named(rig: Rig, path: str) -> None:
    headers = rig.client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_the_page_of_the_documentation_may_load_its_own_files_only(rig: Rig) -> None:
    policy = rig.client.get("/docs/", headers=rig.service).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy


def test_no_answer_sets_a_cookie(rig: Rig) -> None:
    for path in ("/health/live", "/docs/", "/openapi.json", "/doccano/papers"):
        assert "Set-Cookie" not in rig.client.get(path, headers=rig.service).headers
