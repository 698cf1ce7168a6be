"""What a model's labels are called now: renames map, deleted labels fall out."""

from collections.abc import Mapping

from ner.versions.manifest import Manifest


def current_names(manifest: Manifest, names: Mapping[str, str]) -> dict[str, str]:
    """``{the model's label: its name now}`` without the labels that are gone.

    `names` is ``{key: name}`` of the labels there are. A label without a key in the manifest, of a
    model that was made without them, is looked for by its name.
    """
    known = set(names.values())
    mapping = {}
    for label in manifest.labels:
        key = manifest.label_keys.get(label)
        name = names.get(key) if key is not None else label
        if name in known:
            mapping[label] = name
    return mapping
