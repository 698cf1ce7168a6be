"""The model that a training starts with: a base model with a new head, or a champion."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ner.errors import TrainingError
from ner.models.base_model import load_config, load_weights, make_room, tags_of
from ner.models.casing import Casing, embed_case, write_out_case
from ner.models.occurring_tokens import embed_occurring, write_back_occurring
from ner.tags import labels_of, tag_names

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TaggingModel:
    """A model to train, and the configuration's own values, which the training replaces."""

    model: Any
    own_values: dict[str, Any]

    def finish(self) -> None:
        """Restores plain embeddings and the configuration's own values, so it can be saved."""
        write_back_occurring(self.model)
        write_out_case(self.model)
        for name, value in self.own_values.items():
            setattr(self.model.config, name, value)


def build_model(
    source: str,
    tokenizer: Any,
    labels: Sequence[str],
    *,
    warm: bool,
    dropout: float | None,
    attention: str | None,
    renamed: Mapping[str, str] | None = None,
    casing: Casing | None = None,
    ids: torch.Tensor | None = None,
) -> TaggingModel:
    """The model in `source` with a head for `labels` and embeddings for all tokens.

    When `warm`, `source` is a saved version, and the rows of its head for labels that still exist
    are kept; `renamed` is ``{its label: the name in labels}`` for those with another name. New rows
    come from torch's random state. `dropout` None keeps the model's own.
    `casing` is the tokenizer's extension. `ids` are all ids that will occur, sorted; with None, any
    id may occur.

    Raises BaseModelError, or TrainingError when the head of a warm start cannot be used.
    """
    config = load_config(source)
    own_values = set_dropout(config, dropout)
    names = tag_names(labels)
    if not warm:
        _name_tags(config, names)
    model = load_weights(source, config, trained=warm, attention=attention)
    if warm:
        _check_scheme(model.config)
        rename_head(model, names, renamed)
    make_room(model, len(tokenizer) if casing is None else casing.plain_size)
    if ids is not None:
        embed_occurring(model, ids if casing is None else torch.unique(casing.pieces[ids]))
    if casing is not None:
        embed_case(model, casing)
    return TaggingModel(model, own_values)


def set_dropout(config: Any, dropout: float | None) -> dict[str, Any]:
    """Sets every kind of dropout that the architecture has; returns the values before."""
    if dropout is None:
        return {}
    own_values = {
        name: value
        for name, value in config.to_dict().items()
        if "dropout" in name and (value is None or type(value) in (int, float))
    }
    for name in own_values:
        setattr(config, name, dropout)
    return own_values


def _name_tags(config: Any, names: Sequence[str]) -> None:
    config.id2label = dict(enumerate(names))
    config.label2id = {name: index for index, name in enumerate(names)}


def _check_scheme(config: Any) -> None:
    try:
        labels_of(tags_of(config))
    except ValueError as error:
        raise TrainingError(f"cannot start from this version: {error}") from None


def rename_head(model: Any, names: Sequence[str], renamed: Mapping[str, str] | None = None) -> None:
    """Replaces the last layer by one with a row for each of `names`; rows of old names are kept.

    `renamed` is ``{label of the model: its label in names}`` for labels with another name. Raises
    TrainingError when the head is not a linear layer.
    """
    now = renamed or {}
    old_names = [f"{tag[:2]}{now.get(tag[2:], tag[2:])}" for tag in tags_of(model.config)]
    if old_names == list(names):
        _name_tags(model.config, names)
        return
    parent, name, layer = _head(model, len(old_names))
    head = torch.nn.Linear(layer.in_features, len(names), bias=layer.bias is not None)
    with torch.no_grad():
        head.weight.normal_(std=getattr(model.config, "initializer_range", 0.02))
        if head.bias is not None:
            head.bias.zero_()
        for row, tag in enumerate(names):
            if tag in old_names:
                head.weight[row] = layer.weight[old_names.index(tag)]
                if head.bias is not None and layer.bias is not None:
                    head.bias[row] = layer.bias[old_names.index(tag)]
    setattr(parent, name, head)
    _name_tags(model.config, names)
    model.num_labels = len(names)
    logger.info("head_changed kept=%d new=%d", len({*names} & {*old_names}), len(names))


def _head(model: Any, n_tags: int) -> tuple[Any, str, torch.nn.Linear]:
    """The last linear layer outside the body with a row per tag, as ``(parent, name, layer)``."""
    body = f"{model.base_model_prefix}."
    layers = [
        (path, module)
        for path, module in model.named_modules()
        if isinstance(module, torch.nn.Linear)
        and module.out_features == n_tags
        and not path.startswith(body)
    ]
    if not layers:
        raise TrainingError(
            f"cannot start from a {model.config.model_type!r} with other labels: "
            "its head is not a linear layer; start from the base model instead"
        )
    path, layer = layers[-1]
    parent, _, name = path.rpartition(".")
    return model.get_submodule(parent), name, layer
