"""Checks a Doccano project, configures its auto-labeling and proves the round trip.

Others use `connect.connect` and `connection.Connection`.
"""
