"""Which versions of Doccano an API belongs to; Doccano does not tell its version."""

from collections.abc import Set
from dataclasses import dataclass

# `make compat` runs the tests on 1.7.0, 1.8.0, 1.8.2, 1.8.4 and the backend of 1.8.5. The backends
# of 1.8.1 and 1.8.3 differ from that of 1.8.2 in settings only.
TRIED = "1.7.0 to 1.8.5"
# Before it, a tick has no time, and the progress of a collaborative project counts own ticks only.
OLDEST = "1.7.0"

# Fields of a document since 1.7.0, since 1.8.1, since 1.8.5.
UPLOAD_NAME = "upload_name"
SCORE = "score"
ASSIGNMENTS = "assignments"
# Field of a project since 1.8.4.
MEMBERS_CREATE_LABELS = "allow_member_to_create_label_type"

# What a project of type SequenceLabeling and its documents have in any tried version.
_PROJECT_FIELDS = {
    *("id", "name", "description", "guideline", "tags", "project_type", "resourcetype"),
    *("created_by", "author", "created_at", "updated_at", "random_order", "is_text_project"),
    *("collaborative_annotation", "single_class_classification", MEMBERS_CREATE_LABELS),
    *("can_define_label", "can_define_category", "can_define_span", "can_define_relation"),
    *("allow_overlapping", "grapheme_mode", "use_relation"),
}
_EXAMPLE_FIELDS = {
    *("id", "filename", "meta", "annotation_approver", "comment_count", "text", "is_confirmed"),
    *(UPLOAD_NAME, SCORE, ASSIGNMENTS),
}


@dataclass(frozen=True, slots=True)
class ApiFields:
    """The names of the fields that Doccano's API has for a project and for its documents.

    `example` is empty when Doccano does not tell them: it tells those who may add documents.
    """

    project: Set[str]
    example: Set[str]

    @property
    def has_assignments(self) -> bool:
        """Whether annotators see only the documents that are assigned to them."""
        return ASSIGNMENTS in self.example

    @property
    def versions(self) -> str:
        """The versions of Doccano with these fields, such as ``1.8.1 to 1.8.3``.

        Empty for one before `OLDEST`, and when the fields of documents are not known.
        """
        if self.has_assignments:
            return "1.8.5"
        if MEMBERS_CREATE_LABELS in self.project and self.example:
            return "1.8.4"
        if SCORE in self.example:
            return "1.8.1 to 1.8.3"
        return "1.7.0 or 1.8.0" if UPLOAD_NAME in self.example else ""

    @property
    def too_old(self) -> bool:
        """Whether it is a Doccano before `OLDEST`, with which nerloop does not work."""
        return bool(self.example) and UPLOAD_NAME not in self.example

    @property
    def unknown(self) -> tuple[str, ...]:
        """The fields that no tried version has, as a later one may."""
        return tuple(sorted({*self.project - _PROJECT_FIELDS, *self.example - _EXAMPLE_FIELDS}))
