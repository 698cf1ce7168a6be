"""What the server counts, in Prometheus' format; each application has a registry of its own."""

from functools import partial

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

UNKNOWN = "unknown"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0)


class Metrics:
    """All metrics. `project` is a configured project or `UNKNOWN`, which limits the series."""

    def __init__(self) -> None:
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._registry = registry
        counter, gauge = partial(Counter, registry=registry), partial(Gauge, registry=registry)
        self.requests = counter(
            "nerloop_requests", "Answered requests.", ["route", "method", "status"]
        )
        self.seconds = Histogram(
            "nerloop_request_seconds",
            "Time from a request to its answer.",
            ["route"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.empty_answers = counter(
            "nerloop_empty_answers",
            "Empty auto-label answers that are not a prediction.",
            ["project", "reason"],
        )
        self.dropped_spans = counter(
            "nerloop_dropped_spans",
            "Predicted spans that were not passed on to Doccano.",
            ["project", "reason"],
        )
        self.lookups = counter(
            "nerloop_cache_lookups",
            "Texts looked up before a prediction: hit, stored (in Redis), shared (being predicted) "
            "or miss.",
            ["project", "result"],
        )
        self.ahead = counter(
            "nerloop_texts_ahead",
            "Texts of unopened documents: predicted, known already, or failed.",
            ["project", "result"],
        )
        self.queued = gauge("nerloop_queue_depth", "Texts that wait for a prediction.", ["project"])
        self.model = gauge(
            "nerloop_model_info", "1 for the version that answers.", ["project", "version"]
        )
        self.load_failures = counter(
            "nerloop_model_load_failures",
            "Champions that could not be loaded or failed their self-check.",
            ["project", "error"],
        )

    def render(self) -> bytes:
        """Returns all metrics in the text format that Prometheus scrapes."""
        return generate_latest(self._registry)
