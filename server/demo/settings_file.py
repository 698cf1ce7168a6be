"""The settings of the demo, with short intervals so that each step follows soon."""

import json
import os
from pathlib import Path

from ner.files import write_private
from worker.settings import CONFIG_VARIABLE, PREFIX, Settings, load_settings

PROJECT = "papers"
FIRST_DOCUMENTS = 5
MIN_CHANGED = 25
EPOCHS = 7
BATCH_SIZE = 4

_TEMPLATE = """\
# Written by `nerloop demo` at each start.
data_dir = {data_dir}
base_model = {base_model}
doccano_url = {doccano_url}
doccano_username = {username}
doccano_password = {password}
server_port = {server_port}
watch_seconds = 0.5
poll_seconds = 2
hint_seconds = 0.5
export_seconds = 20

[projects.{name}]
doccano_project = {doccano_project}
held_out_share = {share}
keep_versions = 50

[projects.{name}.retrain]
first_documents = {first_documents}
min_changed = {min_changed}
quiet_seconds = 1

[projects.{name}.training]
epochs = {epochs}
batch_size = {batch_size}
"""


def write_settings(
    path: Path,
    *,
    data_dir: Path,
    base_model: str,
    doccano_url: str,
    username: str,
    password: str,
    server_port: int,
    doccano_project: int,
    share: float,
    first_documents: int,
) -> Settings:
    """Writes the file, which only its owner can read, and loads it.

    Removes the settings in the environment, for this process and its children, so that a demo does
    not touch an installation in use.
    """
    texts = {
        "data_dir": str(data_dir),
        "base_model": base_model,
        "doccano_url": doccano_url,
        "username": username,
        "password": password,
    }
    content = _TEMPLATE.format(
        **{name: json.dumps(text, ensure_ascii=False) for name, text in texts.items()},
        server_port=server_port,
        name=PROJECT,
        doccano_project=doccano_project,
        share=share,
        first_documents=first_documents,
        min_changed=MIN_CHANGED,
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
    )
    write_private(path, content)
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]
    os.environ[CONFIG_VARIABLE] = str(path)
    return load_settings()
