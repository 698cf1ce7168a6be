"""The responses to errors."""

import logging
import traceback

from apiflask import APIFlask, HTTPError
from flask import Response, jsonify, request

from ner.errors import StoreError
from server.metrics import Metrics
from server.web.doccano import doccano_error, is_doccano_path
from worker.settings import Settings

logger = logging.getLogger(__name__)


def add_error_answers(app: APIFlask, settings: Settings, metrics: Metrics) -> None:
    """Answers every error with JSON without a traceback; on Doccano's paths with an empty list."""

    def answer(error: HTTPError) -> Response:
        if is_doccano_path():
            return doccano_error(error, settings, metrics)
        message = error.message
        if error.status_code == 401:
            logger.warning(
                "path=%s refused from=%s: no fitting token", request.path, request.remote_addr
            )
        if error.status_code == 413:
            message = f"the body is larger than {settings.max_body_bytes} bytes; send less at once"
        response = jsonify({"message": message, "detail": error.detail})
        response.status_code = error.status_code
        response.headers.update(error.headers)
        return response

    app.error_processor(answer)

    @app.errorhandler(StoreError)
    def store_error(error: StoreError) -> Response:
        logger.error("path=%s %s", request.path, error)
        return answer(HTTPError(503, message="the store cannot be reached; see the server's log"))

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        # Messages of other libraries' errors can contain texts and passwords, so only the line is
        # logged.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        logger.error(
            "path=%s error=%s at=%s:%s",
            request.path,
            type(error).__name__,
            frame.filename,
            frame.lineno,
        )
        return answer(HTTPError(500, message="nerloop failed; see the server's log"))
