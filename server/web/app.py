"""Creates the application: routes, errors, documentation, and metrics of every request."""

import time
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version

from apiflask import APIFlask
from flask import Flask, Response, g, request

from ner.clock import utc_now
from server.metrics import Metrics
from server.serving.auto_label import AutoLabel
from server.serving.champions import Champions
from server.web.api import api_blueprint
from server.web.auth import TokenChecker
from server.web.doccano import doccano_blueprint
from server.web.documentation import SPEC_PATH, add_documentation
from server.web.error_answers import add_error_answers
from server.web.health import health_blueprint
from server.web.request_checks import SECURITY_SCHEMES
from server.web.response_headers import add_response_headers
from server.web.strict_json import StrictJson
from worker.settings import Settings
from worker.store.database import Store


def create_app(
    settings: Settings,
    store: Store,
    champions: Champions,
    metrics: Metrics,
    *,
    clock: Callable[[], datetime] = utc_now,
    monotonic: Callable[[], float] = time.monotonic,
) -> APIFlask:
    """Creates the WSGI application, without threads; the caller keeps `champions` up to date."""
    app = APIFlask(
        "server", title="nerloop", version=version("nerloop"), spec_path=SPEC_PATH, docs_path=None
    )
    app.json = StrictJson(app)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.security_schemes = dict(SECURITY_SCHEMES)
    # APIFlask would take the servers from the Host header of the first request.
    app.config["AUTO_SERVERS"] = False
    # The redirect to a path with merged slashes would have an HTML body.
    app.url_map.merge_slashes = False

    checker = TokenChecker(store, monotonic)
    auto_label = AutoLabel(settings, store, champions, metrics, clock=clock, monotonic=monotonic)
    app.register_blueprint(doccano_blueprint(settings, checker, auto_label))
    app.register_blueprint(api_blueprint(settings, store, checker, champions))
    app.register_blueprint(health_blueprint(store, checker, champions, metrics))
    add_documentation(app, checker)
    add_error_answers(app, settings, metrics)
    add_response_headers(app)
    _add_measuring(app, metrics, monotonic)
    return app


def _add_measuring(app: Flask, metrics: Metrics, monotonic: Callable[[], float]) -> None:
    @app.before_request
    def begin() -> None:
        g.began = monotonic()

    @app.after_request
    def end(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "unmatched"
        method = request.method if request.url_rule else "any"
        metrics.requests.labels(route, method, str(response.status_code)).inc()
        metrics.seconds.labels(route).observe(monotonic() - g.began)
        return response
