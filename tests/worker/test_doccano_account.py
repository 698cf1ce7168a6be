"""The client of the account in the settings."""

import pytest
from pydantic import SecretStr

from ner.errors import SettingsError
from worker.doccano_account import open_client
from worker.settings import Settings


def test_without_a_password_the_error_names_setting_and_account() -> None:
    settings = Settings(doccano_username="loop", doccano_password=None)
    with pytest.raises(SettingsError, match=r"NERLOOP_DOCCANO_PASSWORD is unset.*'loop'"):
        open_client(settings)


def test_a_client_of_the_account_is_returned_without_a_request() -> None:
    settings = Settings(doccano_username="loop", doccano_password=SecretStr("secret"))
    client = open_client(settings)
    assert (client.url, client.username) == ("http://127.0.0.1:8000", "loop")
