"""The peer's way: a Flask application around Transformers' pipeline, in float32.

Label Studio's ML backend serves its huggingface_ner example like this, under gunicorn with one
process and eight threads. A document is cut at the model's length unless ``PEER_STRIDE`` names the
tokens by which windows overlap.
"""

import os
from typing import Any

from flask import Flask, request
from transformers import pipeline


def create_app() -> Flask:
    """The application; ``PEER_MODEL`` names the folder of the model."""
    stride = os.environ.get("PEER_STRIDE")
    options = {"stride": int(stride)} if stride else {}
    tagger = pipeline(
        "token-classification",
        model=os.environ["PEER_MODEL"],
        device="cpu",
        aggregation_strategy="simple",
        **options,
    )
    app = Flask(__name__)

    @app.post("/predict")
    def predict() -> Any:
        """The spans of one text."""
        spans = tagger(request.get_json()["text"])
        return [
            {"start": int(s["start"]), "end": int(s["end"]), "label": s["entity_group"]}
            for s in spans
        ]

    @app.get("/health")
    def health() -> str:
        """Answers once the model is loaded."""
        return "ok"

    return app
