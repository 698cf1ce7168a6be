"""The tagger as a library: from texts and gold spans to model versions and predictions.

It does not use Flask, Redis, SQL or HTTP. `ner.spans` has the values that all modules take and
return; `ner.tagger` predicts with a version; `ner.training.training.train` trains one.
"""
