"""The tables. Times are aware UTC; spans are JSON lists ``[start, end, label]`` in code points.

A change of a table needs a new migration in `worker/store/database/migrations`; a test compares the
two.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC. SQLite does not store the time zone, so it is added on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime | None:
        """Converts to UTC. Raises ValueError for a naive time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime | None:
        """Returns the time as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of the tables. Constraints get fixed names, which migrations need on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class ProjectRow(Base):
    """A project's settings as last seen in Doccano; the server reads them instead of asking it.

    `doccano_url` and `doccano_project` are the binding (`worker.store.bindings`), None before it.
    """

    __tablename__ = "project"
    project: Mapped[str] = mapped_column("slug", String(64), primary_key=True)
    collaborative: Mapped[bool]
    grapheme_mode: Mapped[bool]
    allow_overlapping: Mapped[bool]
    use_relation: Mapped[bool]
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    doccano_url: Mapped[str | None] = mapped_column(Text)
    doccano_project: Mapped[int | None]


class LabelRow(Base):
    """A label by its key, which neither a rename nor another Doccano changes.

    `doccano_id` is its id in the Doccano that the project is bound to, None if it is not there.
    """

    __tablename__ = "label"
    project: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    doccano_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(255))
    deleted: Mapped[bool] = mapped_column(default=False)


class SideRow(Base):
    """The side of a normalised text, decided when it is first seen and never changed."""

    __tablename__ = "side"
    project: Mapped[str] = mapped_column(String(64), primary_key=True)
    text_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    side: Mapped[str] = mapped_column(String(16))


# Doccano's documents that are neither approved nor deleted, as SQL for the reason at `WITHDRAWAL`.
UNAPPROVED = text("source = 'doccano' AND NOT approved AND NOT deleted")


class DocumentRow(Base):
    """A document listed by Doccano or imported; `external_id` is its id in that source.

    A document that was let go (`worker.store.removal.release`) has its `id` there. `exported` is
    the digest of the line of an export that its approval was read from, None when it was not read
    from one or was withdrawn since.
    """

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("project", "source", "external_id"),
        Index(None, "project", "exact_hash"),
        Index(
            "ix_document_unapproved",
            "project",
            "id",
            sqlite_where=UNAPPROVED,
            postgresql_where=UNAPPROVED,
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    project: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(16))
    external_id: Mapped[str] = mapped_column(String(64))
    exact_hash: Mapped[str] = mapped_column(String(64))
    text_hash: Mapped[str] = mapped_column(String(64))
    side: Mapped[str] = mapped_column(String(16))
    approved: Mapped[bool] = mapped_column(default=False)
    deleted: Mapped[bool] = mapped_column(default=False)
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    exported: Mapped[str | None] = mapped_column(String(64))


# The revisions that withdraw a document whose texts were not erased. Written as SQL, because SQLite
# uses an index on a condition only if no part of it is a parameter.
WITHDRAWAL = text("kind = 'withdrawn' AND reason != 'erased'")


# The `content_hash` of a revision whose text was erased.
ERASED = "erased"


class RevisionRow(Base):
    """An approval of a document with its spans, or a withdrawal.

    Rows are appended, and changed only to erase a text (`worker.store.removal.erasing`).
    A span's label is the label's key as text (`worker.store.labels`).
    """

    __tablename__ = "revision"
    __table_args__ = (
        # With the hash, so that documents are compared without reading their texts.
        Index(None, "document_id", "id", "content_hash"),
        Index(None, "project", "id"),
        Index(
            "ix_revision_withdrawn",
            "project",
            "seen_at",
            sqlite_where=WITHDRAWAL,
            postgresql_where=WITHDRAWAL,
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    project: Mapped[str] = mapped_column(String(64))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(255))
    text: Mapped[str] = mapped_column(Text)
    spans: Mapped[list[Any]] = mapped_column(JSON)
    content_hash: Mapped[str] = mapped_column(String(64))
    annotators: Mapped[list[Any]] = mapped_column(JSON)
    agreement: Mapped[float | None]
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ServedRow(Base):
    """One auto-label call: the answer and its version, or the reason for an empty answer."""

    __tablename__ = "served"
    __table_args__ = (
        Index(None, "project", "exact_hash"),
        Index(None, "project", "served_at"),
        Index(None, "project", "id"),
        {"sqlite_autoincrement": True},  # ids of deleted rows are not reused
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    project: Mapped[str] = mapped_column(String(64))
    exact_hash: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(32))
    model_version: Mapped[str | None] = mapped_column(String(32))
    spans: Mapped[list[Any]] = mapped_column(JSON)
    scores: Mapped[list[Any]] = mapped_column(JSON)
    served_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ClaimRow(Base):
    """An answer with spans to a text. The primary key lets only one parallel call take a slot."""

    __tablename__ = "claim"
    __table_args__ = (Index(None, "served_id"),)
    project: Mapped[str] = mapped_column(String(64), primary_key=True)
    exact_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    served_id: Mapped[int] = mapped_column(ForeignKey("served.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RunRow(Base):
    """One training run from its start to its verdict."""

    __tablename__ = "run"
    __table_args__ = (Index(None, "project", "state"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    project: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    last_revision_id: Mapped[int]
    forced: Mapped[bool] = mapped_column(default=False)
    host: Mapped[str] = mapped_column(String(255))
    attempt: Mapped[int] = mapped_column(default=1)
    stalled: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    heartbeat_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    documents: Mapped[int] = mapped_column(default=0)
    approved: Mapped[int] = mapped_column(default=0)
    version: Mapped[str | None] = mapped_column(String(32))
    compared_with: Mapped[str | None] = mapped_column(String(32))
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)
    start_reasons: Mapped[list[Any] | None] = mapped_column(JSON)
    scores: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    error: Mapped[str | None] = mapped_column(Text)


class PullRow(Base):
    """The state of a project's pulls (`worker.store.pulls.PullState`)."""

    __tablename__ = "pull"
    project: Mapped[str] = mapped_column(String(64), primary_key=True)
    gate: Mapped[str | None] = mapped_column(String(64))
    gate_exported: Mapped[str | None] = mapped_column(String(64))
    exported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_served_id: Mapped[int] = mapped_column(default=0)
    held_back: Mapped[list[Any]] = mapped_column(JSON, default=list)
    last_error: Mapped[str | None] = mapped_column(Text)
    pulled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    documents: Mapped[int | None]
    ticked: Mapped[int | None]
    moved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ticks_known: Mapped[str | None] = mapped_column(String(64))
    spans_known: Mapped[str | None] = mapped_column(String(64))
    listed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    exports: Mapped[int] = mapped_column(default=0)
    held_changes: Mapped[list[Any]] = mapped_column(JSON, default=list)
    refusal: Mapped[str | None] = mapped_column(Text)
    search_after: Mapped[datetime | None] = mapped_column(UtcDateTime)
    all_listed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ModelsFolderRow(Base):
    """The folder of models that trainings write to (`worker.store.models_folder`); one row."""

    __tablename__ = "models_folder"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    identity: Mapped[str] = mapped_column(String(64))
    host: Mapped[str] = mapped_column(String(255))
    path: Mapped[str] = mapped_column(Text)


class TokenRow(Base):
    """The SHA-256 of a token; the token itself is not stored."""

    __tablename__ = "token"
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    project: Mapped[str] = mapped_column(String(64), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
