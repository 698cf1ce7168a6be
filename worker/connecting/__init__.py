"""Checks a Doccano project, configures its auto-labeling and proves the round trip.

Entry points: `connect.connect` and `connection.Connection`.
"""
