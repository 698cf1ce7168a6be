"""The cause of a failed connection, from real ones."""

import socket
import ssl

import pytest
import requests

from worker.doccano.connection_problem import connection_problem


def problem_at(url: str) -> str:
    session = requests.Session()
    session.trust_env = False
    with pytest.raises(requests.RequestException) as caught:
        session.get(url, timeout=0.05)
    return connection_problem(caught.value, url)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_port_at_which_nothing_listens_is_named(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert f"nothing listens on port {port} of 127.0.0.1" in problem_at(
        f"{scheme}://127.0.0.1:{port}"
    )


def test_the_port_of_the_scheme_is_named_where_the_address_has_none() -> None:
    refused = requests.ConnectionError(ConnectionRefusedError())
    assert "port 443 of host" in connection_problem(refused, "https://host")
    assert "port 80 of host" in connection_problem(refused, "http://host")


def test_an_unknown_name_is_named() -> None:
    # RFC 6761: no name below .invalid exists.
    assert "the name doccano.invalid is unknown" in problem_at("http://doccano.invalid:8000")


def test_a_server_that_is_silent_gave_no_answer_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"127.0.0.1:{silent.getsockname()[1]}"
        assert "no answer came in time" in problem_at(f"http://{url}")
        assert "no answer came in time" in problem_at(f"https://{url}")


def test_a_certificate_and_missing_tls_are_told_apart() -> None:
    refused = ssl.SSLCertVerificationError("bad")
    refused.verify_message = "self-signed certificate"
    said = connection_problem(requests.exceptions.SSLError(refused), "https://host")
    assert "its certificate is refused (self-signed certificate)" in said
    wrong = requests.exceptions.SSLError(ssl.SSLError("WRONG_VERSION_NUMBER"))
    assert "does not speak TLS" in connection_problem(wrong, "https://host")


def test_another_error_is_named_by_its_class() -> None:
    error = requests.exceptions.ChunkedEncodingError("broken")
    assert connection_problem(error, "http://host").startswith("ChunkedEncodingError; check")
