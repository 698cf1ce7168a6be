"""Projects in the tests' Doccano, with methods for documents, spans, ticks and annotators."""

from collections.abc import Sequence
from itertools import count

import pytest

from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.doccano_admin import AdminClient
from worker.doccano.client import RoleName

PASSWORD = "a-reviewer-of-papers"

_numbers = count(1)


def client_of(doccano: LocalDoccano) -> AdminClient:
    """Returns the superuser's client."""
    return AdminClient(doccano.url, doccano.username, doccano.password)


class TestProject:
    """A new project; a label is created when it is first used. Offsets are Doccano's (UTF-16)."""

    __test__ = False

    def __init__(
        self,
        doccano: LocalDoccano,
        *,
        collaborative: bool = True,
        use_relation: bool = False,
        allow_overlapping: bool = False,
        grapheme_mode: bool = False,
        labels: Sequence[str] = (),
    ) -> None:
        self._doccano = doccano
        self.client = client_of(doccano)
        self.id = self.client.create_project(
            f"project {next(_numbers)}",
            collaborative=collaborative,
            use_relation=use_relation,
            allow_overlapping=allow_overlapping,
            grapheme_mode=grapheme_mode,
        ).id
        self.labels: dict[str, int] = {}
        for name in labels:
            self.label(name)

    def lose_task_worker(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Keeps exports from getting ready, as when Doccano runs without its task worker."""
        transport = self.client._transport
        get = transport.get

        def never_ready(path: str, **params: object) -> object:
            if path.startswith("tasks/status/"):
                return {"ready": False, "result": None, "error": None}
            return get(path, **params)

        monkeypatch.setattr(transport, "get", never_ready)

    def label(self, name: str) -> int:
        """Returns the label's id; creates the label if it is new."""
        if name not in self.labels:
            self.labels[name] = self.client.create_label(self.id, name).id
        return self.labels[name]

    def annotator(self, *, role: RoleName = "annotator") -> AdminClient:
        """Creates a user who is a member of the project, and returns the user's client."""
        # Padded, because names decide between annotators who are first seen together.
        user = self.client.add_user(f"annotator{next(_numbers):06}", PASSWORD)
        self.client.add_member(self.id, user.id, role=role)
        return AdminClient(self._doccano.url, user.username, PASSWORD)

    def remove(self, annotator: AdminClient) -> None:
        """Removes the annotator's membership."""
        members = self.client.members(self.id)
        member = next(m for m in members if m.username == annotator.username)
        self.client.remove_member(self.id, member.id)

    def document(
        self,
        text: str,
        *spans: tuple[int, int, str],
        approved: bool = False,
        meta: dict[str, object] | None = None,
    ) -> int:
        """Creates a document with spans of the superuser, ticked if `approved`; returns its id."""
        example = self.client.create_example(self.id, text, meta=meta).id
        self.annotate(example, *spans, approved=approved)
        return example

    def annotate(
        self,
        example: int,
        *spans: tuple[int, int, str],
        by: AdminClient | None = None,
        approved: bool = True,
    ) -> None:
        """Adds spans in the annotator's name and ticks the document."""
        client = by or self.client
        for start, end, label in spans:
            client.add_span(self.id, example, start, end, self.label(label))
        if approved:
            self.tick(example, by=by)

    def clear(self, example: int, *, by: AdminClient | None = None) -> None:
        """Removes all spans that the annotator sees."""
        client = by or self.client
        for span in client.spans(self.id, example):
            client.delete_span(self.id, example, span.id)

    def tick(self, example: int, *, by: AdminClient | None = None) -> None:
        """Approves a document."""
        (by or self.client).set_confirmed(self.id, example, confirmed=True)

    def untick(self, example: int, *, by: AdminClient | None = None) -> None:
        """Withdraws the approval of a document."""
        (by or self.client).set_confirmed(self.id, example, confirmed=False)
