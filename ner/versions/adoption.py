"""Makes a version of a plain Transformers model that was trained without nerloop."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ner.errors import TagSchemeError
from ner.models.base_model import (
    load_config,
    load_tokenizer,
    load_weights,
    max_window,
    quiet,
    tags_of,
)
from ner.models.tagging_model import rename_head
from ner.tags import tag_names
from ner.text.windows import OVERLAP, WINDOW
from ner.versions.manifest import Manifest, library_versions
from ner.versions.version import Version, seal


def adopt(source: Path, folder: Path) -> Version:
    """Writes the token classification model in `source` into the empty `folder`, as a version.

    Its tags must be ``O`` with ``B-X`` and ``I-X`` for each label, in any order: the rows of its
    head are put into the order of `ner.tags`. Its tokenizer is not changed, so that it reads line
    breaks as it did in training. Raises BaseModelError when it is not such a model.
    """
    config = load_config(str(source))
    labels = _labels(source, tags_of(config))
    tokenizer = load_tokenizer(str(source), line_breaks=False)
    model = load_weights(str(source), config, trained=True)
    rename_head(model, tag_names(labels))
    with quiet():
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    return seal(folder, _manifest(source, labels, min(WINDOW, max_window(config, tokenizer))))


def _manifest(source: Path, labels: tuple[str, ...], window: int) -> Manifest:
    # The file's time, not now, so that adopting the same model again gives the same version.
    modified_at = datetime.fromtimestamp((source / "config.json").stat().st_mtime, UTC)
    return Manifest(
        created_at=modified_at,
        base_model=source.name,
        labels=labels,
        fingerprint="",
        window=window,
        overlap=min(OVERLAP, window // 4),
        libraries=library_versions(),
    )


def _labels(source: Path, tags: list[Any]) -> tuple[str, ...]:
    names = [str(tag) for tag in tags]
    labels = tuple(sorted({name[2:] for name in names if name[:2] in ("B-", "I-")}))
    if not labels or sorted(names) != sorted(tag_names(labels)):
        raise TagSchemeError(
            f"the model in {source} has the tags {names}; expected O and, for each label X, B-X "
            "and I-X; with other tags it can only be trained further, as a base model"
        )
    return labels
