"""Everything asynchronous: collecting approvals, retraining, the store, the queues, Doccano.

`worker.settings` has every setting.
"""
