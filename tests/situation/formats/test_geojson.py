"""The GeoJSON feed."""

import msgspec

from gateway.situation.event.document import SituationFeature
from gateway.situation.formats.geojson import GEOJSON
from tests.situation.formats.document_fields import documents, feature_of_document
from tests.situation.formats.exports import content_of


class Feed(msgspec.Struct):
    type: str
    generated: str
    features: list[SituationFeature]


def test_documents_of_every_kind_come_back_as_they_were() -> None:
    features = [feature_of_document(one) for one in documents()]
    read = msgspec.json.decode(content_of(GEOJSON, *features), type=Feed)
    assert (read.type, read.generated, read.features) == ("FeatureCollection", "2026-11-20T11:00:00Z", features)
