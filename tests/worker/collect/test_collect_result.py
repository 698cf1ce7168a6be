from worker.collect.collect_result import CollectResult
from worker.collect.document_change import DocumentChange

CHANGES = (
    DocumentChange("10", "ticked"),
    DocumentChange("9", "ticked"),
    DocumentChange("3", "edited"),
    DocumentChange("4", "deleted"),
)


def test_the_job_result_has_the_numbers_of_changes_without_the_documents() -> None:
    result = CollectResult("export", "requested", CHANGES)
    assert (result.new, result.changed, result.withdrawn, result.revisions) == (2, 1, 1, 4)
    assert result.to_json() == {
        "way": "export",
        "reason": "requested",
        "new": 2,
        "changed": 1,
        "withdrawn": 1,
        "held_back": (),
        "held_changes": (),
        "span_counts": {"trimmed": 0, "empty": 0, "outside": 0},
        "agreement": None,
    }
