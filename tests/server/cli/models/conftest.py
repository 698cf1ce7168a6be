"""The trained model of the tests of the tagger's commands."""

from tests.server.cli.tagger.conftest import folder, model, one_thread, trained  # noqa: F401
