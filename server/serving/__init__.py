"""From a text to an answer: each project's champion, its predictions, claims and records.

`server.web` uses `auto_label.AutoLabel` and `champions.Champions`.
"""
