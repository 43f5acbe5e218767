"""The quarter hours of a panel as ENEA's UrbanDataset `CounterReading-1.0`, for the platform PELL, as JSON and XML. Pure.

The form is that of the Smart City Platform Specification (smartcityplatform.enea.it). Its times have no offset: the zone is in the
context, once for all lines. A month in which the clock changes has therefore two documents, one before and one after the change; in one,
an hour would come twice, or be missing. What was not measured is left out, never 0. Energies are those of the quarter hour, not registers;
they and the powers are in the units that the specification declares (kWh, kW).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, indent, tostring
from zoneinfo import ZoneInfo

from gateway.analytics.panel import QUARTER_MS, LitPanel
from gateway.model.instants import iso_utc

IDENTIFIER = "CounterReading-1.0"
NAMESPACE = "smartcityplatform:enea:information:xml:schemas:main:urbandataset"
_URI = "http://smartcityplatform.enea.it/specification/semantic/1.0/ontology/scps-ontology-1.0.owl#CounterReading"
_SCHEME, _FORMAT = "SCPS", "WGS84-DD"
_PLAIN = "adimensionale"

_PHASES = (1, 2, 3)
_UNITS: dict[str, str] = {
    "ActiveEnergy": "kilowattHour",
    **{f"ActivePowerPhase{one}": "kilowatt" for one in _PHASES},
    **{f"ApparentPowerPhase{one}": "kilovoltampere" for one in _PHASES},
    **{f"CurrentLine{one}": "ampere" for one in _PHASES},
    **{f"PowerFactorPhase{one}": _PLAIN for one in _PHASES},
    "ReactiveEnergy": "kilovoltamperereactivePerHour",
    **{f"ReactivePowerPhase{one}": "kilovoltamperereactive" for one in _PHASES},
    "TotalActivePower": "kilowatt",
    "TotalApparentPower": "kilovoltampere",
    "TotalReactivePower": "kilovoltamperereactive",
    **{f"VoltagePhase{one}": "volt" for one in _PHASES},
}
"""The measured properties, in the order and with the units of the specification."""

PROPERTIES: dict[str, tuple[str, float]] = {
    **{f"ActivePowerPhase{one}": (f"active_power_l{one}", 0.001) for one in _PHASES},
    **{f"ApparentPowerPhase{one}": (f"apparent_power_l{one}", 0.001) for one in _PHASES},
    **{f"CurrentLine{one}": (f"current_l{one}", 1.0) for one in _PHASES},
    **{f"PowerFactorPhase{one}": (f"power_factor_l{one}", 1.0) for one in _PHASES},
    **{f"ReactivePowerPhase{one}": (f"reactive_power_l{one}", 0.001) for one in _PHASES},
    "TotalActivePower": ("active_power", 0.001),
    "TotalApparentPower": ("apparent_power", 0.001),
    "TotalReactivePower": ("reactive_power", 0.001),
    **{f"VoltagePhase{one}": (f"voltage_l{one}", 1.0) for one in _PHASES},
}
"""Means over the quarter hour: the field of `lighting_meter`, and the factor to the unit."""


class PellQuarter(NamedTuple):
    """A quarter hour of a panel: its energies in watt-hours and var-hours, and the means of fields of `lighting_meter`."""

    t_ms: int
    energy_wh: float | None
    reactive_wh: float | None
    means: dict[str, float]


class PellSender(NamedTuple):
    """Who sends: the producer that ENEA assigns, and the ISTAT code of the municipality."""

    producer: str
    town: str


class PellDocument(NamedTuple):
    """One document: its zone, as `UTC+1`, its content as JSON has it, and the number of its lines."""

    time_zone: str
    content: dict[str, object]
    lines: int


def documents_of(panel: LitPanel, quarters: Sequence[PellQuarter], sender: PellSender, made_ms: int) -> list[PellDocument]:
    """Return the documents of a panel's quarter hours, oldest first: one for each offset from UTC.

    Quarter hours in which nothing was measured are left out.
    """
    present = [one for one in quarters if one.energy_wh is not None or one.means]
    found = []
    for offset_h, some in groupby(present, key=lambda one: _offset_h(one.t_ms, panel.zone)):
        lines = list(some)
        found.append(PellDocument(_zone(offset_h), _content(panel, lines, offset_h, sender, made_ms), len(lines)))
    return found


def _offset_h(t_ms: int, zone: ZoneInfo) -> float:
    offset = datetime.fromtimestamp(t_ms / 1000, zone).utcoffset()
    return offset.total_seconds() / 3600 if offset is not None else 0.0


def _zone(offset_h: float) -> str:
    return f"UTC{offset_h:+g}"


def _local(t_ms: int, offset_h: float) -> str:
    """Return a time as the specification writes it: local, without an offset."""
    return iso_utc(t_ms + round(offset_h * 3_600_000), "seconds").removesuffix("Z")


def _content(panel: LitPanel, quarters: Sequence[PellQuarter], offset_h: float, sender: PellSender, made_ms: int) -> dict[str, object]:
    context = {
        "producer": {"id": sender.producer, "schemeID": _SCHEME},
        "timeZone": _zone(offset_h),
        "timestamp": _local(made_ms, offset_h),
        "coordinates": _coordinates(panel),
        "language": "IT",
    }
    specification = {
        "version": "1.0",
        "id": {"value": IDENTIFIER, "schemeID": _SCHEME},
        "name": "Counter Reading",
        "uri": _URI,
        "properties": {"propertyDefinition": list(_definitions())},
    }
    lines = [_line(number, panel, one, offset_h, sender) for number, one in enumerate(quarters, 1)]
    return {"UrbanDataset": {"specification": specification, "context": context, "values": {"line": lines}}}


def _coordinates(panel: LitPanel) -> dict[str, object]:
    return {"format": _FORMAT, "latitude": panel.place.lat, "longitude": panel.place.lon}


def _definitions() -> Iterator[dict[str, object]]:
    for name in ("PODID", "ElectricPanelID", "TownIstat"):
        yield {"propertyName": name, "dataType": "string", "unitOfMeasure": _PLAIN}
    for name, unit in _UNITS.items():
        yield {"propertyName": name, "dataType": "double", "unitOfMeasure": unit}
    for name, parts in (("coordinates", ["format", "latitude", "longitude"]), ("period", ["start_ts", "end_ts"])):
        yield {"propertyName": name, "subProperties": {"propertyName": parts}}
    for name, type_ in (
        ("format", "string"),
        ("latitude", "double"),
        ("longitude", "double"),
        ("start_ts", "dateTime"),
        ("end_ts", "dateTime"),
    ):
        yield {"propertyName": name, "dataType": type_, "unitOfMeasure": _PLAIN}


def _line(number: int, panel: LitPanel, quarter: PellQuarter, offset_h: float, sender: PellSender) -> dict[str, object]:
    identity = {
        "PODID": panel.lighting.pod or "",
        "ElectricPanelID": panel.lighting.pell_id or panel.asset,
        "TownIstat": sender.town,
    }
    return {
        "id": number,
        "coordinates": _coordinates(panel),
        "period": {"start_ts": _local(quarter.t_ms, offset_h), "end_ts": _local(quarter.t_ms + QUARTER_MS, offset_h)},
        "property": [{"name": name, "val": value} for name, value in (identity | _measured(quarter)).items()],
    }


def _measured(quarter: PellQuarter) -> dict[str, str]:
    values: dict[str, float] = {}
    if quarter.energy_wh is not None:
        values["ActiveEnergy"] = quarter.energy_wh / 1000
    if quarter.reactive_wh is not None:
        values["ReactiveEnergy"] = quarter.reactive_wh / 1000
    values |= {name: quarter.means[field] * factor for name, (field, factor) in PROPERTIES.items() if field in quarter.means}
    return {name: _number(values[name]) for name in _UNITS if name in values}


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def xml_of(document: PellDocument) -> bytes:
    """Return a document as XML."""
    root = Element("UrbanDataset", {"xmlns": NAMESPACE})
    content = document.content["UrbanDataset"]
    if isinstance(content, dict):
        for key, value in content.items():
            _append(root, key, value)
    indent(root)
    text: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text + b"\n"


_ATTRIBUTES = frozenset(
    {
        ("specification", "version"),
        ("producer", "schemeID"),
        ("id", "schemeID"),
        ("coordinates", "format"),
        ("line", "id"),
        ("property", "name"),
    }
)
"""What is an attribute in XML, by the element that has it."""


def _append(parent: Element, key: str, value: object) -> None:
    """Append a value of the JSON form as elements: a list is the element again and again, a mapping an element with parts."""
    if isinstance(value, list):
        for one in value:
            _append(parent, key, one)
        return
    element = SubElement(parent, key)
    if not isinstance(value, dict):
        element.text = str(value)
        return
    for name, part in value.items():
        if (key, name) in _ATTRIBUTES:
            element.set(name, str(part))
        elif (key, name) == ("id", "value"):
            element.text = str(part)
        else:
            _append(element, name, part)
