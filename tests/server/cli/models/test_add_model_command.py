from pathlib import Path

from click.testing import CliRunner, Result

from ner.versions.registry import Registry
from server.cli import main
from tests.support.models.foreign_models import foreign_model
from tests.support.models.model_folders import make_manifest, make_model_folder
from tests.support.running.file_rights import open_to_others, wide_umask


def run(registry: Registry, *arguments: str) -> Result:
    folder = str(registry.folder.parent)
    return CliRunner().invoke(main, ["models", "--models-dir", folder, *arguments])


def test_adding_says_which_version_the_model_is(registry: Registry, model: Path) -> None:
    result = run(registry, "add", "papers", str(model))

    assert result.exit_code == 0, result.output
    assert "is v0001 of papers" in result.output
    assert registry.current() is None


def test_an_added_model_is_its_owners_alone(registry: Registry, model: Path) -> None:
    with wide_umask():
        run(registry, "add", "papers", str(model), "--promote")

    assert registry.current()
    assert open_to_others(registry.folder.parent) == []


def test_adding_the_same_model_again_adds_nothing(registry: Registry, model: Path) -> None:
    run(registry, "add", "papers", str(model))
    result = run(registry, "add", "papers", str(model))

    assert "is v0001 of papers" in result.output
    assert registry.names() == ("v0001",)


def test_an_added_model_can_be_champion_at_once(registry: Registry, model: Path) -> None:
    registry.add(model, make_manifest(run_id="run-1"))
    registry.promote("v0001", expected=None, reason="first")
    result = run(registry, "add", "papers", str(model), "--promote")

    assert result.exit_code == 0, result.output
    assert [promotion.version for promotion in registry.history()] == ["v0001", "v0002"]


def test_a_folder_without_a_model_is_refused(registry: Registry, tmp_path: Path) -> None:
    result = run(registry, "add", "papers", str(make_model_folder(tmp_path / "bare")))

    assert result.exit_code == 1
    assert "its config.json cannot be read" in result.stderr
    assert "nerloop train" not in result.stderr


def test_a_model_with_other_tags_is_refused_with_the_command_that_trains_it_further(
    registry: Registry, folder: Path, tmp_path: Path
) -> None:
    tags = ["O", "B-X", "I-X", "L-X", "U-X"]
    source = foreign_model(folder / "base", tmp_path / "foreign", tags)
    result = run(registry, "add", "papers", str(source))

    assert result.exit_code == 1
    assert result.stderr.endswith(
        "as a base model\n`nerloop train TRAIN --base-model FOLDER --output OUTPUT` trains such a "
        "model further.\n"
    )


def test_a_folder_that_lacks_files_is_refused_with_the_command_that_writes_them(
    registry: Registry, model: Path
) -> None:
    (model / "model.safetensors").unlink()
    result = run(registry, "add", "papers", str(model))

    assert result.exit_code == 1
    assert "it lacks *.safetensors" in result.stderr
    assert "`nerloop train` writes a complete model folder" in result.stderr
