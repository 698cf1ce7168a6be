from datetime import datetime

from worker.store.bindings import Binding, get_binding, save_binding
from worker.store.database import Store
from worker.store.projects import ProjectInfo, save_project


def test_a_binding_stays_when_the_modes_of_the_project_are_seen_again(
    store: Store, now: datetime
) -> None:
    binding = Binding("http://doccano:8000", 3)
    with store.begin() as s:
        save_binding(s, "papers", binding)  # nothing to bind yet
        assert get_binding(s, "papers") is None
        save_project(s, ProjectInfo("papers", True, False, False, False, now))
        assert get_binding(s, "papers") is None
        save_binding(s, "papers", binding)
        assert get_binding(s, "papers") == binding
    with store.begin() as s:
        save_project(s, ProjectInfo("papers", True, True, False, False, now))
    with store.read() as s:
        assert get_binding(s, "papers") == binding
    assert str(binding) == "project 3 of Doccano at http://doccano:8000"
