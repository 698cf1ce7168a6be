import pytest

from worker.project_settings import RetrainSettings
from worker.retrain.policies.changes_wanted import changes_wanted


def schedule(trainings: int, **chosen: object) -> list[int]:
    """The documents at each training of a project in which every training is made at once."""
    settings = RetrainSettings.model_validate(chosen)
    documents = [changes_wanted(None, settings)]
    while len(documents) < trainings:
        documents.append(documents[-1] + changes_wanted(documents[-1], settings))
    return documents


def test_a_small_project_doubles_then_grows_by_a_share_up_to_min_changed() -> None:
    assert schedule(10) == [5, 10, 20, 40, 50, 62, 78, 98, 118, 138]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"first_documents": 10}, [10, 20, 40, 50, 62]),
        ({"share": 0.5, "min_changed": 1000}, [5, 10, 20, 40, 60, 90, 135]),
        ({"min_changed": 8}, [5, 10, 18, 26, 34, 42, 50]),
        ({"first_documents": 30, "min_changed": 25}, [25, 50, 75]),
        ({"share": 0.01}, [5, 10, 20, 40, 45, 50]),
    ],
)
def test_the_settings_change_the_schedule(chosen: dict[str, object], expected: list[int]) -> None:
    assert schedule(len(expected), **chosen) == expected


def test_after_a_forced_training_on_one_document_as_many_are_wanted_as_for_the_first() -> None:
    assert changes_wanted(1, RetrainSettings()) == 5
