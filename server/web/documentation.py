"""`/docs` and `/openapi.json`, for the service token.

Swagger UI comes from a wheel, so that it works without the internet.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from apiflask import APIFlask
from flask_swagger_ui import get_swaggerui_blueprint

from server.web.auth import TokenChecker
from server.web.request_checks import require_service_administering

SPEC_PATH = "/openapi.json"
DOCS_PATH = "/docs"


def add_documentation(app: APIFlask, checker: TokenChecker) -> None:
    """Guards the OpenAPI document, completes it, and adds the pages that show it."""
    # The validator would send the document to a public server.
    docs = get_swaggerui_blueprint(
        DOCS_PATH, SPEC_PATH, config={"app_name": "nerloop", "validatorUrl": None}
    )
    app.register_blueprint(docs)
    app.spec_callback = _complete

    def guarded(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guard(*args: Any, **kwargs: Any) -> Any:
            require_service_administering(checker)
            return view(*args, **kwargs)

        return guard

    # Not with before_request: APIFlask expects a blueprint with one to be an APIBlueprint.
    for endpoint in ("openapi.spec", f"{docs.name}.show"):
        app.view_functions[endpoint] = guarded(app.view_functions[endpoint])


def _complete(spec: Any) -> Any:
    """Marks every request body as required, which APIFlask leaves optional."""
    for path in spec["paths"].values():
        for operation in path.values():
            if "requestBody" in operation:
                operation["requestBody"]["required"] = True
    return spec
