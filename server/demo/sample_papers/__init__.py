"""Made-up papers with exact gold spans: for the demo, the tests and the benchmarks."""

from server.demo.sample_papers.page import LABEL
from server.demo.sample_papers.papers import PAPERS, SHARE, sample_papers

__all__ = ["LABEL", "PAPERS", "SHARE", "sample_papers"]
