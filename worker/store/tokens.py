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
# A predict token that is valid beside the project's own until it has proved to work.
_TRIAL = "predict-trial"


def issue_token(s: Session, kind: TokenKind, project: str, now: datetime) -> str:
    """Creates a token, replaces the previous one, and returns it in plain text.

    The plain text is not stored. People call a project's ``admin`` token the *project token*, and
    the one of `SERVICE`, which is valid for every project, the *service token*.
    """
    token = _PREFIX[kind] + secrets.token_urlsafe(32)
    _save(s, kind, project, token, now)
    return token


def issue_trial_token(s: Session, project: str, now: datetime) -> str:
    """Creates a predict token that leaves the previous one valid until `keep_trial_token`."""
    token = _PREFIX["predict"] + secrets.token_urlsafe(32)
    _save(s, _TRIAL, project, token, now)
    return token


def keep_trial_token(s: Session, project: str, token: str, now: datetime) -> bool:
    """Makes a token on trial the project's predict token; the previous one is no longer valid.

    Returns whether it was on trial, where another one may have replaced it.
    """
    take_lock(s, "token", project)
    if not is_trial_token(s, project, token):
        return False
    _save(s, "predict", project, token, now)
    drop_trial_token(s, project, token)
    return True


def drop_trial_token(s: Session, project: str, token: str) -> None:
    """Makes the trial token invalid, unless another one has replaced it."""
    row = s.get(TokenRow, (_TRIAL, project))
    if row is not None and row.sha256 == _digest(token):
        s.delete(row)


def is_trial_token(s: Session, project: str, token: str) -> bool:
    """Whether the token is on trial, for example after a kill of the process that tried it."""
    row = s.get(TokenRow, (_TRIAL, project))
    return row is not None and hmac.compare_digest(row.sha256, _digest(token))


def token_matches(s: Session, kind: TokenKind, project: str, token: str) -> bool:
    """Whether `token` is the project's token or, for ``admin``, that of the whole service."""
    projects = {project, SERVICE} if kind == "admin" else {project}
    kinds = {kind, _TRIAL} if kind == "predict" else {kind}
    query = select(TokenRow.sha256).where(TokenRow.kind.in_(kinds), TokenRow.project.in_(projects))
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


def trial_token_issued_at(s: Session, project: str) -> datetime | None:
    """When the token on trial was issued; None if there is none."""
    row = s.get(TokenRow, (_TRIAL, project))
    return row.created_at if row else None


def _save(s: Session, kind: str, project: str, token: str, now: datetime) -> None:
    take_lock(s, "token", project)
    s.merge(TokenRow(kind=kind, project=project, sha256=_digest(token), created_at=now))
    s.flush()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
