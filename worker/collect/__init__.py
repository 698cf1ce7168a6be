"""Updates the store to what is approved in Doccano.

Others use `collect.collect` and `collect_result.CollectResult`.
"""
