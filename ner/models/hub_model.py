"""Whether a model of Hugging Face's Hub can be had, before anything of it is loaded."""

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from huggingface_hub import constants, get_hf_file_metadata, hf_hub_url, try_to_load_from_cache
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from ner.errors import BaseModelError
from ner.models.model_folder import CONFIG, PICKLED_WEIGHTS, WEIGHTS
from ner.models.model_names import BUNDLED, DEFAULT_BASE_MODEL, split_revision

SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class HubModel:
    """A model that can be had. `weights_bytes` is None for weights in several files."""

    is_cached: bool
    weights_bytes: int | None


def find_hub_model(name: str) -> HubModel:
    """Looks for a configuration and weights on this machine, and asks the Hub for what is missing.

    A revision may follow the name after `REVISION_MARK`. It asks once: transformers tries for half
    a minute. Raises BaseModelError when the Hub cannot be reached, or has no such model for this
    account.
    """
    try:
        is_cached = _cached(name, CONFIG) is not None
        for weights in (*WEIGHTS, *PICKLED_WEIGHTS):
            if is_cached and (path := _cached(name, weights)):
                size = path.stat().st_size if path.suffix != ".json" else None
                return HubModel(is_cached=True, weights_bytes=size)
        _ask(name, CONFIG)
        return HubModel(is_cached=False, weights_bytes=_weights_size(name))
    except BaseModelError:
        raise
    except Exception as error:  # each version of the HTTP library raises its own errors
        problem, remedy = _problem_and_remedy(error)
        if meant := _meant(name, error):
            remedy = f"did you mean {meant!r}?"
        raise BaseModelError(f"base model {name!r} {problem}: {remedy}") from error


def _cached(name: str, file: str) -> Path | None:
    repository, revision = split_revision(name)
    path = try_to_load_from_cache(repository, file, revision=revision)
    return Path(path) if isinstance(path, str) else None


def _weights_size(name: str) -> int | None:
    for weights in (*WEIGHTS, *PICKLED_WEIGHTS):
        try:
            size = _ask(name, weights)
        except EntryNotFoundError:
            continue
        return None if weights.endswith(".json") else size
    raise BaseModelError(
        f"base model {name!r} cannot be used because it has no weights for PyTorch on Hugging "
        f"Face's Hub ({WEIGHTS[0]} or {PICKLED_WEIGHTS[0]}): choose another model"
    )


def _ask(name: str, file: str) -> int | None:
    repository, revision = split_revision(name)
    url = hf_hub_url(repository, file, revision=revision)
    return get_hf_file_metadata(url, timeout=SECONDS).size


def _meant(name: str, error: Exception) -> str | None:
    """The name that was probably meant; the Hub decides whether one like the default's exists."""
    known = [BUNDLED]
    if isinstance(error, RepositoryNotFoundError):
        known.append(DEFAULT_BASE_MODEL)
    close = get_close_matches(name.strip().lower(), known, n=1, cutoff=0.75)
    return close[0] if close else None


def _problem_and_remedy(error: Exception) -> tuple[str, str]:
    instead = f"name a folder, or {BUNDLED!r}, the small English BERT that needs no download"
    if isinstance(error, GatedRepoError):
        return (
            "needs a consent on Hugging Face's Hub",
            f"give it on the model's page and set HF_TOKEN, or {instead}",
        )
    if isinstance(error, RevisionNotFoundError):
        return (
            "has no such revision on Hugging Face's Hub",
            "check what follows the @, best a commit of the model's repository",
        )
    if isinstance(error, RepositoryNotFoundError | HFValidationError):
        return (
            "is no model that Hugging Face's Hub shows to this account",
            f"check the name, set HF_TOKEN for a private one, or {instead}",
        )
    if isinstance(error, EntryNotFoundError) and not isinstance(error, LocalEntryNotFoundError):
        return (
            f"cannot be used because it has no {CONFIG} on Hugging Face's Hub",
            "choose another",
        )
    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code
        return (
            f"is not on this machine and Hugging Face's Hub answered {status}",
            f"try again, or {instead}",
        )
    if constants.is_offline_mode():
        reason, remedy = "HF_HUB_OFFLINE is set", "unset HF_HUB_OFFLINE"
    else:
        reason, remedy = (
            type(error).__name__,
            f"check the name, connect this machine to {constants.ENDPOINT} once",
        )
    return (
        f"is not on this machine and Hugging Face's Hub cannot be reached ({reason})",
        f"{remedy}, or {instead}",
    )
