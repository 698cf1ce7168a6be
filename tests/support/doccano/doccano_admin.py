"""A Doccano client with the requests that only tests need."""

from collections.abc import Mapping
from typing import Any

import requests

from worker.doccano import DoccanoClient
from worker.doccano.models import DoccanoProject, Example, Member, User
from worker.doccano.paging import all_pages


class AdminClient(DoccanoClient):
    """nerloop's client, extended by requests that nerloop never sends."""

    def add_user(self, username: str, password: str) -> User:
        """Creates a user with Django's own form, because `create_user` needs Doccano 1.8.1."""
        with requests.Session() as browser:
            own = {"username": self.username, "password": self._transport._password}
            self._submit(browser, "login/", own)
            new = {"username": username, "password1": password, "password2": password}
            self._submit(browser, "auth/user/add/", new)
        return next(user for user in self.users() if user.username == username)

    def _submit(self, browser: requests.Session, page: str, fields: Mapping[str, str]) -> None:
        url = f"{self.url}/admin/{page}"
        browser.get(url).raise_for_status()
        token = {"csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        answer = browser.post(url, data={**fields, **token}, allow_redirects=False)
        # A form that is refused is shown again.
        assert answer.is_redirect, f"{url} answered {answer.status_code}"

    def me(self) -> User:
        """Returns the account itself."""
        return self._get(User, "me")

    def users(self) -> tuple[User, ...]:
        """Returns every user; staff only."""
        return self._get(tuple[User, ...], "users")

    def projects(self) -> tuple[DoccanoProject, ...]:
        """Returns the projects that the account is a member of."""
        return tuple(all_pages(self._transport, DoccanoProject, "projects"))

    def delete_project(self, doccano_project: int) -> None:
        """Deletes a project with all its documents."""
        self._transport.send("DELETE", f"projects/{doccano_project}")

    def members(self, doccano_project: int) -> tuple[Member, ...]:
        """Returns the members of the project."""
        return self._get(tuple[Member, ...], f"projects/{doccano_project}/members")

    def remove_member(self, doccano_project: int, member: int) -> None:
        """Removes a membership, not the user; exports then lack that user's work."""
        self._transport.send(
            "DELETE", f"projects/{doccano_project}/members", json={"ids": [member]}
        )

    def rename_label(self, doccano_project: int, label: int, name: str) -> None:
        """Renames a label, also of existing spans."""
        path = f"projects/{doccano_project}/span-types/{label}"
        self._transport.send("PATCH", path, json={"text": name})

    def delete_label(self, doccano_project: int, label: int) -> None:
        """Deletes a label and every span with it; ticks stay."""
        self._transport.send("DELETE", f"projects/{doccano_project}/span-types/{label}")

    def create_example(
        self,
        doccano_project: int,
        text: str,
        *,
        meta: Mapping[str, Any] | None = None,
        score: float | None = None,
    ) -> Example:
        """Adds a document. Doccano strips white space from both ends of `text`."""
        payload = {"text": text, "meta": dict(meta or {})}
        scored = {} if score is None else {"score": score}
        return self._post(Example, f"projects/{doccano_project}/examples", payload | scored)

    def update_example(self, doccano_project: int, example: int, **fields: object) -> None:
        """Sets `text`, `meta` or `score`; spans keep their offsets even when the text changes."""
        self._transport.send("PATCH", f"projects/{doccano_project}/examples/{example}", json=fields)

    def delete_example(self, doccano_project: int, example: int) -> None:
        """Deletes a document with its spans."""
        self._transport.send("DELETE", f"projects/{doccano_project}/examples/{example}")
