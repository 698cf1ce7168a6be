from worker.collect.document_change import DocumentChange, by_reason

CHANGES = (
    DocumentChange("10", "ticked"),
    DocumentChange("9", "ticked"),
    DocumentChange("3", "edited"),
    DocumentChange("4", "deleted"),
)


def test_documents_are_grouped_by_reason_in_order_of_their_numbers() -> None:
    assert by_reason(CHANGES) == {"edited": ("3",), "deleted": ("4",), "ticked": ("9", "10")}
