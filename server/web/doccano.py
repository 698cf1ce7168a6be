"""The route that Doccano's auto-labeling calls; every response is a JSON list.

Doccano ignores the status and shows its reviewers no error, but if the body is not a list a whole
document loses its labels. So every error on these paths has the body ``[]``; its reason is counted
and logged here. The template in Doccano is ``{{ input | tojson }}``.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace

from apiflask import APIBlueprint, HTTPError
from flask import Response, jsonify, request

from ner.spans import Span
from ner.text.offsets import OffsetUnit, spans_from_codepoints
from server.metrics import UNKNOWN, Metrics
from server.serving.auto_label import AutoLabel
from server.web.auth import TokenChecker
from server.web.request_checks import (
    SECURITY,
    Responses,
    require_json,
    require_predicting,
    require_project,
)
from server.web.schemas import AutoLabelIn, AutoLabelSpanOut
from worker.settings import Settings

logger = logging.getLogger(__name__)

PREFIX = "/doccano"
MODEL_HEADER = "X-Nerloop-Model"

_REASONS = {
    400: "bad_json",
    401: "unauthorized",
    404: "unknown_project",
    405: "wrong_method",
    413: "too_large",
    415: "not_json",
    422: "no_text",
    503: "store",
}
_EMPTY = {"application/json": {"schema": {"type": "array", "maxItems": 0}}}
_RESPONSES: Responses = {
    status: {"description": reason.replace("_", " "), "content": _EMPTY}
    for status, reason in {**_REASONS, 500: "error"}.items()
}


def is_doccano_path() -> bool:
    """Whether the path of the request is under `PREFIX`, with a route or without."""
    return request.path == PREFIX or request.path.startswith(f"{PREFIX}/")


def doccano_spans(text: str, spans: Iterable[Span], unit: OffsetUnit) -> list[AutoLabelSpanOut]:
    """Converts spans in code points to what Doccano takes: in `unit`, sorted, not overlapping.

    Moving a boundary out of a grapheme cluster can make neighbours overlap; then the later one is
    shortened, or dropped if nothing of it is left.
    """
    free_from = 0
    converted = []
    for span in spans_from_codepoints(text, sorted(spans), unit):
        start = max(span.start, free_from)
        if start < span.end:
            kept = replace(span, start=start)
            free_from = kept.end
            converted.append(
                AutoLabelSpanOut(label=kept.label, start_offset=kept.start, end_offset=kept.end)
            )
    return converted


def doccano_error(error: HTTPError, settings: Settings, metrics: Metrics) -> Response:
    """The empty list for a refused or failed request, counted with its reason."""
    project = request.path.removeprefix(f"{PREFIX}/")
    reason = _REASONS.get(error.status_code, "error")
    label = project if project in settings.projects else UNKNOWN
    metrics.empty_answers.labels(label, reason).inc()
    logger.warning(
        "project=%s outcome=%s status=%d: %s", label, reason, error.status_code, error.message
    )
    response = jsonify([])
    response.status_code = error.status_code
    response.headers.update(error.headers)
    return response


def doccano_blueprint(
    settings: Settings, checker: TokenChecker, auto_label: AutoLabel
) -> APIBlueprint:
    """The route that Doccano's auto-labeling configuration names."""
    blueprint = APIBlueprint("doccano", __name__, url_prefix=PREFIX, tag="Doccano")

    @blueprint.before_request
    def admit() -> None:
        require_predicting(checker)
        require_project(settings)
        require_json()

    # The body must be a list for OPTIONS too, so Flask must not answer it.
    @blueprint.post("/<project>", provide_automatic_options=False)
    @blueprint.input(AutoLabelIn, arg_name="body")
    @blueprint.output(list[AutoLabelSpanOut])  # type: ignore[arg-type]  # its types lack lists
    @blueprint.doc(operation_id="autoLabel", responses=_RESPONSES, security=SECURITY)
    def auto_label_text(project: str, body: AutoLabelIn) -> Response:
        """Spans for a document that is opened in Doccano.

        An empty list when there is no model yet, past the time budget, and when the text was
        answered before.
        """
        answer = auto_label.answer(project, body.text)
        spans = doccano_spans(body.text, answer.prediction.spans, answer.unit)
        response = jsonify([span.model_dump() for span in spans])
        if answer.prediction.model_version:
            response.headers[MODEL_HEADER] = answer.prediction.model_version
        return response

    return blueprint
