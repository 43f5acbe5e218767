"""What most formats lose: fields of the document that belong to the Situation Room, or to one kind of event."""

from gateway.situation.formats.port import LostField, lost

CONVERSATION = lost("internal", "acknowledgements", "comments", "audience.organisations")
"""What the organisations say to each other."""

WORKS = lost(
    "roadworks.category",
    "roadworks.activity",
    "roadworks.umbrella",
    "roadworks.ordinance",
    "roadworks.permit",
    "roadworks.contractor",
    "roadworks.reinstatement",
    "roadworks.no_dig_until",
    "roadworks.collaboration",
)
"""What the owner of works and the authority need, and nobody on the road."""

SITE_WORKS = lost("roadworks.maintenance", "roadworks.occupies", "roadworks.excavation")

SUBJECTS = lost("parking", "outage", "environment", "publicevent")
"""What is particular to a kind of event that happens beside the road."""

CAP_DETAILS = lost("cap")

REGISTERS = lost("location.street_refs.scheme", "location.street_refs.key", "location.junctions")
"""Keys of streets and junctions."""

CIVIC_NUMBERS = lost("location.street_refs.number_from", "location.street_refs.number_to")

AFFECTED = lost(
    "impact.assets", "impact.lines", "impact.stops", "impact.customers", "impact.capacity_percent", "impact.lanes_open", "impact.delay_s"
)
"""Who is affected, and how much."""

DETOUR = lost("impact.detour")
DETOUR_STREETS = lost(
    "impact.detour.street_refs.scheme",
    "impact.detour.street_refs.key",
    "impact.detour.street_refs.number_from",
    "impact.detour.street_refs.number_to",
)

SOURCE = lost("provenance.licence", "provenance.source_type", "provenance.reliable", "provenance.reference")

OBSERVED = lost("timing.observed", "timing.next_update")

VERIFIED_TIMES = lost("timing.start_verified", "timing.end_verified")
VERIFIED_PLACE = lost("location.method", "location.start_verified", "location.end_verified")

REPORTED = (
    LostField("timing.planned_start", "what was reported replaces it"),
    LostField("timing.planned_end", "what was reported replaces it"),
)
"""Formats that have one begin and one end."""

HOURS = LostField("timing.recurrence", "as the hours themselves, the next 30 within a year")
ROADWORKS_ALONE = LostField("kind", "roadworks alone")
REAL_ALONE = LostField("information_status", "tests and exercises are left out")
EXPECTED_ALONE = LostField("state", "what is planned, confirmed and active looks alike; the rest is left out")
