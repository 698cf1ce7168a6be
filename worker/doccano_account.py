"""Opens a client of Doccano with the account in the settings."""

from enum import StrEnum

import requests

from ner.errors import SettingsError
from worker.doccano import DoccanoClient
from worker.doccano.retries import new_session
from worker.settings import Settings

IMPATIENT_SECONDS = 5.0


class Patience(StrEnum):
    """How long a Doccano that does not answer is waited for."""

    WORKER = "what is safe to repeat is repeated"
    COMMAND = "the login is tried once, for a few seconds: a person waits for the answer"
    LOOK = "everything is tried once, for a few seconds"


def open_client(settings: Settings, patience: Patience = Patience.WORKER) -> DoccanoClient:
    """Returns a client that logs in at its first request.

    Raises SettingsError when no password is set.
    """
    if settings.doccano_password is None:
        raise SettingsError(
            f"NERLOOP_DOCCANO_PASSWORD is unset: set it to the password of the account "
            f"{settings.doccano_username!r} (NERLOOP_DOCCANO_USERNAME) in Doccano"
        )
    timeout = settings.doccano_timeout_seconds
    session = new_session(pause_seconds=timeout, repeats_login=patience is Patience.WORKER)
    if patience is Patience.LOOK:
        timeout, session = IMPATIENT_SECONDS, requests.Session()
    return DoccanoClient(
        str(settings.doccano_url),
        settings.doccano_username,
        settings.doccano_password.get_secret_value(),
        timeout=timeout,
        login_timeout=timeout if patience is Patience.WORKER else IMPATIENT_SECONDS,
        session=session,
    )
