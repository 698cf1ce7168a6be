"""Proves with Doccano's dry runs that a configuration works, before Doccano has it."""

from dataclasses import dataclass
from typing import Any

from ner.errors import DoccanoRejected, DoccanoUnavailable
from worker.connecting.connection import Finding, FindingLevel, Probe
from worker.connecting.server_reach import local_url, remedy
from worker.doccano import DoccanoClient
from worker.doccano.models import AutoLabelConfig
from worker.doccano.versions import TRIED
from worker.server_address import LOOPBACK


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """Doccano asks the server, listening at `host` and `port`, about a project's text."""

    client: DoccanoClient
    doccano_project: int
    probe: Probe
    host: str
    port: int

    def prove(self, config: AutoLabelConfig) -> Finding:
        """Does the three dry runs: the request, the extraction of labels, their mapping.

        None of them stores anything in Doccano.
        """
        auto_labeling, number = self.client.auto_labeling, self.doccano_project
        try:
            reply = auto_labeling.test_request(number, config, self.probe.text)
        except (DoccanoRejected, DoccanoUnavailable):
            reply = None
        if not self._is_probe_answer(reply):
            return Finding(FindingLevel.PROBLEM, self._remedy(config))
        extracted = auto_labeling.test_extractor(number, config, reply)
        mapped = auto_labeling.test_mapper(number, config, extracted)
        if self._is_probe_answer(extracted) and self._is_probe_answer(mapped):
            url = config.model_attrs["url"]
            return Finding(FindingLevel.FINE, f"Doccano asked {url} and understood the answer")
        return Finding(
            FindingLevel.PROBLEM,
            f"Doccano received {reply} but read {mapped} from it; nerloop does not know this "
            f"version of Doccano: it is tried with {TRIED}",
        )

    def _remedy(self, config: AutoLabelConfig) -> str:
        url = str(config.model_attrs["url"])
        token = config.model_attrs["headers"]["Authorization"].partition(" ")[2]
        here, loopback = (local_url(url, host, self.port) for host in (self.host, LOOPBACK))
        # Each once: an address that never answers takes ten seconds.
        found = {each: self.probe.ask(each, token) for each in {url, here, loopback}}
        return remedy(found[url], url, self.host, found[here], loopback=found[loopback])

    def _is_probe_answer(self, reply: Any) -> bool:
        """Whether the reply is one span over the probe's first word."""
        first_word = len(self.probe.text.split()[0])
        match reply:
            case [{"start_offset": 0, "end_offset": end, "label": str()}]:
                return bool(end == first_word)
        return False
