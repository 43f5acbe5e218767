"""What each organisation is told of works near to what it owns: one retained message, for it alone."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from gateway.centre.situation.exchange.summaries import SummaryMessage
from gateway.centre.situation.layer_file import LayerFile
from gateway.model import topics
from gateway.situation.lifecycle.parties import Parties
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.private_layer import NearFeature, NearSituation, PrivateLayer, concerns, near_features, near_message


class NearSummary:
    """Finds the works near to the private layers of organisations.

    Args:
        site: The name of the site.
        parties: Who takes part.
        layers: The files of layers, by organisation.
        near_m: How near works must be.
    """

    def __init__(self, site: str, parties: Parties, layers: Mapping[str, LayerFile], near_m: float) -> None:
        self._site, self._parties, self._layers, self._near_m = site, parties, layers, near_m
        self._known: dict[tuple[str, int, str, int], list[NearFeature]] = {}
        """What is near, by organisation, version of its layer, situation and revision of that."""

    def messages(self, situations: Sequence[Situation]) -> Iterator[SummaryMessage]:
        """Yield the message to each organisation; an empty one to those that have no layer."""
        before, self._known = self._known, {}
        for organisation in sorted(self._parties.organisations):
            file = self._layers.get(organisation)
            if file is not None:
                file.refresh()
            topic = topics.situation_near(self._site, organisation)
            if file is None or file.layer is None:
                yield SummaryMessage(topic, b"")
                continue
            mine = (one for one in situations if concerns(one, organisation, self._parties))
            found = (NearSituation(one.id, self._near(organisation, file.version, file.layer, one, before)) for one in mine)
            yield SummaryMessage(topic, msgspec.json.encode(near_message(found)))

    def failing(self) -> list[str]:
        """Return a sentence for each layer that can't be used."""
        return [one.failing for one in self._layers.values() if one.failing is not None]

    def _near(
        self,
        organisation: str,
        version: int,
        layer: PrivateLayer,
        situation: Situation,
        before: Mapping[tuple[str, int, str, int], list[NearFeature]],
    ) -> list[NearFeature]:
        key = organisation, version, situation.id, situation.revision
        self._known[key] = before[key] if key in before else near_features(layer, situation.geometry, self._near_m)
        return self._known[key]
