"""The demo's project in Doccano: sample papers, one label, and a reviewer."""

from collections.abc import Sequence

from ner.spans import Document
from server.demo.sample_papers import LABEL
from worker.doccano import DoccanoClient

NAME = "Sample papers"
REVIEWER = "reviewer"


def make_project(client: DoccanoClient, papers: Sequence[Document], password: str) -> int:
    """Creates the project with all papers, unapproved and without spans; returns its number.

    The reviewer is an annotator of it with this password. Raises DoccanoError.
    """
    doccano_project = client.create_project(NAME, collaborative=True).id
    client.create_label(doccano_project, LABEL)
    client.upload_jsonl(doccano_project, ({"text": paper.text, "label": []} for paper in papers))
    reviewer = client.create_user(REVIEWER, password)
    client.add_member(doccano_project, reviewer.id, role="annotator")
    return doccano_project
