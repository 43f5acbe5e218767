"""The month's quarter hours for PELL."""

from datetime import datetime
from xml.etree.ElementTree import fromstring

import jsonschema
import msgspec
import pytest
import xmlschema

from gateway.analytics.calendar import month_span
from gateway.analytics.panel import QUARTER_MS
from gateway.analytics.pell import NAMESPACE, PellDocument, PellQuarter, PellSender, documents_of, xml_of
from tests.analytics.panels import LIGHTING, PANEL, ROME
from tests.analytics.schemas import check_json, check_xml

PANEL_41 = PANEL._replace(lighting=msgspec.structs.replace(LIGHTING, pod="IT001E00000041"))
SENDER = PellSender("prato-gateway", "100005")
MADE_MS = 1_793_600_000_000


def month(number: int, wh: float = 250.0) -> list[PellQuarter]:
    span = month_span(2026, number, ROME)
    means = {"active_power_l1": 333.25, "voltage_l1": 229.5, "power_factor_l1": 0.951}
    return [PellQuarter(t_ms, wh, 12.5, means) for t_ms in range(span.from_ms, span.to_ms, QUARTER_MS)]


def lines(document: PellDocument) -> list[dict[str, object]]:
    return msgspec.json.decode(msgspec.json.encode(document.content))["UrbanDataset"]["values"]["line"]  # type: ignore[no-any-return]


def values(line: dict[str, object]) -> dict[str, str]:
    return {one["name"]: one["val"] for one in line["property"]}  # type: ignore[attr-defined]


def test_documents_are_valid_as_json_and_as_xml() -> None:
    around_the_change = month(10)[24 * 96 - 20 : 24 * 96 + 40]
    documents = documents_of(PANEL_41, around_the_change, SENDER, MADE_MS)
    assert len(documents) == 2
    for document in documents:
        check_json(msgspec.json.encode(document.content))
        check_xml(xml_of(document))


def test_the_schemas_refuse_what_is_wrong() -> None:
    (document,) = documents_of(PANEL_41, month(11)[:4], SENDER, MADE_MS)
    text = msgspec.json.encode(document.content)
    with pytest.raises(jsonschema.ValidationError):
        check_json(text.replace(b"2026-11-01T00:00:00", b"2026-11-01T00:00:00+01:00", 1))
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        check_xml(xml_of(document).replace(b"<val>", b"<value>").replace(b"</val>", b"</value>"))


@pytest.mark.parametrize(
    ("number", "zones", "counts", "change"),
    [
        (10, ["UTC+2", "UTC+1"], [24 * 96 + 12, 2980 - 24 * 96 - 12], ("2026-10-25T03:00:00", "2026-10-25T02:00:00")),
        (3, ["UTC+1", "UTC+2"], [28 * 96 + 8, 2972 - 28 * 96 - 8], ("2026-03-29T02:00:00", "2026-03-29T03:00:00")),
    ],
)
def test_over_a_change_of_the_clock_there_are_two_documents_and_no_hour_is_missing_or_double(
    number: int, zones: list[str], counts: list[int], change: tuple[str, str]
) -> None:
    found = documents_of(PANEL_41, month(number), SENDER, MADE_MS)
    assert [one.time_zone for one in found] == zones
    assert [one.lines for one in found] == counts == [len(lines(one)) for one in found]
    periods = [[one["period"] for one in lines(document)] for document in found]
    assert (periods[0][-1]["end_ts"], periods[1][0]["start_ts"]) == change  # type: ignore[index]
    begins = [
        datetime.fromisoformat(f"{period['start_ts']}+0{document.time_zone[-1]}:00").timestamp() * 1000  # type: ignore[index]
        for document, some in zip(found, periods, strict=True)
        for period in some
    ]
    assert begins == [one.t_ms for one in month(number)]


def test_a_line_has_the_identity_of_the_panel_and_values_in_the_declared_units() -> None:
    (document,) = documents_of(PANEL_41, month(11)[:1], SENDER, MADE_MS)
    assert values(lines(document)[0]) == {
        "PODID": "IT001E00000041", "ElectricPanelID": "qe-041", "TownIstat": "100005", "ActiveEnergy": "0.25", "ActivePowerPhase1": "0.33325",
        "PowerFactorPhase1": "0.951", "ReactiveEnergy": "0.0125", "VoltagePhase1": "229.5",
    }  # fmt: skip
    declared = document.content["UrbanDataset"]["specification"]["properties"]["propertyDefinition"]  # type: ignore[index]
    units = {one["propertyName"]: one.get("unitOfMeasure") for one in declared}
    assert units["ActiveEnergy"] == "kilowattHour"
    assert units["ActivePowerPhase1"] == "kilowatt"


def test_what_was_not_measured_is_left_out_and_never_zero() -> None:
    read = [
        PellQuarter(0, None, None, {}),
        PellQuarter(QUARTER_MS, 5.0, None, {}),
        PellQuarter(2 * QUARTER_MS, None, None, {"voltage_l1": 230.0}),
    ]
    (document,) = documents_of(PANEL_41, read, SENDER, MADE_MS)
    assert [values(line).keys() - {"PODID", "ElectricPanelID", "TownIstat"} for line in lines(document)] == [
        {"ActiveEnergy"},
        {"VoltagePhase1"},
    ]
    assert documents_of(PANEL_41, read[:1], SENDER, MADE_MS) == []


def test_json_and_xml_say_the_same() -> None:
    (document,) = documents_of(PANEL_41, month(11)[:3], SENDER, MADE_MS)
    root = fromstring(xml_of(document))
    found = [
        {one.get("name"): one.findtext(f"{{{NAMESPACE}}}val") for one in line.iter(f"{{{NAMESPACE}}}property")}
        for line in root.iter(f"{{{NAMESPACE}}}line")
    ]
    assert found == [values(line) for line in lines(document)]
