"""Health checks, and the metrics for Prometheus."""

from apiflask import APIBlueprint
from flask import Response, make_response, request
from prometheus_client import CONTENT_TYPE_LATEST

from ner.errors import StoreError, UnreadableStore
from server.metrics import Metrics
from server.serving.champions import Champions
from server.web.auth import TokenChecker, presented_token
from server.web.request_checks import (
    ERROR_CONTENT,
    SECURITY,
    Responses,
    require_service_administering,
)
from server.web.schemas import LiveOut, ReadyOut
from worker.store.database import Store, require_known_schema

_METRICS_RESPONSES: Responses = {
    200: {
        "description": "Prometheus' text format",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    },
    401: {"description": "Not the service token", "content": ERROR_CONTENT},
    503: {"description": "The store cannot be reached", "content": ERROR_CONTENT},
}


def health_blueprint(
    store: Store, checker: TokenChecker, champions: Champions, metrics: Metrics
) -> APIBlueprint:
    """`/health/live` and `/health/ready` need no token, `/metrics` the service token."""
    blueprint = APIBlueprint("health", __name__, tag="Operation")

    @blueprint.get("/health/live")
    @blueprint.output(LiveOut)
    @blueprint.doc(operation_id="live")
    def live() -> LiveOut:
        """Whether the process answers."""
        return LiveOut(live=True)

    @blueprint.get("/health/ready")
    @blueprint.output(ReadyOut)
    @blueprint.doc(operation_id="ready", responses=_not_ready())
    def ready() -> Response | ReadyOut:
        """Whether the store is reachable and every project's champion answers.

        Projects and versions are named to the holder of the service token.
        """
        state = readiness(store, champions, named=_may_see_names(checker))
        if state.ready:
            return state
        return make_response(state.model_dump(), 503)

    @blueprint.get("/metrics")
    @blueprint.doc(
        operation_id="metrics",
        responses=_METRICS_RESPONSES,
        security=SECURITY,
    )
    def show_metrics() -> Response:
        """The metrics of the server, in Prometheus' format."""
        require_service_administering(checker)
        return Response(metrics.render(), content_type=CONTENT_TYPE_LATEST)

    return blueprint


def readiness(store: Store, champions: Champions, *, named: bool) -> ReadyOut:
    """Ready when the store answers, is of this version, and no project waits for its champion.

    Without `named`, reasons and models say nothing about projects.
    """
    waiting = _model_reasons(champions)
    if waiting and not named:
        waiting = ["a project's champion is not loaded; the service token shows which"]
    reasons = [*_store_reasons(store), *waiting]
    models = {
        project: slot.champion.name
        for project, slot in champions.slots.items()
        if slot.champion is not None and named
    }
    loading = not all(slot.checked for slot in champions.slots.values())
    return ReadyOut(ready=not reasons, loading=loading, reasons=reasons, models=models)


def _may_see_names(checker: TokenChecker) -> bool:
    try:
        return checker.may_administer_service(presented_token(request))
    except StoreError:  # the answer says so anyway
        return False


def _store_reasons(store: Store) -> list[str]:
    try:
        require_known_schema(store)
    except UnreadableStore:
        return ["the store is of another version of nerloop, or damaged: restart the server"]
    except StoreError:
        return ["the store cannot be reached"]
    return []


def _model_reasons(champions: Champions) -> list[str]:
    """A project whose new champion cannot be loaded is ready as long as the old one answers."""
    reasons = []
    for project, slot in champions.slots.items():
        if not slot.checked:
            reasons.append(f"project {project}: the champion is still being loaded")
        elif slot.champion is None and slot.problem is not None:
            reasons.append(f"project {project}: the champion cannot be loaded; see the log")
    return reasons


def _not_ready() -> Responses:
    return {
        503: {
            "description": "Not ready; the reasons say why",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ReadyOut"}}},
        }
    }
