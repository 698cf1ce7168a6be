"""Looks at what the loop needs before it starts: `preflight.look`, for `nerloop up` and `connect`.

What is wrong is a finding with its remedy; what cannot be known yet is a warning.
"""
