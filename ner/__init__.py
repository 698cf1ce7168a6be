"""The tagger as a library: from texts and gold spans to model versions and predictions.

It knows no Flask, Redis, SQL or HTTP. `ner.spans` has the values that everything here takes and
gives; `ner.tagger` predicts with a version; `ner.training.training.train` makes one.
"""
