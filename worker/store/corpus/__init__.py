"""The documents, what was approved of them, and the sides that they are on."""
