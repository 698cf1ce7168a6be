"""The recipes by name, with the parameters that a command may replace.

Nothing here imports torch: the program that only starts the trainings stays small.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from importlib import import_module
from typing import TypeAlias

import click
from pydantic import JsonValue, TypeAdapter, ValidationError

from benchmarks.recipes.options import NERLOOP, CustomNerOptions, TrainerPlainOptions
from benchmarks.recipes.task import Train
from ner.errors import TrainingError
from ner.training.options import TrainingOptions

Options: TypeAlias = CustomNerOptions | TrainerPlainOptions | TrainingOptions
# What belongs to the cell, not to the recipe.
_OF_THE_CELL = frozenset({"base_model", "seed"})
_SEPARATOR = re.compile(r"\+(?=[a-z_0-9]+=)")


@dataclass(frozen=True, slots=True)
class Recipe:
    """`name` says everything: the recipe and its changed parameters, as in `nerloop+epochs=2`.

    `module` has its `train`. `version` counts changes of the recipe's own code that make earlier
    cells worthless.
    """

    name: str
    module: str
    version: int
    options: Options

    @property
    def parameters(self) -> Mapping[str, JsonValue]:
        """All that decides the result beside base model, seed and documents."""
        parameters = self.options.parameters
        return {name: value for name, value in parameters.items() if name not in _OF_THE_CELL}

    def load(self) -> Train:
        """The recipe's training; what it needs is imported now, so that it counts for nothing."""
        return partial(import_module(self.module).train, options=self.options)


RECIPES = (
    Recipe("custom-ner", "benchmarks.recipes.custom_ner", 1, CustomNerOptions()),
    Recipe(
        "custom-ner-6",
        "benchmarks.recipes.custom_ner",
        1,
        CustomNerOptions(epochs=6, learning_rate=5e-4),
    ),
    Recipe("trainer-plain", "benchmarks.recipes.trainer_plain", 1, TrainerPlainOptions()),
    Recipe("nerloop", "benchmarks.recipes.nerloop", 4, NERLOOP),
)


def find_recipe(text: str, changes: Sequence[str] = ()) -> Recipe:
    """The recipe that `text` names, with the `PARAMETER=VALUE`s behind it and in `changes`.

    Raises click.BadParameter for a recipe or a parameter that there is not, or a wrong value.
    """
    name, *inline = _SEPARATOR.split(text)
    known = {recipe.name: recipe for recipe in RECIPES}
    if name not in known:
        raise click.BadParameter(f"there is no recipe {name!r}: choose from {', '.join(known)}")
    recipe = known[name]
    values: dict[str, JsonValue] = {}
    for change in [*inline, *changes]:
        parameter, equals, value = change.partition("=")
        allowed = {field.name for field in fields(recipe.options)} - _OF_THE_CELL
        if not equals or parameter not in allowed:
            raise click.BadParameter(
                f"recipe {name!r} cannot take {change!r}: write PARAMETER=VALUE with one of "
                f"{', '.join(sorted(allowed))}"
            )
        values[parameter] = _value(value)
    if not values:
        return recipe
    suffix = "".join(f"+{parameter}={_written(value)}" for parameter, value in values.items())
    return replace(recipe, name=name + suffix, options=_changed(recipe, values))


def _changed(recipe: Recipe, values: Mapping[str, JsonValue]) -> Options:
    adapter: TypeAdapter[Options] = TypeAdapter(type(recipe.options))
    try:
        return adapter.validate_python({**asdict(recipe.options), **values})
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        option = ".".join(map(str, wrong["loc"]))
        raise click.BadParameter(
            f"recipe {recipe.name!r}, {option} = {wrong['input']!r}: {wrong['msg']}"
        ) from None
    except TrainingError as error:
        raise click.BadParameter(f"recipe {recipe.name!r}: {error}") from None


def _value(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return text
    return value


def _written(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
