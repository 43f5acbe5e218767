"""The report that follows from facts."""

from pathlib import Path

from gateway.config.site_file import EdgeSite, load_site
from gateway.model.messages import ReportedValue
from gateway.provision.report.facts import DeviceFacts, LiveFacts, ReportFacts, readings_of, report_of
from tests.provision.report.reports import MACHINE, TIME, device

_SITE = """
site: prato
operator: citelum
gateway: gw-1
uplink: {broker: "mqtt://127.0.0.1:1883"}
assets: {qe-1: {name: Quadro di via Roma, lat: 43.88, lon: 11.09}, qe-2: {}}
lines:
  - {id: street, serial: /dev/ttyUSB0, devices: [{id: meter, profile: carlo_gavazzi_em340, unit: 5, asset: qe-1}]}
  - {id: yard, tcp: 127.0.0.1:502, devices: [{id: other, profile: carlo_gavazzi_em340, asset: qe-2}]}
"""


def site(folder: Path) -> EdgeSite:
    (folder / "site.yaml").write_text(_SITE)
    edge = load_site(folder / "site.yaml").edge
    assert edge is not None
    return edge


def facts(folder: Path, running: LiveFacts | None) -> ReportFacts:
    values = {name: device().values for name in ("meter", "other")}
    return ReportFacts(site(folder), "ab" * 32, MACHINE, running, 7, values)


def test_it_says_what_is_where_and_how_it_responds(tmp_path: Path) -> None:
    devices = {"meter": DeviceFacts("answers", 40, 40, 31.5, 3.26), "other": DeviceFacts("answers", 30, 30, 2.0, 1.0)}
    made = report_of(facts(tmp_path, LiveFacts(True, None, frozenset(), devices)), "maintainer", 1_795_400_000_000)
    assert (made.verdict, made.reasons, made.role, made.made, made.uplink.waiting) == (
        "green",
        [],
        "maintainer",
        "2026-11-23T02:13:20.000Z",
        7,
    )
    street, yard = made.lines
    assert (street.port, street.load, yard.port) == ("/dev/ttyUSB0", 3.3, "127.0.0.1:502")
    (meter,) = street.devices
    assert (meter.product, meter.unit, meter.assets) == ("Carlo Gavazzi EM340 / ET340", 5, {"qe-1": "Quadro di via Roma"})
    assert (meter.lat, meter.lon, meter.requests) == (43.88, 11.09, 40)
    assert (yard.devices[0].assets, yard.devices[0].lat) == ({"qe-2": "qe-2"}, None)


def test_it_is_red_with_reasons_if_something_does_not_work(tmp_path: Path) -> None:
    devices = {"meter": DeviceFacts("silent"), "other": DeviceFacts("answers")}
    made = report_of(facts(tmp_path, LiveFacts(True, None, frozenset(), devices)), "installer", 0)
    assert made.verdict == "red"
    assert [one.en.partition(":")[0] for one in made.reasons] == ["meter does not respond"]


def test_nobody_knows_how_the_devices_of_a_line_that_fails_respond(tmp_path: Path) -> None:
    devices = {"meter": DeviceFacts("answers", 40, 40), "other": DeviceFacts("answers", 40, 40)}
    made = report_of(facts(tmp_path, LiveFacts(True, None, frozenset({"street"}), devices)), "installer", 0)
    assert [line.devices[0].state for line in made.lines] == ["unknown", "answers"]
    assert len(made.reasons) == 1


def test_a_gateway_that_does_not_run_is_red_and_its_devices_are_unknown(tmp_path: Path) -> None:
    made = report_of(facts(tmp_path, None), "installer", 0)
    assert (made.verdict, made.uplink.connected, made.lines[0].devices[0].state) == ("red", False, "unknown")


def test_it_lists_active_alarms_in_both_languages(tmp_path: Path) -> None:
    made = report_of(
        facts(tmp_path, LiveFacts(True, None, frozenset(), {}))._replace(alarms={"meter": ["qe-1/wrong_device"]}), "installer", 0
    )
    (alarm,) = made.alarms
    assert (alarm.device, alarm.asset, alarm.alarm) == ("meter", "qe-1", "wrong_device")
    assert (alarm.en, alarm.it) == ("does not look like the configured product", "non sembra il prodotto configurato")


def test_values_that_do_not_fit_are_findings_and_red_if_they_are_certain(tmp_path: Path) -> None:
    devices = {"meter": DeviceFacts("answers", 40, 40), "other": DeviceFacts("answers", 40, 40)}
    given = facts(tmp_path, LiveFacts(True, None, frozenset(), devices))
    high = [
        ReportedValue("qe-1", "lighting_meter", "voltage_l1", TIME, 280.0, "V"),
        ReportedValue("qe-1", "lighting_meter", "voltage_l2", TIME, 1.0, "V", "BadOutOfRange"),
    ]
    made = report_of(given._replace(values={"meter": high}), "installer", 0)
    assert [(one.where, one.kind, one.certainty) for one in made.findings] == [("meter", "voltage_range", "certain")]
    assert any(one.en.startswith("meter: the voltage of L1 is outside 207 to 253 V: measure it") for one in made.reasons)
    assert report_of(given, "installer", 0).findings == []


def test_readings_have_the_good_values_of_one_device_asset_and_measurement() -> None:
    bad = ReportedValue("qe-1", "lighting_meter", "current_l1", TIME, 3.0, "A", "BadOutOfRange")
    (found,) = readings_of({"meter": [*device().values, bad]})
    assert (found.device, found.asset, found.fields) == ("meter", "qe-1", {"voltage_l1": 230.1})
    assert found.t_ms == 1_795_399_200_000
