"""Settings as training options, and back from what a run has noted."""

import json
from pathlib import Path

import pytest

from ner.errors import VersionNotFound
from ner.versions.registry import Registry
from tests.support.fake_training import PROJECT, settings_for
from tests.support.model_folders import make_manifest, make_model_folder
from worker.retrain.run_parameters import noted_options, other_settings, training_options
from worker.settings import Settings, TrainingSettings


def with_training(tmp_path: Path, **chosen: object) -> Settings:
    settings = settings_for(tmp_path)
    training = TrainingSettings.model_validate(chosen)
    project = settings.project(PROJECT).model_copy(update={"training": training})
    return settings.model_copy(update={"projects": {PROJECT: project}})


def test_what_a_run_has_noted_gives_its_options_back(tmp_path: Path) -> None:
    settings = with_training(tmp_path, epochs=3, window=128, overlap=16)
    options = training_options(settings, PROJECT)
    noted = json.loads(json.dumps(dict(options.parameters)))
    assert noted_options(noted, settings_for(tmp_path), Registry(tmp_path, PROJECT)) == options
    assert (options.epochs, options.window, options.overlap) == (3, 128, 16)


def test_an_option_that_is_no_more_is_passed_over(tmp_path: Path) -> None:
    settings = with_training(tmp_path, epochs=3)
    options = training_options(settings, PROJECT)
    noted = {**options.parameters, "class_weights": "none"}
    assert noted_options(noted, settings, Registry(tmp_path, PROJECT)) == options


def test_a_warm_run_notes_its_version_by_name_and_finds_it_in_the_registry(tmp_path: Path) -> None:
    settings = with_training(tmp_path, learning_rate=1e-3)
    registry = Registry(settings.models_dir, PROJECT)
    version = registry.add(make_model_folder(tmp_path / "model"), make_manifest())
    options = training_options(settings, PROJECT).going_on_from(version.path)
    noted = json.loads(json.dumps(dict(options.parameters)))
    assert noted["warm_from"] == version.name == "v0001"
    assert noted_options(noted, settings, registry) == options
    with pytest.raises(VersionNotFound, match="v0002"):
        noted_options({**noted, "warm_from": "v0002"}, settings, registry)


def test_settings_are_compared_for_the_same_kind_of_start(tmp_path: Path) -> None:
    options = training_options(with_training(tmp_path, learning_rate=1e-3, epochs=9), PROJECT)
    warm = options.going_on_from(Path("models/v0003"))
    assert warm.parameters["learning_rate"] != options.parameters["learning_rate"]
    for noted in (options, warm):
        parameters = json.loads(json.dumps(dict(noted.parameters)))
        assert other_settings(options, parameters) == ()
    changed = training_options(with_training(tmp_path, learning_rate=2e-3, window=128), PROJECT)
    named = ("epochs", "learning_rate", "window")
    assert other_settings(changed, options.parameters) == named
    assert other_settings(changed, warm.parameters) == named
    assert other_settings(options, {**options.parameters, "of_another_nerloop": 1}) == (
        "of_another_nerloop",
    )


def test_reporting_is_a_list_and_decides_nothing(tmp_path: Path) -> None:
    plain = training_options(settings_for(tmp_path), PROJECT)
    told = training_options(with_training(tmp_path, report_to="mlflow, tensorboard"), PROJECT)
    assert (plain.report_to, told.report_to) == ((), ("mlflow", "tensorboard"))
    assert plain.parameters == told.parameters
