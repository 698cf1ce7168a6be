from server.serving.probe import PROBE_TEXT, is_probe, probe_spans


def test_the_probe_text_is_a_probe_and_a_paper_is_not() -> None:
    assert is_probe(PROBE_TEXT)
    assert not is_probe("A paper about a nerloop connection probe")


def test_a_probe_is_answered_with_its_first_word_under_the_first_label() -> None:
    (span,) = probe_spans(["PERSON", "AFFILIATION"])
    assert PROBE_TEXT[span.start : span.end] == "nerloop"
    assert span.label == "AFFILIATION"


def test_a_probe_is_answered_even_in_a_project_without_labels() -> None:
    (span,) = probe_spans([])
    assert span.label == "nerloop connection probe"
