"""Creates nerloop's account in Doccano, an ordinary user, unless there is one of that name.

Run once by the service `doccano-setup`, with Doccano's Python.
"""

import os

import backend.cli  # noqa: F401  # sets Django's settings and paths, as the command `doccano` does
import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402

users = get_user_model().objects
name = os.environ["NERLOOP_DOCCANO_USERNAME"]
if not users.filter(username=name).exists():
    users.create_user(username=name, password=os.environ["NERLOOP_DOCCANO_PASSWORD"])
