"""The current names of a model's labels, which may have been renamed or deleted."""

from collections.abc import Mapping

from ner.versions.manifest import Manifest


def current_names(manifest: Manifest, names: Mapping[str, str]) -> dict[str, str]:
    """``{the model's label: its current name}``, without deleted labels.

    `names` is ``{key: name}`` of the current labels. A label without a key in the manifest, of a
    model that was trained without keys, is looked up by its name.
    """
    known = set(names.values())
    mapping = {}
    for label in manifest.labels:
        key = manifest.label_keys.get(label)
        name = names.get(key) if key is not None else label
        if name in known:
            mapping[label] = name
    return mapping


def renamed_labels(manifest: Manifest, names: Mapping[str, str]) -> dict[str, str]:
    """The part of `current_names` with another name: ``{the model's label: its current name}``."""
    return {label: name for label, name in current_names(manifest, names).items() if label != name}
