"""nerloop's server beside the peer's way of serving the same weights, under load.

.venv/bin/python -m benchmarks.serving --model FOLDER --texts FILE [--precision P] [--json FILE]
"""
