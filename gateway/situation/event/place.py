"""Where an event is, beside its geometry."""

import msgspec

from gateway.situation.event.fields import Few, Line, OwnText, Reference
from gateway.situation.event.kinds import LocationMethod, StreetScheme


class StreetRef(msgspec.Struct, frozen=True, omit_defaults=True):
    """A street: its key in a national register, its name, and the civic numbers.

    Streets are compared by their keys alone: names are written in too many ways.
    """

    name: Line
    scheme: StreetScheme = StreetScheme.ANNCSU
    key: Line | None = None
    number_from: Line | None = None
    number_to: Line | None = None


class Location(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Streets, junctions, and how the place was found. `start_verified` and `end_verified` are about the ends of the geometry."""

    method: LocationMethod = LocationMethod.UNKNOWN
    street_refs: Few[StreetRef] = []
    junctions: Few[Reference] = []
    description: OwnText | None = None
    start_verified: bool = False
    end_verified: bool = False
