"""Backups of a store and its models, and the move of a store to another database.

Entry points: `backup.back_up`, `restore.restore`, `store_copy.copy_store`.
"""
