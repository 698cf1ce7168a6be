"""The auto-labeling configuration that a Doccano project needs, and the changes that lead to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from worker.doccano.models import AutoLabelConfig

_SCHEME = "Bearer "


@dataclass(frozen=True, slots=True)
class ConfigPlan:
    """Changes to a project's configurations; at most one of `create` and `update` is set.

    `delete` has redundant configurations of nerloop; `foreign` ones are not nerloop's and stay.
    """

    create: AutoLabelConfig | None
    update: AutoLabelConfig | None
    delete: tuple[AutoLabelConfig, ...]
    foreign: tuple[AutoLabelConfig, ...]

    @property
    def changes(self) -> bool:
        """Whether the plan changes anything."""
        return bool(self.create or self.update or self.delete)


def wanted_config(server_url: str, project: str, token: str) -> AutoLabelConfig:
    """Returns the configuration that makes Doccano call this service for the project.

    All five attributes are set: Doccano 1.8 fails when one is missing or null.
    """
    return AutoLabelConfig(
        model_name="Custom REST Request",
        model_attrs={
            "url": f"{server_url}/doccano/{project}",
            "method": "POST",
            "params": {},
            "headers": {"Authorization": f"{_SCHEME}{token}"},
            "body": {"text": "{{ text }}"},
        },
        template="{{ input | tojson }}",
        label_mapping={},
        task_type="Span",
    )


def split_ours(
    configs: Sequence[AutoLabelConfig], project: str
) -> tuple[tuple[AutoLabelConfig, ...], tuple[AutoLabelConfig, ...]]:
    """Returns the configurations that call nerloop for this project, at any host, and the rest."""
    path = f"/doccano/{project}"

    def is_ours(config: AutoLabelConfig) -> bool:
        return urlsplit(str(config.model_attrs.get("url", ""))).path.rstrip("/").endswith(path)

    ours = tuple(config for config in configs if is_ours(config))
    return ours, tuple(config for config in configs if not is_ours(config))


def usable_token(ours: Sequence[AutoLabelConfig], is_valid: Callable[[str], bool]) -> str | None:
    """Returns the first token in nerloop's configurations that is valid, or None."""
    for config in ours:
        token = _token(config)
        if token and is_valid(token):
            return token
    return None


def plan_configs(
    ours: Sequence[AutoLabelConfig], foreign: Sequence[AutoLabelConfig], wanted: AutoLabelConfig
) -> ConfigPlan:
    """Keeps a correct configuration; without one, updates the oldest; without any, creates one."""
    if not ours:
        return ConfigPlan(wanted, None, (), tuple(foreign))
    correct = [config for config in ours if replace(wanted, id=config.id) == config]
    kept = correct[0] if correct else min(ours, key=lambda config: config.id)
    return ConfigPlan(
        create=None,
        update=None if correct else replace(wanted, id=kept.id),
        delete=tuple(config for config in ours if config.id != kept.id),
        foreign=tuple(foreign),
    )


def _token(config: AutoLabelConfig) -> str | None:
    headers = config.model_attrs.get("headers")
    value = headers.get("Authorization") if isinstance(headers, dict) else None
    if isinstance(value, str) and value.startswith(_SCHEME):
        return value.removeprefix(_SCHEME)
    return None
