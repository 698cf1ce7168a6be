"""Connects a Doccano project: checks it, proves the round trip and configures its auto-labeling.

Nothing is written to Doccano that was not seen to work. Connecting again repairs what is wrong and
leaves the rest as it is.
"""

from datetime import datetime

from ner.errors import CollectError, DoccanoError
from worker.bound_project import bind, bound_project
from worker.connecting.auto_label_config import (
    ConfigPlan,
    plan_configs,
    split_ours,
    usable_token,
    wanted_config,
)
from worker.connecting.connection import Connection, Finding, FindingLevel, Probe
from worker.connecting.doccano_version import unassigned_finding, version_finding
from worker.connecting.project_access import open_project
from worker.connecting.round_trip import RoundTrip
from worker.doccano import DoccanoClient
from worker.doccano.links import annotate_url
from worker.doccano.models import AutoLabelConfig, DoccanoProject
from worker.project_listing import listed_documents, project_info
from worker.settings import Settings
from worker.store.corpus.listings import sync_listing
from worker.store.corpus.mass_changes import check_labels
from worker.store.database import Store
from worker.store.labels import sync_labels
from worker.store.projects import save_project
from worker.store.tokens import (
    SERVICE,
    drop_trial_token,
    issue_token,
    issue_trial_token,
    keep_trial_token,
    token_exists,
    token_matches,
)


def connect(
    store: Store,
    client: DoccanoClient,
    project: str,
    settings: Settings,
    *,
    probe: Probe,
    now: datetime,
    new_token: bool = False,
) -> Connection:
    """Connects a project; every problem with Doccano becomes a finding.

    Binds the project to the Doccano of the settings, if it is not bound to another one.

    `new_token` replaces the token in Doccano's configuration even if it works.

    Raises SettingsError for an unknown project and StoreError when the store cannot be used.
    """
    connecting = _Connecting(store, client, project, settings, probe, now, new_token)
    try:
        connecting.run()
    except (DoccanoError, CollectError) as error:
        connecting.add_finding(FindingLevel.PROBLEM, str(error))
    return connecting.result()


class _Connecting:
    """Runs the steps in order and collects their findings."""

    def __init__(
        self,
        store: Store,
        client: DoccanoClient,
        project: str,
        settings: Settings,
        probe: Probe,
        now: datetime,
        new_token: bool,
    ) -> None:
        self._store = store
        self._client = client
        self._project = project
        self._settings = settings
        self._project_settings = settings.project(project)
        self._doccano_project = self._project_settings.doccano_project
        self._round_trip = RoundTrip(
            client, self._doccano_project, probe, settings.server_host, settings.server_port
        )
        self._now = now
        self._new_token = new_token
        self._findings: list[Finding] = []
        self._changes: list[str] = []
        self._annotate_url: str | None = None
        self._admin_token: str | None = None

    def run(self) -> None:
        """Runs all steps; raises DoccanoError when the remaining ones cannot be run."""
        bound_project(self._store, self._settings, self._project)
        access = open_project(self._client, self._doccano_project)
        self.add_finding(
            FindingLevel.FINE,
            f"logged in to Doccano at {self._client.url} as {self._client.username!r}; project "
            f"{self._doccano_project} is {access.project.name!r}",
        )
        self._findings.append(version_finding(access.fields))
        self._check_modes(access.project)
        ours, foreign = split_ours(access.configs, self._project)
        token = self._token(ours)
        wanted = wanted_config(self._settings.resolved_server_url, self._project, token)
        if not self._is_proven(wanted, token, ours):
            return
        self._sync(access.project)
        if not self._apply(plan_configs(ours, foreign, wanted), token):
            return
        self._issue_admin_token()
        self._annotate_url = annotate_url(self._client.url, self._doccano_project)

    def add_finding(self, level: FindingLevel, text: str) -> None:
        """Adds a finding to the result."""
        self._findings.append(Finding(level, text))

    def result(self) -> Connection:
        """Returns the findings and changes so far."""
        return Connection(
            tuple(self._findings), tuple(self._changes), self._annotate_url, self._admin_token
        )

    def _check_modes(self, project: DoccanoProject) -> None:
        if project.collaborative:
            self.add_finding(
                FindingLevel.FINE, "it is collaborative: annotators share their spans and ticks"
            )
        else:
            self._check_individual_mode()
        if project.allow_overlapping:
            self.add_finding(
                FindingLevel.WARNING,
                "it allows overlapping spans: Doccano then keeps duplicates, and a tagger learns "
                "only the longest of spans that overlap; switch it off if you can",
            )
        if project.grapheme_mode:
            self.add_finding(
                FindingLevel.WARNING,
                "it counts grapheme clusters: nerloop converts as Doccano's screen does, but a "
                "project without that mode is the safer choice",
            )
        if project.use_relation:
            self.add_finding(FindingLevel.FINE, "its relations are ignored: only spans are learned")

    def _check_individual_mode(self) -> None:
        rule = self._project_settings.adjudication
        self.add_finding(
            FindingLevel.WARNING,
            "it is individual: each annotator has separate spans and ticks, so approvals are only "
            f"seen in exports, and where annotators differ the rule {rule!r} decides; nerloop "
            "learns faster from a collaborative project",
        )
        if self._project_settings.auto_label == "once":
            self.add_finding(
                FindingLevel.WARNING,
                "auto_label is 'once': only the first annotator who opens a document gets spans; "
                "set it to 'always' for this project (deleted spans then come back)",
            )

    def _sync(self, project: DoccanoProject) -> None:
        """Stores what the server needs before the first call: unit, labels and documents."""
        labels = self._client.label_types(self._doccano_project)
        examples = tuple(self._client.examples(self._doccano_project))
        listed = listed_documents(examples, collaborative=project.collaborative)
        approved = sum(bool(document.approved) for document in listed)
        with self._store.read() as session:
            check_labels(session, self._project, labels, [d.external_id for d in listed])
        sync_listing(
            self._store,
            self._project,
            listed,
            complete=True,
            share=self._project_settings.held_out_share,
            now=self._now,
        )
        # After the documents, whose texts show whether the labels are those of another Doccano.
        with self._store.begin() as session:
            save_project(session, project_info(self._project, project, self._now))
            bind(session, self._settings, self._project)
            sync_labels(session, self._project, labels)
        if labels:
            names = ", ".join(sorted(labels.values()))
            self.add_finding(FindingLevel.FINE, f"labels: {names}")
        else:
            self.add_finding(
                FindingLevel.WARNING,
                "it has no labels yet: create at least one at "
                f"{self._client.url}/projects/{self._doccano_project}/labels",
            )
        self.add_finding(
            FindingLevel.FINE,
            f"documents: {len(listed)}, of which {approved} are approved"
            if project.collaborative
            else f"documents: {len(listed)}",
        )
        if finding := unassigned_finding(examples):
            self._findings.append(finding)

    def _token(self, ours: tuple[AutoLabelConfig, ...]) -> str:
        """The token in nerloop's configurations if it is valid, else one on trial."""
        with self._store.begin() as session:
            token = usable_token(
                ours, lambda token: token_matches(session, "predict", self._project, token)
            )
            if token is not None:
                # One on trial was in use before a kill; the next one on trial would end it.
                keep_trial_token(session, self._project, token, self._now)
            if token is None or self._new_token:
                token = issue_trial_token(session, self._project, self._now)
            return token

    def _is_proven(
        self, wanted: AutoLabelConfig, token: str, ours: tuple[AutoLabelConfig, ...]
    ) -> bool:
        """Whether Doccano gets an answer with the configuration; otherwise nothing is changed."""
        finding = self._round_trip.prove(wanted)
        self._findings.append(finding)
        if finding.level is not FindingLevel.PROBLEM:
            return True
        with self._store.begin() as session:
            if not any(token in str(config.model_attrs) for config in ours):
                drop_trial_token(session, self._project, token)
        kept = ", ".join(str(config.model_attrs.get("url")) for config in ours)
        self.add_finding(
            FindingLevel.WARNING,
            f"nothing was changed: Doccano's configuration still asks {kept}"
            if kept
            else "nothing was changed: the project is not connected yet",
        )
        return False

    def _apply(self, plan: ConfigPlan, token: str) -> bool:
        """Leaves exactly one configuration of nerloop, and makes its token the project's.

        A configuration that was sent may be in place even if Doccano's answer was lost, so that
        until then both tokens are valid. Returns False when another run has replaced the token.
        """
        if not self._is_valid(token):
            return False
        auto_labeling = self._client.auto_labeling
        if plan.create:
            auto_labeling.create_config(self._doccano_project, plan.create)
            self._changes.append("created the auto-labeling configuration")
        if plan.update:
            auto_labeling.update_config(self._doccano_project, plan.update)
            self._changes.append(f"repaired the auto-labeling configuration {plan.update.id}")
        with self._store.begin() as session:
            if keep_trial_token(session, self._project, token, self._now):
                self._changes.append("issued a predict token")
        if not self._is_valid(token):
            return False
        for config in plan.delete:
            auto_labeling.delete_config(self._doccano_project, config.id)
            self._changes.append(f"removed the redundant configuration {config.id}")
        for config in plan.foreign:
            self.add_finding(
                FindingLevel.WARNING,
                f"configuration {config.id} ({config.model_name}) is not nerloop's and also runs "
                "at every visit; remove it in Doccano's settings if it is not wanted",
            )

        return True

    def _is_valid(self, token: str) -> bool:
        """Whether the token of this run is still valid; otherwise that is a problem."""
        with self._store.read() as session:
            if token_matches(session, "predict", self._project, token):
                return True
        self.add_finding(
            FindingLevel.PROBLEM,
            f"another `nerloop connect {self._project}` or `nerloop tokens {self._project}` issued "
            "a predict token at the same time, so that the one of this run is not valid: run "
            f"`nerloop connect {self._project}` again when the other has ended",
        )
        return False

    def _issue_admin_token(self) -> None:
        with self._store.begin() as session:
            if not token_exists(session, "admin", SERVICE):
                self._admin_token = issue_token(session, "admin", SERVICE, self._now)
                self._changes.append("issued a service token")
