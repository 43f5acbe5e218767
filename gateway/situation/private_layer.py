"""What an organisation owns in the ground, as it draws it for the Situation Room alone, and which works come near to it.

Where it lies goes nowhere. Its owner is told names of features and distances; they are in no situation, so in no view and no export of one.
"""

from collections.abc import Iterable
from typing import Annotated, Literal, NamedTuple

import msgspec

from gateway.model.untrusted_json import json_reader
from gateway.situation.conflicts.shape import Shape, distance_m, shape_of
from gateway.situation.event.document import SituationFeature
from gateway.situation.event.geometry import Geometry, geometry_errors
from gateway.situation.event.kinds import SituationKind
from gateway.situation.lifecycle.parties import Parties
from gateway.situation.lifecycle.permissions import may_see
from gateway.situation.lifecycle.situation import Situation

MOST_LAYER_BYTES = 16 << 20
MOST_FEATURES = 20_000
MOST_NEAR = 100
"""Features that are named of one situation, the nearest first."""

MOST_MENTIONED = 10_000
"""Features that are named in one message; situations that do not fit are left out."""

_FeatureName = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+\Z")]


class _Feature(msgspec.Struct, frozen=True):
    type: Literal["Feature"]
    geometry: Geometry | None
    id: _FeatureName | Annotated[int, msgspec.Meta(ge=-(1 << 53), le=1 << 53)] | None = None


class _Collection(msgspec.Struct, frozen=True):
    type: Literal["FeatureCollection"]
    features: Annotated[list[_Feature], msgspec.Meta(max_length=MOST_FEATURES)]


class LayerFeature(NamedTuple):
    """A pipe, a cable, a cabinet."""

    id: str
    shape: Shape


class NearFeature(msgspec.Struct, frozen=True):
    """A feature of the organisation's own layer near which works are, and how far away; 0: they are at the same place."""

    id: Annotated[str, msgspec.Meta(max_length=64)]
    distance_m: Annotated[float, msgspec.Meta(ge=0, le=500)]


class NearSituation(msgspec.Struct, frozen=True):
    """Works that come near to what an organisation owns, and to which features, the nearest first."""

    situation: str
    near_own_assets: list[NearFeature]


class NearMessage(msgspec.Struct, frozen=True):
    """The retained message to one organisation: all works that come near to what it owns."""

    v: int
    situations: list[NearSituation]


class PrivateLayer:
    """The features of an organisation."""

    def __init__(self, features: Iterable[LayerFeature]) -> None:
        self._features = list(features)

    def __len__(self) -> int:
        return len(self._features)

    def near(self, shape: Shape, within_m: float) -> list[NearFeature]:
        """Return the features at most so far from a shape, the nearest first, at most 100."""
        box = shape.box.grown(within_m)
        around = [one for one in self._features if box.meets(one.shape.box)]
        far = ((distance_m(shape, one.shape, within_m), one.id) for one in around)
        return [NearFeature(name, round(away_m, 1)) for away_m, name in sorted(one for one in far if one[0] <= within_m)[:MOST_NEAR]]


def read_layer(payload: bytes) -> PrivateLayer:
    """Return the layer in a GeoJSON FeatureCollection (RFC 7946). A feature without an id is called `#` and its place in the file.

    Raises:
        ValueError: It is none, too large, or a geometry is wrong; the message says which.
    """
    if len(payload) > MOST_LAYER_BYTES:
        raise ValueError(f"it has more than {MOST_LAYER_BYTES >> 20} MiB")
    features = []
    for number, one in enumerate(_collection(payload).features, start=1):
        name = f"#{number}" if one.id is None else str(one.id)
        if one.geometry is None:
            continue
        for error in geometry_errors(one.geometry):
            raise ValueError(f"feature {name}: {error}")
        features.append(LayerFeature(name, shape_of(one.geometry)))
    return PrivateLayer(features)


def concerns(situation: Situation, organisation: str, parties: Parties) -> bool:
    """Return whether an organisation is told if a situation is near: real works of others that are not over, of which it may know."""
    content = situation.content
    if content.kind is not SituationKind.ROADWORKS or content.exercise or situation.state.over or situation.owner == organisation:
        return False
    return may_see(situation, organisation, parties)


def are_works_of_others(seen: SituationFeature, organisation: str) -> bool:
    """Return whether what an organisation sees are real works of others; also those that are over, whose end it is told."""
    said = seen.properties
    return said.kind is SituationKind.ROADWORKS and not said.exercise and said.owner != organisation


def near_features(layer: PrivateLayer, geometry: Geometry | None, within_m: float) -> list[NearFeature]:
    """Return the features of a layer near which a situation is; none if it is not drawn."""
    return [] if geometry is None else layer.near(shape_of(geometry), within_m)


def near_message(found: Iterable[NearSituation]) -> NearMessage:
    """Return the message to an organisation, with what fits into it."""
    fitting, left = list[NearSituation](), MOST_MENTIONED
    for one in found:
        if one.near_own_assets and len(one.near_own_assets) <= left:
            fitting.append(one)
            left -= len(one.near_own_assets)
    return NearMessage(1, fitting)


_collection = json_reader(_Collection)
