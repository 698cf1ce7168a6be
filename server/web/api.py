"""The API for other clients than Doccano: spans in code points with scores, and HTTP errors."""

import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import BoundedSemaphore

from apiflask import APIBlueprint
from flask import Response, jsonify, make_response

from ner.errors import NoModel, NotLoaded, Overloaded, PredictionFailed
from ner.spans import Prediction
from ner.versions.label_names import current_names
from server.serving.champions import Champions
from server.web.auth import TokenChecker
from server.web.doccano import MODEL_HEADER
from server.web.request_checks import (
    SECURITY,
    refuse,
    require_administering,
    require_json,
    require_project,
)
from server.web.schemas import ModelOut, PredictIn, PredictionOut, PredictOut, SpanOut
from worker.settings import Settings
from worker.store.database import Store
from worker.store.labels import label_names

PREDICT_SECONDS = 300.0
# Threads that are left to Doccano's calls, for which a person waits.
FREE_THREADS = 2
RETRY_SECONDS = 5

_PREDICT_ERRORS = {
    400: "The body is not JSON",
    401: "Neither the project token nor the service token",
    413: "The body is too large",
    415: "The body is not declared as JSON",
    500: "The model failed on one of the texts",
    503: "There is no model yet, too many texts wait, or the store cannot be reached",
}
_MODEL_ERRORS = {
    401: "Neither the project token nor the service token",
    404: "There is no such project, or it has no model yet",
    503: "The model is not loaded, or the store cannot be reached",
}


def api_blueprint(
    settings: Settings, store: Store, checker: TokenChecker, champions: Champions
) -> APIBlueprint:
    """Predictions and the model of a project, for its project token or the service token."""
    blueprint = APIBlueprint(
        "api", __name__, url_prefix="/api/v1/projects/<project>", tag="Projects"
    )

    slots = BoundedSemaphore(max(1, settings.server_threads - FREE_THREADS))

    @blueprint.before_request
    def admit() -> None:
        require_administering(checker)
        require_project(settings)
        require_json()

    @blueprint.post("/predict")
    @blueprint.input(PredictIn, arg_name="body")
    @blueprint.output(PredictOut)
    @blueprint.doc(operation_id="predict", responses=_PREDICT_ERRORS, security=SECURITY)
    def predict(project: str, body: PredictIn) -> Response:
        """Spans for a batch of texts.

        Labels have the names that the project uses now; one that the project no longer has keeps
        the model's name. Nothing is recorded, and no text counts as answered.
        """
        with _slot_of(slots):
            answer = _predict(champions, project, body.texts, names=_names(store, project))
        response = make_response(jsonify(answer.model_dump(mode="json")))
        response.headers[MODEL_HEADER] = answer.model_version
        return response

    @blueprint.get("/model")
    @blueprint.output(ModelOut)
    @blueprint.doc(operation_id="model", responses=_MODEL_ERRORS, security=SECURITY)
    def model(project: str) -> ModelOut:
        """The version that answers now, and its scores."""
        return _model(champions, project)

    return blueprint


@contextmanager
def _slot_of(slots: BoundedSemaphore) -> Iterator[None]:
    """Holds one of the requests that may be answered at a time; raises 503 when there is none."""
    if not slots.acquire(blocking=False):
        raise refuse(503, "too many requests at the same time; ask again later", RETRY_SECONDS)
    try:
        yield
    finally:
        slots.release()


def _names(store: Store, project: str) -> dict[str, str]:
    with store.read() as session:
        return label_names(session, project)


def _predict(
    champions: Champions, project: str, texts: list[str], *, names: dict[str, str]
) -> PredictOut:
    try:
        asked = champions.ask(project, texts)
        predictions = _wait(asked.futures)
    except (NoModel, Overloaded) as error:
        raise refuse(503, str(error), RETRY_SECONDS) from None
    except PredictionFailed as error:
        raise refuse(500, str(error)) from None
    except TimeoutError:
        raise refuse(
            503, f"not done within {PREDICT_SECONDS:.0f} s; send fewer texts, or ask again"
        ) from None
    manifest = asked.champion.version.manifest
    # A label that the project no longer has keeps the model's name for it.
    names = {label: label for label in manifest.labels} | current_names(manifest, names)
    return PredictOut(
        model_version=asked.champion.name,
        predictions=[_prediction(prediction.renamed(names)[0]) for prediction in predictions],
    )


def _wait(futures: tuple[Future[Prediction], ...]) -> list[Prediction]:
    deadline = time.monotonic() + PREDICT_SECONDS
    return [future.result(max(0.0, deadline - time.monotonic())) for future in futures]


def _prediction(prediction: Prediction) -> PredictionOut:
    return PredictionOut(
        spans=[
            SpanOut(start=span.start, end=span.end, label=span.label, score=score)
            for span, score in zip(prediction.spans, prediction.scores, strict=True)
        ]
    )


def _model(champions: Champions, project: str) -> ModelOut:
    slot = champions.slots[project]
    champion = slot.champion
    if champion is None:
        error = slot.why_missing()
        raise refuse(503 if isinstance(error, NotLoaded) else 404, str(error))
    manifest, promotion = champion.version.manifest, champion.promotion
    return ModelOut(
        version=champion.name,
        base_model=manifest.base_model,
        labels=list(manifest.labels),
        documents=manifest.documents,
        fingerprint=manifest.fingerprint,
        created_at=manifest.created_at,
        promoted_at=promotion.at,
        reason=promotion.reason,
        scores=None if manifest.scores is None else dict(manifest.scores),
    )
