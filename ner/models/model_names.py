"""The names that stand for a base model in settings and on the command line."""

from pathlib import Path

# The base model unless another one is chosen.
DEFAULT_BASE_MODEL = "bert-base-uncased"
# The small English BERT in the package that the extra `bundled` installs.
BUNDLED = "bundled"
# Between a model's Hugging Face id and the revision of it that is used, such as a commit.
REVISION_MARK = "@"


def split_revision(source: str) -> tuple[str, str | None]:
    """A resolved base model's folder or Hugging Face id, and the revision, None for the newest.

    A folder, whatever its name, has no revision.
    """
    name, mark, revision = source.partition(REVISION_MARK)
    if not mark or Path(source).is_dir():
        return source, None
    return name, revision
