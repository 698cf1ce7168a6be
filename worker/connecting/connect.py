"""Connects a Doccano project: checks it, configures its auto-labeling and proves the round trip.

Doing it again repairs what is wrong and changes nothing that is right.
"""

from datetime import datetime
from typing import Any

from ner.errors import DoccanoError, DoccanoRejected, DoccanoUnavailable
from worker.connecting.auto_label_config import (
    ConfigPlan,
    plan_configs,
    split_ours,
    usable_token,
    wanted_config,
)
from worker.connecting.connection import Connection, Finding, FindingLevel, Probe
from worker.connecting.server_reach import remedy
from worker.doccano import DoccanoClient
from worker.doccano.models import AutoLabelConfig, DoccanoProject
from worker.project_listing import listed_documents, project_info
from worker.settings import Settings
from worker.store.database import Store
from worker.store.documents import sync_listing
from worker.store.labels import sync_labels
from worker.store.projects import save_project
from worker.store.tokens import SERVICE, exists, issue, matches


def connect(
    store: Store,
    client: DoccanoClient,
    project: str,
    settings: Settings,
    *,
    probe: Probe,
    now: datetime,
) -> Connection:
    """Checks, configures and proves; every trouble with Doccano is a finding.

    Raises SettingsError for an unknown project and StoreError when the store cannot be used.
    """
    connecting = _Connecting(store, client, project, settings, probe, now)
    try:
        connecting.run()
    except DoccanoError as error:
        connecting.found(FindingLevel.PROBLEM, str(error))
    return connecting.result()


class _Connecting:
    """The steps in order, and what they found."""

    def __init__(
        self,
        store: Store,
        client: DoccanoClient,
        project: str,
        settings: Settings,
        probe: Probe,
        now: datetime,
    ) -> None:
        self._store = store
        self._client = client
        self._project = project
        self._settings = settings
        self._project_settings = settings.project(project)
        self._doccano_project = self._project_settings.doccano_project
        self._probe = probe
        self._now = now
        self._findings: list[Finding] = []
        self._changes: list[str] = []
        self._annotate_url: str | None = None
        self._admin_token: str | None = None

    def run(self) -> None:
        """Raises DoccanoError where nothing more can be checked."""
        project = self._client.project(self._doccano_project)
        self.found(
            FindingLevel.FINE,
            f"Doccano at {self._client.url} knows {self._client.username!r}, and project "
            f"{self._doccano_project} is {project.name!r}",
        )
        if not project.labels_spans:
            self.found(
                FindingLevel.PROBLEM,
                f"it is of type {project.project_type}; nerloop needs one of type "
                "SequenceLabeling: make one in Doccano and set doccano_project to its number",
            )
            return
        # Only a project_admin may list them: a missing right shows before anything is changed.
        configs = self._client.auto_labeling.configs(self._doccano_project)
        self._look_at_modes(project)
        self._sync(project)
        config = self._configure(configs)
        self._prove(config)
        self._make_admin_token()
        self._annotate_url = (
            f"{self._client.url}/projects/{self._doccano_project}/sequence-labeling"
            "?page=1&isChecked=false"
        )

    def found(self, level: FindingLevel, text: str) -> None:
        """Notes a finding."""
        self._findings.append(Finding(level, text))

    def result(self) -> Connection:
        """All of it."""
        return Connection(
            tuple(self._findings), tuple(self._changes), self._annotate_url, self._admin_token
        )

    def _look_at_modes(self, project: DoccanoProject) -> None:
        if project.collaborative:
            self.found(
                FindingLevel.FINE, "it is collaborative: everybody sees the same spans and ticks"
            )
        else:
            self._look_at_individual_mode()
        if project.allow_overlapping:
            self.found(
                FindingLevel.WARNING,
                "it allows overlapping spans: Doccano then keeps duplicates, and a tagger learns "
                "only the longest of spans that overlap; switch it off if you can",
            )
        if project.grapheme_mode:
            self.found(
                FindingLevel.WARNING,
                "it counts grapheme clusters: nerloop converts as Doccano's screen does, but a "
                "project without that mode is the safer choice",
            )
        if project.use_relation:
            self.found(FindingLevel.FINE, "its relations are left alone: only spans are learnt")

    def _look_at_individual_mode(self) -> None:
        rule = self._project_settings.adjudication
        self.found(
            FindingLevel.WARNING,
            "it is individual: everybody annotates on their own, so approvals are only seen in "
            f"exports, and where annotators differ the rule {rule!r} decides; a collaborative "
            "project learns faster",
        )
        if self._project_settings.auto_label == "once":
            self.found(
                FindingLevel.WARNING,
                "auto_label is 'once': only the first annotator who opens a document gets spans; "
                "set it to 'always' for this project (spans that were deleted then return)",
            )

    def _sync(self, project: DoccanoProject) -> None:
        """What the server must know before the first call: units, labels and documents."""
        labels = self._client.label_types(self._doccano_project)
        examples = self._client.examples(self._doccano_project)
        listed = listed_documents(examples, collaborative=project.collaborative)
        with self._store.begin() as session:
            save_project(session, project_info(self._project, project, self._now))
            sync_labels(session, self._project, labels)
            sync_listing(
                session,
                self._project,
                listed,
                complete=True,
                share=self._project_settings.held_out_share,
                now=self._now,
            )
        if labels:
            names = ", ".join(sorted(labels.values()))
            self.found(FindingLevel.FINE, f"labels: {names}")
        else:
            self.found(
                FindingLevel.WARNING,
                "it has no labels yet: make at least one at "
                f"{self._client.url}/projects/{self._doccano_project}/labels",
            )
        self.found(
            FindingLevel.FINE,
            f"documents: {len(listed)}, of which {sum(bool(one.approved) for one in listed)} are "
            "approved"
            if project.collaborative
            else f"documents: {len(listed)}",
        )

    def _configure(self, configs: tuple[AutoLabelConfig, ...]) -> AutoLabelConfig:
        """Leaves exactly one configuration of ours, with a token that the store knows."""
        ours, foreign = split_ours(configs, self._project)
        with self._store.begin() as session:
            token = usable_token(
                ours, lambda token: matches(session, "predict", self._project, token)
            )
            if token is None:
                token = issue(session, "predict", self._project, self._now)
                self._changes.append("issued a token for predictions")
        wanted = wanted_config(self._settings.resolved_server_url, self._project, token)
        plan = plan_configs(ours, foreign, wanted)
        self._apply(plan)
        self.found(FindingLevel.FINE, f"auto-labeling asks {wanted.model_attrs['url']}")
        for config in plan.foreign:
            self.found(
                FindingLevel.WARNING,
                f"configuration {config.id} ({config.model_name}) is not nerloop's and runs as "
                "well at every visit; remove it in Doccano's settings if it is not wanted",
            )
        return wanted

    def _apply(self, plan: ConfigPlan) -> None:
        auto_labeling = self._client.auto_labeling
        if plan.create:
            auto_labeling.create_config(self._doccano_project, plan.create)
            self._changes.append("created the auto-labeling configuration")
        if plan.update:
            auto_labeling.update_config(self._doccano_project, plan.update)
            self._changes.append(f"repaired the auto-labeling configuration {plan.update.id}")
        for config in plan.delete:
            auto_labeling.delete_config(self._doccano_project, config.id)
            self._changes.append(f"removed the superfluous configuration {config.id}")

    def _prove(self, config: AutoLabelConfig) -> None:
        """Doccano's three dry runs: what it is answered, reads from it, and makes of it."""
        auto_labeling = self._client.auto_labeling
        url = str(config.model_attrs["url"])
        try:
            reply = auto_labeling.test_request(self._doccano_project, config, self._probe.text)
        except (DoccanoRejected, DoccanoUnavailable):
            reply = None
        if not self._is_probe_answer(reply):
            token = config.model_attrs["headers"]["Authorization"].partition(" ")[2]
            self.found(FindingLevel.PROBLEM, remedy(self._probe.ask(url, token), url))
            return
        extracted = auto_labeling.test_extractor(self._doccano_project, config, reply)
        mapped = auto_labeling.test_mapper(self._doccano_project, config, extracted)
        if self._is_probe_answer(extracted) and self._is_probe_answer(mapped):
            self.found(FindingLevel.FINE, "Doccano asked the server and understood its answer")
        else:
            self.found(
                FindingLevel.PROBLEM,
                f"Doccano was answered {reply} but made {mapped} of it; this is a Doccano that "
                "nerloop does not know: it is made for 1.8",
            )

    def _is_probe_answer(self, reply: Any) -> bool:
        """Whether it is one span over the probe's first word."""
        first_word = len(self._probe.text.split()[0])
        match reply:
            case [{"start_offset": 0, "end_offset": end, "label": str()}]:
                return bool(end == first_word)
        return False

    def _make_admin_token(self) -> None:
        with self._store.begin() as session:
            if not exists(session, "admin", SERVICE):
                self._admin_token = issue(session, "admin", SERVICE, self._now)
                self._changes.append("issued the service's admin token")
