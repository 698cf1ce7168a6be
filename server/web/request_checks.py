"""Checks of a request before its body is read; each raises an HTTPError."""

from typing import Any

from apiflask import HTTPError
from flask import request

from server.web.auth import CHALLENGE, TokenChecker, presented_token
from worker.settings import Settings

# In the form of APIFlask: the responses of an operation by status, and its security.
Responses = dict[int | str, dict[str, str | dict[str, dict[str, Any]]]]
SECURITY: list[str | dict[str, list[Any]]] = ["Bearer", "Basic"]
ERROR_CONTENT = {"application/json": {"schema": {"$ref": "#/components/schemas/HTTPError"}}}
SECURITY_SCHEMES = {
    "Bearer": {"type": "http", "scheme": "bearer", "description": "a token of nerloop"},
    "Basic": {
        "type": "http",
        "scheme": "basic",
        "description": "any user name, the token as password",
    },
}


def refuse(status: int, message: str, retry_seconds: int | None = None) -> HTTPError:
    """Returns the error to raise; a 401 names the accepted schemes, `retry_seconds` Retry-After."""
    headers = {"WWW-Authenticate": CHALLENGE} if status == 401 else {}
    if retry_seconds is not None:
        headers["Retry-After"] = str(retry_seconds)
    return HTTPError(status, message=message, headers=headers)


def requested_project() -> str:
    """The project in the request's path."""
    return str((request.view_args or {})["project"])


def require_predicting(checker: TokenChecker) -> None:
    """Raises 401 without a token that may predict in the project."""
    if not checker.may_predict(requested_project(), presented_token(request)):
        raise refuse(401, "this needs the project's predict or project token, or the service token")


def require_administering(checker: TokenChecker) -> None:
    """Raises 401 without the project token or the service token."""
    if not checker.may_administer(requested_project(), presented_token(request)):
        raise refuse(401, "this needs the project token of this project, or the service token")


def require_service_administering(checker: TokenChecker) -> None:
    """Raises 401 without the service token."""
    if not checker.may_administer_service(presented_token(request)):
        raise refuse(401, "this needs the service token")


def require_project(settings: Settings) -> None:
    """Raises 404 if the project in the path is not configured."""
    project = requested_project()
    if project not in settings.projects:
        raise refuse(404, f"there is no project {project!r}; see the settings of this server")


def require_json() -> None:
    """Raises 415 for a body that is not declared as JSON."""
    if request.method == "POST" and not request.is_json:
        raise refuse(415, "send JSON, with the header Content-Type: application/json")
