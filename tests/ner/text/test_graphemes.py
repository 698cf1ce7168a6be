"""The port gives the results of grapheme-splitter, which are recorded in data/graphemes.json."""

import hashlib
import json
import sys
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ner.text.graphemes import break_property, cluster_starts

RECORDED = json.loads((Path(__file__).parent / "data" / "graphemes.json").read_text())


def _text(code_points):
    return "".join(chr(int(code, 16)) for code in code_points.split())


def _clusters(text):
    starts = cluster_starts(text)
    return [text[start:end] for start, end in pairwise([*starts, len(text)])]


def test_every_recorded_text_breaks_as_grapheme_splitter_breaks_it():
    assert len(RECORDED["clusters"]) > 1900
    for recorded in RECORDED["clusters"]:
        expected = [_text(cluster) for cluster in recorded.split("/")] if recorded else []
        assert _clusters("".join(expected)) == expected, recorded


def test_every_code_point_has_the_property_that_grapheme_splitter_gives_it():
    properties = "\n".join(break_property(code) for code in range(sys.maxunicode + 1))
    assert hashlib.sha256(properties.encode()).hexdigest() == RECORDED["properties_sha256"]


def test_emoji_newer_than_unicode_10_fall_apart():
    assert _clusters("🧑‍🎄") == ["🧑\u200d", "🎄"]
    assert len(_clusters("❤️‍🔥")) == 2


def test_a_windows_line_break_is_one_cluster():
    assert _clusters("a\r\n\nb") == ["a", "\r\n", "\n", "b"]


@given(st.text(st.characters(codec=None)))
def test_clusters_partition_the_text(text):
    assert "".join(_clusters(text)) == text
    assert all(_clusters(text))
