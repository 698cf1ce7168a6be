"""Model folders that the registry accepts, with weights that cannot be loaded."""

from datetime import UTC, datetime
from pathlib import Path

from ner.versions.manifest import Manifest


def make_model_folder(folder: Path, *, weights: bytes = b"weights") -> Path:
    """Creates a folder with the files that a version must have."""
    (folder / "extra").mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(weights)
    (folder / "extra" / "notes.txt").write_text("kept too")
    return folder


def make_manifest(*, run_id: str = "", **changes: object) -> Manifest:
    """A manifest of a model with the labels LOC and PER."""
    fields: dict[str, object] = {
        "created_at": datetime(2026, 11, 23, 12, 30, tzinfo=UTC),
        "base_model": "bundled",
        "labels": ("LOC", "PER"),
        "fingerprint": "f" * 64,
        "run_id": run_id,
    }
    return Manifest(**(fields | changes))  # type: ignore[arg-type]
