"""Auto-labeling configurations, dry runs and the trigger on a real Doccano."""

from dataclasses import replace

import pytest

from ner.errors import DoccanoRejected, DoccanoUnavailable
from server.demo.local_doccano import LocalDoccano
from tests.support.doccano.doccano_projects import TestProject
from worker.doccano.auto_labeling import AutoLabeling
from worker.doccano.models import AutoLabelConfig

# The discard port, at which nothing answers.
CONFIG = AutoLabelConfig(
    {"url": "http://127.0.0.1:9/", "method": "POST", "params": {}, "headers": {}, "body": {}}
)
ANSWER = [{"label": "CITY", "start_offset": 0, "end_offset": 4}]


@pytest.fixture(scope="module")
def project(doccano: LocalDoccano) -> TestProject:
    return TestProject(doccano, labels=["CITY"])


@pytest.fixture
def auto_labeling(project: TestProject) -> AutoLabeling:
    return project.client.auto_labeling


def test_configurations_are_created_replaced_and_deleted(
    project: TestProject, auto_labeling: AutoLabeling
) -> None:
    created = auto_labeling.create_config(project.id, CONFIG)
    assert created == replace(CONFIG, id=created.id)
    assert auto_labeling.configs(project.id) == (created,)
    changed = replace(created, label_mapping={"LOC": "CITY"})
    assert auto_labeling.update_config(project.id, changed) == changed
    assert auto_labeling.configs(project.id) == (changed,)
    auto_labeling.delete_config(project.id, created.id)
    assert auto_labeling.configs(project.id) == ()


def test_a_service_that_cannot_be_reached_is_rejected(
    project: TestProject, auto_labeling: AutoLabeling
) -> None:
    with pytest.raises(DoccanoRejected, match="request-testing"):
        auto_labeling.test_request(project.id, CONFIG, "Bonn")


def test_labels_are_extracted_and_mapped(project: TestProject, auto_labeling: AutoLabeling) -> None:
    config = replace(CONFIG, label_mapping={"CITY": "TOWN"})
    labels = auto_labeling.test_extractor(project.id, config, ANSWER)
    assert labels == ANSWER
    mapped = auto_labeling.test_mapper(project.id, config, labels)
    assert mapped == [ANSWER[0] | {"label": "TOWN"}]


def test_an_answer_without_labels_is_rejected(
    project: TestProject, auto_labeling: AutoLabeling
) -> None:
    with pytest.raises(DoccanoRejected, match="label-extractor-testing"):
        auto_labeling.test_extractor(project.id, CONFIG, [])


def test_a_trigger_without_a_usable_answer_is_unavailable(
    project: TestProject, auto_labeling: AutoLabeling
) -> None:
    document = project.document("Bonn")
    auto_labeling.trigger(project.id, document)  # without a configuration nothing happens
    config = auto_labeling.create_config(project.id, CONFIG)
    with pytest.raises(DoccanoUnavailable, match="auto-labeling"):
        auto_labeling.trigger(project.id, document)
    auto_labeling.delete_config(project.id, config.id)
