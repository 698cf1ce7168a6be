from dataclasses import fields
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ner.training.options import TrainingOptions
from server.cli.tagger.recipe_options import (
    base_model_option,
    recipe_options,
    require_empty_output,
)


@click.command()
@base_model_option
@recipe_options
def show(**chosen: object) -> None:
    click.echo(TrainingOptions(**chosen))  # type: ignore[arg-type]


def test_the_options_are_fields_of_the_training_options_with_the_same_defaults() -> None:
    names = {parameter.name for parameter in show.params}
    assert names <= {field.name for field in fields(TrainingOptions)}
    result = CliRunner().invoke(show, ["--base-model", "bundled"])
    assert result.output == f"{TrainingOptions(base_model='bundled')}\n"


def test_the_base_model_of_the_environment_is_the_default() -> None:
    result = CliRunner().invoke(show, ["--lose-case"], env={"NERLOOP_BASE_MODEL": "./mine"})
    assert result.output == f"{TrainingOptions(base_model='./mine', keep_case=False)}\n"


def test_an_output_with_files_is_refused_and_a_new_or_empty_one_is_not(tmp_path: Path) -> None:
    require_empty_output(tmp_path)
    require_empty_output(tmp_path / "new")
    (tmp_path / "notes.txt").touch()
    with pytest.raises(click.BadParameter, match="is not empty") as raised:
        require_empty_output(tmp_path)
    assert raised.value.param_hint == "--output"
