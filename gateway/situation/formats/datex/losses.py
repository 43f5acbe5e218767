"""What both versions of DATEX II lose."""

from gateway.situation.formats.losses import (
    CAP_DETAILS,
    CONVERSATION,
    DETOUR,
    REPORTED,
    VERIFIED_PLACE,
    VERIFIED_TIMES,
    WORKS,
)
from gateway.situation.formats.port import LostField, lost

LOST_BY_BOTH = (
    *(one for one in (*CONVERSATION, *WORKS) if one.field not in ("internal", "roadworks.category")),
    *CAP_DETAILS,
    *DETOUR,
    *VERIFIED_TIMES,
    *VERIFIED_PLACE,
    *REPORTED,
    *lost("roadworks.occupies", "roadworks.excavation", "parking", "outage", "environment", "timing.next_update", "start_unconfirmed"),
    *lost("impact.assets", "impact.lines", "impact.stops", "impact.customers", "location.street_refs.scheme", "location.street_refs.key"),
    *lost("location.junctions", "lighting.lamps", "damage.utility", "publicevent.visitors", "provenance.licence", "provenance.reference"),
    *lost("attachments.media_type", "attachments.public"),
    LostField("kind", "by the class of the record"),
    LostField("roadworks.category", "whether it is urgent"),
    LostField("roadworks.maintenance", "members that this version does not know are `other`"),
    LostField("impact.control", "as the restriction that drivers meet"),
    LostField("description", "the first 1,024 characters"),
    LostField("related.id", "situations of the export alone"),
    LostField("related.relation"),
    LostField("probability", "what this version does not know is `probable`"),
    LostField("severity", "what this version does not know is `unknown`"),
    LostField("lighting.fault", "what this version does not know is `workingIncorrectly`"),
    LostField("provenance.source_type", "what this version does not know is `otherInformation`"),
    LostField("impact.management", "members that this version does not know are `other`"),
)
