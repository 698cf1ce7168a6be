"""A real Doccano on this machine: for the demo, and for every test that needs one."""

from server.demo.local_doccano.doccano import LocalDoccano
from server.demo.local_doccano.environment import default_environment, ensure_doccano_environment

__all__ = ["LocalDoccano", "default_environment", "ensure_doccano_environment"]
