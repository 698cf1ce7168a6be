"""Opens a client of Doccano with the account in the settings."""

import requests

from ner.errors import SettingsError
from worker.doccano import DoccanoClient
from worker.settings import Settings

IMPATIENT_SECONDS = 5.0


def open_client(settings: Settings, *, patient: bool = True) -> DoccanoClient:
    """Returns a client that logs in at its first request.

    Unless `patient`, it gives up after one attempt of a few seconds.
    Raises SettingsError when no password is set.
    """
    if settings.doccano_password is None:
        raise SettingsError(
            f"NERLOOP_DOCCANO_PASSWORD is unset: set it to the password of the account "
            f"{settings.doccano_username!r} (NERLOOP_DOCCANO_USERNAME) in Doccano"
        )
    return DoccanoClient(
        str(settings.doccano_url),
        settings.doccano_username,
        settings.doccano_password.get_secret_value(),
        timeout=settings.doccano_timeout_seconds if patient else IMPATIENT_SECONDS,
        session=None if patient else requests.Session(),
    )
