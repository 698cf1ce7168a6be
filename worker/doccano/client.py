"""The Doccano client: documents, spans, ticks, labels, progress, projects and their members."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, TypeVar

import requests

from ner.errors import DoccanoError, DoccanoUnavailable
from worker.doccano.auto_labeling import AutoLabeling
from worker.doccano.exchange import Exchange
from worker.doccano.models import (
    DoccanoProject,
    DoccanoSpan,
    Example,
    ExportedFile,
    LabelType,
    Member,
    MemberProgress,
    ProjectProgress,
    Role,
    State,
    User,
    read,
)
from worker.doccano.paging import all_pages, each_page, one_page
from worker.doccano.retries import new_session
from worker.doccano.transport import Transport
from worker.doccano.versions import ApiFields

logger = logging.getLogger(__name__)

T = TypeVar("T")

RoleName = Literal["project_admin", "annotator", "annotation_approver"]

TASK_SECONDS = 120.0
CONFIRM_ATTEMPTS = 3


class DoccanoClient:
    """Sends requests to one Doccano as one account, preferably a project_admin for nerloop only.

    `doccano_project` and `example` are Doccano's numbers; offsets are in the project's unit, as
    Doccano stores them. Every method raises one of the DoccanoError tree. `timeout` is the time
    limit of one request in seconds, `login_timeout` that of the login if it differs; tests may
    replace `session`, `clock` and `sleep`.
    """

    def __init__(
        self,
        url: str,
        username: str,
        password: str,
        *,
        timeout: float = 30.0,
        login_timeout: float | None = None,
        session: requests.Session | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._transport = Transport(
            url,
            username,
            password,
            timeout=timeout,
            login_timeout=login_timeout or timeout,
            session=session or new_session(pause_seconds=timeout),
        )
        self._exchange = Exchange(self._transport, clock=clock, sleep=sleep)
        self.auto_labeling = AutoLabeling(self._transport)
        self.username = username

    @property
    def url(self) -> str:
        """Doccano's address, without credentials."""
        return self._transport.public_url

    def create_user(self, username: str, password: str) -> User:
        """Creates a user; staff only, from 1.8.1 on. Doccano refuses weak passwords."""
        payload = {"username": username, "password1": password, "password2": password}
        return self._post(User, "users/create", payload)

    def project(self, doccano_project: int) -> DoccanoProject:
        """Returns one project."""
        return self._get(DoccanoProject, f"projects/{doccano_project}")

    def api_fields(self, doccano_project: int) -> ApiFields:
        """Returns the fields by which the versions of Doccano differ; see `ApiFields`."""
        path = f"projects/{doccano_project}"
        project = self._get(dict[str, Any], path)
        path = f"{path}/examples"
        try:
            answer = read(dict[str, Any], self._transport.options(path), path)
            actions = read(dict[str, dict[str, Any]], answer.get("actions", {}), path)
        except DoccanoError as error:
            # Proxies may refuse this method, which nothing else needs.
            logger.info("Doccano does not describe its documents path=%s (%s)", path, error)
            actions = {}
        return ApiFields(project.keys(), actions.get("POST", {}).keys())

    def projects(self) -> tuple[DoccanoProject, ...]:
        """Returns the projects of which the account is a member."""
        return tuple(all_pages(self._transport, DoccanoProject, "projects"))

    def create_project(
        self,
        name: str,
        *,
        collaborative: bool = True,
        use_relation: bool = False,
        allow_overlapping: bool = False,
        grapheme_mode: bool = False,
    ) -> DoccanoProject:
        """Creates a project for spans, with the account as its project_admin; staff only."""
        payload = {
            "name": name,
            "description": name,
            "project_type": "SequenceLabeling",
            "resourcetype": "SequenceLabelingProject",
            "collaborative_annotation": collaborative,
            "use_relation": use_relation,
            "allow_overlapping": allow_overlapping,
            "grapheme_mode": grapheme_mode,
        }
        return self._post(DoccanoProject, "projects", payload)

    def add_member(
        self, doccano_project: int, user: int, *, role: RoleName = "annotator"
    ) -> Member:
        """Makes a user a member of the project, with a role."""
        numbers = {item.name: item.id for item in self._get(tuple[Role, ...], "roles")}
        payload = {"user": user, "role": numbers[role]}
        return self._post(Member, f"projects/{doccano_project}/members", payload)

    def own_membership(self, doccano_project: int) -> Member:
        """Returns the account's own role. Raises DoccanoNotFound for a superuser without one."""
        return self._get(Member, f"projects/{doccano_project}/my-role")

    def label_types(self, doccano_project: int) -> dict[int, str]:
        """Returns the names of span labels by Doccano's id, which does not change with the name."""
        labels = self._get(tuple[LabelType, ...], f"projects/{doccano_project}/span-types")
        return {label.id: label.text for label in labels}

    def create_label(self, doccano_project: int, name: str, *, color: str = "#209cee") -> LabelType:
        """Adds a span label."""
        payload = {"text": name, "background_color": color, "text_color": "#ffffff"}
        return self._post(LabelType, f"projects/{doccano_project}/span-types", payload)

    def examples(self, doccano_project: int, *, confirmed: bool | None = None) -> Iterator[Example]:
        """Returns all documents, or only those that are ticked or, with False, not ticked.

        In an individual project only the account's own ticks count.
        """
        filters = {} if confirmed is None else {"confirmed": str(confirmed).lower()}
        path = f"projects/{doccano_project}/examples"
        listed = all_pages(self._transport, Example, path, **filters)
        if confirmed is None:
            return listed
        # Doccano ignores filters that it does not know.
        return (example for example in listed if example.confirmed == confirmed)

    def ticked_page(
        self, doccano_project: int, offset: int, limit: int
    ) -> tuple[tuple[Example, ...], int]:
        """Returns some of the ticked documents, those created first first, and the number of all.

        In an individual project only the account's own ticks count.
        """
        path = f"projects/{doccano_project}/examples"
        filters = {"confirmed": "true", "ordering": "created_at"}
        return one_page(self._transport, Example, path, offset, limit, **filters)

    def latest_examples(self, doccano_project: int) -> Iterator[tuple[Example, ...]]:
        """Yields all documents page by page, those first that were added or edited last.

        Ticks and spans do not count as an edit.
        """
        path = f"projects/{doccano_project}/examples"
        return each_page(self._transport, Example, path, ordering="-updated_at")

    def example(self, doccano_project: int, example: int) -> Example:
        """Returns one document. Raises DoccanoNotFound when it does not exist."""
        return self._get(Example, _example(doccano_project, example))

    def spans(self, doccano_project: int, example: int) -> tuple[DoccanoSpan, ...]:
        """Returns the spans of a document; in an individual project only the account's own."""
        return self._get(tuple[DoccanoSpan, ...], f"{_example(doccano_project, example)}/spans")

    def add_span(
        self, doccano_project: int, example: int, start: int, end: int, label: int
    ) -> DoccanoSpan:
        """Adds a span in the account's name. Doccano checks overlaps, but not the text's end."""
        payload = {"start_offset": start, "end_offset": end, "label": label}
        return self._post(DoccanoSpan, f"{_example(doccano_project, example)}/spans", payload)

    def delete_span(self, doccano_project: int, example: int, span: int) -> None:
        """Removes one span."""
        self._transport.send("DELETE", f"{_example(doccano_project, example)}/spans/{span}")

    def states(self, doccano_project: int, example: int) -> tuple[State, ...]:
        """Returns the ticks of a document; in an individual project only the account's own."""
        path = f"{_example(doccano_project, example)}/states"
        return tuple(all_pages(self._transport, State, path))

    def set_confirmed(self, doccano_project: int, example: int, *, confirmed: bool) -> None:
        """Ticks or unticks a document, unless it is so already.

        Doccano only has a toggle, so the state is read before each use of it, and a toggle whose
        answer was lost is never repeated; a second call reads the state again. Raises
        DoccanoUnavailable when another user keeps toggling the document at the same time.
        """
        path = f"{_example(doccano_project, example)}/states"
        for _ in range(CONFIRM_ATTEMPTS):
            if bool(self.states(doccano_project, example)) is confirmed:
                return
            answer = self._transport.post(path, {})
            if bool(answer) is confirmed:
                return
        raise DoccanoUnavailable(
            f"another user ticks and unticks document {example} of Doccano's project "
            f"{doccano_project} at the same time; try again"
        )

    def progress(self, doccano_project: int) -> ProjectProgress:
        """Returns how many documents are ticked, in an individual project by the account itself."""
        return self._get(ProjectProgress, f"projects/{doccano_project}/metrics/progress")

    def member_progress(self, doccano_project: int) -> tuple[MemberProgress, ...]:
        """Returns how many documents each user has ticked, in every kind of project."""
        path = f"projects/{doccano_project}/metrics/member-progress"
        answer = self._get(dict[str, Any], path)
        return read(tuple[MemberProgress, ...], answer.get("progress"), path)

    def span_distribution(self, doccano_project: int) -> dict[str, dict[str, int]]:
        """Returns how many spans each user has made, as ``{user: {label name: count}}``.

        Always raises DoccanoUnavailable once a member with spans was removed: Doccano 1.8.4 fails
        on that.
        """
        path = f"projects/{doccano_project}/metrics/span-distribution"
        return self._get(dict[str, dict[str, int]], path)

    def export_approved(
        self, doccano_project: int, *, deadline: float = TASK_SECONDS
    ) -> tuple[ExportedFile, ...]:
        """Exports the ticked documents; see `Exchange.export_approved`. Doccano keeps every zip."""
        return self._exchange.export_approved(doccano_project, deadline=deadline)

    def upload_jsonl(
        self,
        doccano_project: int,
        lines: Iterable[Mapping[str, Any]],
        *,
        relations: bool = False,
        deadline: float = TASK_SECONDS,
    ) -> None:
        """Imports documents; see `Exchange.upload_jsonl`."""
        self._exchange.upload_jsonl(doccano_project, lines, relations=relations, deadline=deadline)

    def _get(self, shape: type[T], path: str) -> T:
        return read(shape, self._transport.get(path), path)

    def _post(self, shape: type[T], path: str, payload: Mapping[str, Any]) -> T:
        return read(shape, self._transport.post(path, payload), path)


def _example(doccano_project: int, example: int) -> str:
    return f"projects/{doccano_project}/examples/{example}"
