"""Headers of every answer, for browsers."""

from flask import Flask, Response, request

from server.web.documentation import DOCS_PATH

# An answer is data, of which a browser need not load or run anything.
_DATA = "default-src 'none'; frame-ancestors 'none'"
# Swagger UI's page has a script and styles within it, and pictures in its style sheet.
_PAGE = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)


def add_response_headers(app: Flask) -> None:
    """Forbids browsers to guess types, to keep answers, to show them in frames and to name them."""

    @app.after_request
    def add(response: Response) -> Response:
        is_page = request.path == DOCS_PATH or request.path.startswith(f"{DOCS_PATH}/")
        response.headers["Content-Security-Policy"] = _PAGE if is_page else _DATA
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response
