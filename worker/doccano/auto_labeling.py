"""Doccano's auto-labeling: its configurations, its dry runs and its trigger."""

from dataclasses import asdict
from typing import Any

from worker.doccano.models import AutoLabelConfig, read
from worker.doccano.transport import Transport


class AutoLabeling:
    """The auto-labeling of Doccano's projects.

    Every method but `trigger` requires a project_admin. Doccano's own form for this is broken in
    1.8.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def configs(self, doccano_project: int) -> tuple[AutoLabelConfig, ...]:
        """Returns the configurations of the project; Doccano runs them all, one after the other."""
        path = _path(doccano_project, "/configs")
        return read(tuple[AutoLabelConfig, ...], self._transport.get(path), path)

    def create_config(self, doccano_project: int, config: AutoLabelConfig) -> AutoLabelConfig:
        """Adds a configuration. Doccano accepts duplicates."""
        path = _path(doccano_project, "/configs")
        return read(AutoLabelConfig, self._transport.post(path, _payload(config)), path)

    def update_config(self, doccano_project: int, config: AutoLabelConfig) -> AutoLabelConfig:
        """Replaces the configuration with the same `id`."""
        path = _path(doccano_project, f"/configs/{config.id}")
        return read(AutoLabelConfig, self._transport.patch(path, _payload(config)), path)

    def delete_config(self, doccano_project: int, config_id: int) -> None:
        """Removes a configuration."""
        self._transport.send("DELETE", _path(doccano_project, f"/configs/{config_id}"))

    def test_request(self, doccano_project: int, config: AutoLabelConfig, text: str) -> Any:
        """Dry run, step 1: Doccano sends `text` to the service; returns the JSON of its answer.

        Raises DoccanoRejected with Doccano's message when the service cannot be reached or does not
        answer JSON.
        """
        payload = {
            "model_name": config.model_name,
            "model_attrs": config.model_attrs,
            "text": text,
        }
        return self._transport.post(_path(doccano_project, "/request-testing"), payload)

    def test_extractor(self, doccano_project: int, config: AutoLabelConfig, response: Any) -> Any:
        """Dry run, step 2: returns the labels that the template finds in the service's answer.

        Raises DoccanoRejected when it finds none.
        """
        payload = {
            "response": response,
            "template": config.template,
            "task_type": config.task_type,
        }
        return self._transport.post(_path(doccano_project, "/label-extractor-testing"), payload)

    def test_mapper(self, doccano_project: int, config: AutoLabelConfig, labels: Any) -> Any:
        """Dry run, step 3: returns the labels after the configuration's mapping of names."""
        payload = {
            "response": labels,
            "label_mapping": config.label_mapping,
            "task_type": config.task_type,
        }
        return self._transport.post(_path(doccano_project, "/label-mapper-testing"), payload)

    def trigger(self, doccano_project: int, example: int) -> None:
        """Runs the configurations on a document, as Doccano's page does when it opens one.

        The spans belong to the caller. Raises DoccanoUnavailable when Doccano could not use the
        service's answer; Doccano gives no reason.
        """
        self._transport.post(f"{_path(doccano_project)}?example={example}", {})


def _path(doccano_project: int, rest: str = "") -> str:
    return f"projects/{doccano_project}/auto-labeling{rest}"


def _payload(config: AutoLabelConfig) -> dict[str, Any]:
    return {name: value for name, value in asdict(config).items() if name != "id"}
