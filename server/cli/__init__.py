"""The `nerloop` command: a table of commands, each imported only when it is called."""

import click

from ner.errors import (
    ChampionChanged,
    ColumnsError,
    CorruptVersion,
    NerloopError,
    TagSchemeError,
    VersionNotFound,
)
from server.cli.lazy_group import CommandEntry, LazyGroup

COMMANDS = {
    "up": CommandEntry(
        "server.cli.processes.process_commands:up", "Run everything on this machine."
    ),
    "server": CommandEntry(
        "server.cli.processes.process_commands:server", "Run the server that Doccano calls."
    ),
    "worker": CommandEntry(
        "server.cli.processes.process_commands:worker", "Run a worker for pulls and trainings."
    ),
    "cron": CommandEntry(
        "server.cli.processes.process_commands:cron", "Run the cron that starts the checks."
    ),
    "connect": CommandEntry(
        "server.cli.project.project_commands:connect", "Connect a Doccano project and test it."
    ),
    "rebind": CommandEntry(
        "server.cli.project.rebind_command:rebind", "Say what a change of Doccano means."
    ),
    "status": CommandEntry(
        "server.cli.project.status_command:status", "Show the state of the projects, and why."
    ),
    "collect": CommandEntry(
        "server.cli.project.project_commands:collect", "Pull the approved documents now."
    ),
    "retrain": CommandEntry(
        "server.cli.project.project_commands:retrain", "Train a project's model now."
    ),
    "import": CommandEntry(
        "server.cli.project.import_command:import_gold", "Import gold into a project."
    ),
    "tokens": CommandEntry(
        "server.cli.project.tokens_command:tokens", "List a project's tokens and issue new ones."
    ),
    "forget": CommandEntry(
        "server.cli.project.project_commands:forget", "Let texts get suggestions again."
    ),
    "erase": CommandEntry(
        "server.cli.project.erase_command:erase", "Remove a document's text from what is kept."
    ),
    "backup": CommandEntry(
        "server.cli.keeping_commands:backup", "Write a backup of store and models to a file."
    ),
    "restore": CommandEntry("server.cli.keeping_commands:restore", "Put a backup back."),
    "move-store": CommandEntry(
        "server.cli.keeping_commands:move_store", "Copy the store to another database."
    ),
    "models": CommandEntry(
        "server.cli.models.models_commands:models", "List, promote, roll back and add models."
    ),
    "check": CommandEntry(
        "server.cli.tagger.check_command:check", "Show how a file is read, before using it."
    ),
    "train": CommandEntry("server.cli.tagger.train_command:train", "Train a tagger on a file."),
    "crossval": CommandEntry(
        "server.cli.crossval.crossval_command:crossval",
        "Score base models on a file and find its errors.",
    ),
    "adapt": CommandEntry(
        "server.cli.tagger.adapt_command:adapt", "Train a base model on unannotated texts."
    ),
    "evaluate": CommandEntry(
        "server.cli.tagger.evaluate_command:evaluate", "Score a tagger on a file."
    ),
    "predict": CommandEntry("server.cli.tagger.predict_command:predict", "Mark spans in texts."),
    "demo": CommandEntry("server.cli.demo_command:demo", "Run the loop with its own Doccano."),
}


# Commands that help after an error of `ner`, whose messages do not name commands.
_OTHER_VERSION = (
    "`nerloop models list` shows a project's versions; `nerloop models promote` and "
    "`nerloop models rollback` choose its champion."
)
HINTS: dict[type[NerloopError], str] = {
    ColumnsError: "--token-column and --tag-column choose columns, from 1.",
    CorruptVersion: "`nerloop train` writes a complete model folder; `nerloop models promote` and "
    "`nerloop models rollback` make another version of a project its champion.",
    VersionNotFound: _OTHER_VERSION,
    ChampionChanged: _OTHER_VERSION,
    TagSchemeError: "`nerloop train TRAIN --base-model FOLDER --output OUTPUT` trains such a model "
    "further.",
}


@click.group("nerloop", cls=LazyGroup, entries=COMMANDS, hints=HINTS)
@click.version_option(package_name="nerloop")
def main() -> None:
    """Close the annotation loop around Doccano.

    Predictions while you annotate, retraining while you review. Settings come from the
    environment (NERLOOP_…) and from nerloop.toml; docs/settings.md lists them.
    """
