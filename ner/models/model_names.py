"""The names that stand for a base model in settings and on the command line."""

# Taken where nobody chooses another one.
DEFAULT_BASE_MODEL = "bert-base-uncased"
# The small English BERT that the package of the extra `bundled` carries.
BUNDLED = "bundled"
