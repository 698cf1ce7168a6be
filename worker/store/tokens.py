"""Access tokens: returned once, stored as SHA-256, compared in constant time."""

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from worker.store.database.locks import take_lock
from worker.store.database.schema import TokenRow

TokenKind = Literal["predict", "admin"]

SERVICE = ""
_PREFIX: dict[TokenKind, str] = {"predict": "nlp_", "admin": "nla_"}


def issue_token(s: Session, kind: TokenKind, project: str, now: datetime) -> str:
    """Creates a token, replaces the previous one, and returns it in plain text.

    The plain text is not stored. People call a project's ``admin`` token the *project token*, and
    the one of `SERVICE`, which is valid for every project, the *service token*.
    """
    token = _PREFIX[kind] + secrets.token_urlsafe(32)
    take_lock(s, "token", project)
    s.merge(TokenRow(kind=kind, project=project, sha256=_digest(token), created_at=now))
    s.flush()
    return token


def token_matches(s: Session, kind: TokenKind, project: str, token: str) -> bool:
    """Whether `token` is the project's token or, for ``admin``, that of the whole service."""
    projects = {project, SERVICE} if kind == "admin" else {project}
    query = select(TokenRow.sha256).where(TokenRow.kind == kind, TokenRow.project.in_(projects))
    digest = _digest(token)
    # Unlike any(), sum() compares every stored token, so the time does not depend on the match.
    return sum(hmac.compare_digest(digest, stored) for stored in s.scalars(query)) > 0


def token_exists(s: Session, kind: TokenKind, project: str) -> bool:
    """Whether a token of this kind was issued for exactly this project."""
    return token_issued_at(s, kind, project) is not None


def token_issued_at(s: Session, kind: TokenKind, project: str) -> datetime | None:
    """When the token of this kind for exactly this project was issued; None if there is none."""
    row = s.get(TokenRow, (kind, project))
    return row.created_at if row else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
