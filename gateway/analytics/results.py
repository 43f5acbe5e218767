"""The names of what is computed: the measurements of results, and the kinds of findings. Pure.

The fields are in `gateway.model.canonical`.

All results have the tags of any reading: `asset` is the panel, `operator` its owner, `gateway` and `profile` are `analytics`, `device` is
the panel too, and `area` is that of its devices, if they have this tag. A row is a function of the readings alone, so computing it again
overwrites it.

| measurement | a row for each | its time |
| --- | --- | --- |
| `lighting_quarter` | quarter hour | the beginning |
| `lighting_day` | day from noon to noon, local time | the beginning |
| `lighting_finding` | finding; the tag `kind` is one of `FindingKind` | the beginning; it is written again while the finding lasts |
"""

from enum import StrEnum

QUARTER, DAY, FINDING = "lighting_quarter", "lighting_day", "lighting_finding"

ANALYTICS = "analytics"
"""The profile and the gateway of all results."""

KIND_TAG = "kind"
"""The tag of a finding that contains its kind."""

AREA_TAG = "area"
"""The tag of the area, which devices get from the site file, and results from the devices."""


class FindingKind(StrEnum):
    """What is found at a panel; `magnitude` of `lighting_finding` is what the comment says."""

    DAY_BURNER = "day_burner"  # power in watts, while the calendar asks for no light
    OUTAGE = "outage"  # lamps in the dark, although the panel has voltage
    SUPPLY_OUTAGE = "supply_outage"  # lamps in the dark, because the panel has no voltage
    STUCK_CONTACTOR = "stuck_contactor"  # power in watts; the contactor is commanded to be on or off, and the power says otherwise
    PHASE_LOSS = "phase_loss"  # phases without voltage, while others have it
    CABLE_THEFT = "cable_theft"  # share of the expected power that is missing since one step, in percent
    LAMPS_OUT = "lamps_out"  # lamps that do not burn, estimated
    CLOCK_DRIFT = "clock_drift"  # seconds that the switching is late, negative: early
    POWER_FACTOR = "power_factor"  # mean power factor while the lamps burn, below 0.9
    VOLTAGE = "voltage"  # share of seven days' ten-minute means outside of the nominal voltage ±10 %, in percent
    ENERGY = "energy"  # energy of a night against the expected, in percent


CRITICAL = frozenset({FindingKind.OUTAGE, FindingKind.SUPPLY_OUTAGE, FindingKind.PHASE_LOSS, FindingKind.CABLE_THEFT})
"""For these somebody must go at once: streets are dark, or bare wires are in reach."""
