"""`nerloop demo`: Doccano and nerloop on this machine, with sample papers and their review.

The command line uses `run.run_demo`.
"""
