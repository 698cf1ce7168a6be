from worker.collect.document_change import DocumentChange, by_reason, combined

CHANGES = (
    DocumentChange("10", "ticked"),
    DocumentChange("9", "ticked"),
    DocumentChange("3", "edited"),
    DocumentChange("4", "deleted"),
)


def test_documents_are_grouped_by_reason_in_order_of_their_numbers() -> None:
    assert by_reason(CHANGES) == {"edited": ("3",), "deleted": ("4",), "ticked": ("9", "10")}


def test_of_several_changes_of_a_document_the_last_counts_or_its_tick() -> None:
    changes = [
        DocumentChange("1", "ticked"),
        DocumentChange("2", "edited"),
        DocumentChange("3", "ticked"),
        DocumentChange("1", "edited"),
        DocumentChange("2", "unticked"),
        DocumentChange("3", "deleted"),
    ]
    assert combined(changes) == (
        DocumentChange("1", "ticked"),
        DocumentChange("2", "unticked"),
        DocumentChange("3", "deleted"),
    )
