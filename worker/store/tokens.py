"""Access tokens: shown once, kept as SHA-256, compared in constant time."""

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from worker.store.locks import hold
from worker.store.schema import TokenRow

TokenKind = Literal["predict", "admin"]

SERVICE = ""
_PREFIX: dict[TokenKind, str] = {"predict": "nlp_", "admin": "nla_"}


def issue(s: Session, kind: TokenKind, project: str, now: datetime) -> str:
    """A new token in place of the old one, in plain text: it can be read only here.

    `project` is a project's name, or `SERVICE` for an admin token that opens every project.
    """
    token = _PREFIX[kind] + secrets.token_urlsafe(32)
    hold(s, "token", project)
    s.merge(TokenRow(kind=kind, project=project, sha256=_digest(token), created_at=now))
    s.flush()
    return token


def matches(s: Session, kind: TokenKind, project: str, token: str) -> bool:
    """Whether `token` is the project's, or, for ``admin``, the whole service's."""
    places = {project, SERVICE} if kind == "admin" else {project}
    query = select(TokenRow.sha256).where(TokenRow.kind == kind, TokenRow.project.in_(places))
    given = _digest(token)
    return sum(hmac.compare_digest(given, kept) for kept in s.scalars(query)) > 0


def exists(s: Session, kind: TokenKind, project: str) -> bool:
    """Whether such a token was issued for exactly this project."""
    return s.get(TokenRow, (kind, project)) is not None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
