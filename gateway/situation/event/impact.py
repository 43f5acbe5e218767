"""What an event changes for those who move, live or work there."""

import msgspec

from gateway.situation.event.datex_names import RoadManagement
from gateway.situation.event.fields import Count, Few, Line, Many, OwnText, Percent, Reference
from gateway.situation.event.geometry import Lines
from gateway.situation.event.kinds import TrafficControl
from gateway.situation.event.place import StreetRef


class Detour(msgspec.Struct, frozen=True, omit_defaults=True):
    """The way round."""

    description: OwnText | None = None
    geometry: Lines | None = None
    street_refs: Few[StreetRef] = []


class TransitStop(msgspec.Struct, frozen=True, omit_defaults=True):
    """A stop of public transport that is not served, and the one that replaces it."""

    id: Line
    name: Line | None = None
    replaced_by: Line | None = None


class Impact(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is restricted, and who is affected: assets, lines and stops of public transport, customers."""

    management: Few[RoadManagement] = []
    control: TrafficControl | None = None
    capacity_percent: Percent | None = None
    lanes_closed: Count | None = None
    lanes_open: Count | None = None
    delay_s: Count | None = None
    detour: Detour | None = None
    assets: Many[Reference] = []
    lines: Few[Line] = []
    stops: Few[TransitStop] = []
    customers: Count | None = None
