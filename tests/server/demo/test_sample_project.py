from ner.spans import Document
from server.demo.local_doccano import LocalDoccano
from server.demo.sample_papers import LABEL
from server.demo.sample_project import REVIEWER, make_project
from tests.support.doccano.doccano_projects import client_of
from worker.doccano import DoccanoClient


def test_the_project_has_the_papers_without_their_spans_and_a_reviewer(
    doccano: LocalDoccano,
) -> None:
    papers = [Document("one"), Document("two")]
    number = make_project(client_of(doccano), papers, "a-password-of-papers")
    reviewer = DoccanoClient(doccano.url, REVIEWER, "a-password-of-papers")
    assert list(reviewer.label_types(number).values()) == [LABEL]
    examples = list(reviewer.examples(number))
    assert sorted(example.text for example in examples) == ["one", "two"]
    assert not any(example.confirmed for example in examples)
    assert reviewer.spans(number, examples[0].id) == ()
