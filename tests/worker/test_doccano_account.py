"""The client of the account in the settings."""

import pytest
from pydantic import AnyHttpUrl, SecretStr

from ner.errors import DoccanoUnavailable, SettingsError
from tests.support.doccano.scripted_http import Answer, scripted
from worker.doccano_account import Patience, open_client
from worker.settings import Settings


def test_without_a_password_the_error_names_setting_and_account() -> None:
    settings = Settings(doccano_username="loop", doccano_password=None)
    with pytest.raises(SettingsError, match=r"NERLOOP_DOCCANO_PASSWORD is unset.*'loop'"):
        open_client(settings)


def test_a_client_of_the_account_is_returned_without_a_request() -> None:
    settings = Settings(doccano_username="loop", doccano_password=SecretStr("secret"))
    client = open_client(settings)
    assert (client.url, client.username) == ("http://127.0.0.1:8000", "loop")


@pytest.mark.parametrize("patience", [Patience.COMMAND, Patience.LOOK])
def test_a_person_waits_for_one_attempt_to_log_in(patience: Patience) -> None:
    with scripted(lambda *_: Answer(503, "<html>")) as server:
        settings = Settings(
            doccano_url=AnyHttpUrl(server.url), doccano_password=SecretStr("secret")
        )
        with pytest.raises(DoccanoUnavailable, match="503"):
            open_client(settings, patience).projects()
        assert server.count("POST", "/v1/auth/login/") == 1


def test_the_login_of_a_command_has_a_shorter_time_limit_than_its_requests() -> None:
    settings = Settings(doccano_password=SecretStr("secret"), doccano_timeout_seconds=30)
    limits = {
        patience: (client._transport._login_timeout[1], client._transport._timeout[1])
        for patience in Patience
        for client in [open_client(settings, patience)]
    }
    assert limits == {
        Patience.WORKER: (30, 30),
        Patience.COMMAND: (5, 30),
        Patience.LOOK: (5, 5),
    }
