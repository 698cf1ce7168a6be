"""Reads single documents of a collaborative project between two exports.

Entry point: `check.check_documents_between_pulls`.
"""
