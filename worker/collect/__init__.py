"""Updates the store to what is approved in Doccano.

Entry points: `collect.collect` and `collect_result.CollectResult`.
"""
