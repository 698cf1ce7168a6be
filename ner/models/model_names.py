"""The names that stand for a base model in settings and on the command line."""

# The base model unless another one is chosen.
DEFAULT_BASE_MODEL = "bert-base-uncased"
# The small English BERT in the package that the extra `bundled` installs.
BUNDLED = "bundled"
