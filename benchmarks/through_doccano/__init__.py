"""What a reviewer waits for in a real Doccano, and what killed servers cost.

.venv/bin/python -m benchmarks.through_doccano.kills --model FOLDER --texts FILE
.venv/bin/python -m benchmarks.through_doccano.openings --model FOLDER --texts FILE
"""
