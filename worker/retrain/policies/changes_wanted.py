"""How many documents must change before the next training."""

from worker.project_settings import RetrainSettings

# Below this number of documents, each training has twice as many as the one before.
SMALL_CORPUS = 40


def changes_wanted(trained_on: int | None, settings: RetrainSettings) -> int:
    """The number of documents that must have changed since the last finished run.

    `trained_on` is the number of documents approved at that run, held-out ones included; None
    without a finished run. With the default settings trainings start at 5, 10, 20 and 40 approved
    documents, then after changes of a quarter, and of 20 documents from 80 on.
    """
    if trained_on is None:
        wanted = 0
    elif is_small(trained_on):
        wanted = trained_on
    else:
        wanted = round(settings.share * trained_on)
    return min(settings.min_changed, max(settings.first_documents, wanted))


def is_small(trained_on: int | None) -> bool:
    """Whether the project is retrained at each doubling, as soon as that is reached."""
    return trained_on is None or trained_on < SMALL_CORPUS
