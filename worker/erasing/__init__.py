"""Erasure: removes the texts of documents from store, models and run folders.

Entry points: `erasure.erase` (documents that a person names), `retention.erase_withdrawn` (those
withdrawn long ago), `plan.plan_erasure` (what would be removed, and what forbids it).
"""
