"""What the rooms of the local API answer in the tests of the page: one of everything that the page can show."""

from typing import Any

from tests.web.technician.page_double import sentence

T = 1_790_000_000_000

_COUNTERS = {"profile": "p", "state": "answers", "timeouts": 0, "crc_errors": 0, "exceptions": 0, "late": 0, "foreign": 0, "bytes": 4410,
             "round_trip_p50_ms": 42.0, "round_trip_p95_ms": 47.5, "share": 4.61, "uncovered": ["voltage_thd_l1"]}  # fmt: skip
_SERIES = [{"device": "qe-041-meter", "asset": "qe-041", "measurement": "lighting_meter", "field": field, "unit": unit}
           for field, unit in (("active_power", "W"), ("voltage_l1", "V"))]  # fmt: skip
_VALUES = [
    {"field": "voltage_l1", "value": 231.4, "unit": "V", "quality": "Good"},
    {"field": "active_power_l2", "value": -310.0, "unit": "W", "quality": "Good"},
]
_TURNED = {"sentence": sentence("The power on L2 is negative while current flows.", "La potenza su L2 è negativa mentre scorre corrente."),
           "todo": sentence("Turn the current transformer on L2 round.", "Girare il trasformatore di corrente su L2."), "certainty": "likely"}  # fmt: skip
_CAUSE = {"kind": "reflections", "certainty": "likely", "where": "quadri", "sentence": sentence("the line is not terminated", "la linea non è terminata"),
          "todo": sentence("fit 120 ohm at both ends", "montare 120 ohm alle due estremità"), "apart": sentence("noise is there without requests, too", "il rumore c'è anche senza richieste"),
          "reasons": [sentence("bytes follow each request", "dei byte seguono ogni richiesta")]}  # fmt: skip
_SWAPPED = {**_CAUSE, "kind": "meters_swapped", "where": "qe-041", "sentence": sentence("meters are on each other's phases: m-l1 (L2)", "dei contatori sono ciascuno sulla fase dell'altro: m-l1 (L2)"),
            "todo": sentence("exchange their names or phases", "scambia i nomi o le fasi")}  # fmt: skip
_ADDED = {"kind": "device", "name": "qe-043-meter", "what": "added", "key": "", "before": None, "after": None,
          **sentence("device qe-043-meter added", "dispositivo qe-043-meter aggiunto")}  # fmt: skip
_DIFF = "--- site.yaml\n+++ site.yaml\n@@ -14,4 +14,6 @@\n   - id: quadri\n-    baud: 9600\n+    baud: 19200\n+      - id: qe-043-meter\n"

ANSWERS: dict[str, Any] = {
    "lines": {"gateway": "gw-0042", "lines": [{"id": "quadri", "broken": False, "missed": 0, "devices": [
        {"id": "qe-041-meter", "sent": 9012, "answered": 9011, **_COUNTERS}, {"id": "qe-042-meter", "sent": 800, "answered": 0, **_COUNTERS}]}]},
    "charts": _SERIES,
    "charts/points": {"from_ms": T - 86_400_000, "to_ms": T, "unit": "W", "every_s": 10.0, "points": [[T - 86_400_000 + n * 600_000, 4000 + n % 7 * 50] for n in range(144)]},
    "registers/read": {"status": "done", "reason": "", "exception": None, "words": [0x4366, 0x6666, 0xFFFF], "bits": []},
    "scan/ports": [
        {"path": "/dev/ttyUSB0", "stable": "/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0", "description": "FTDI USB-RS485", "serial_number": "A1", "line": "quadri"},
        {"path": "/dev/ttyAMA0", "stable": None, "description": "", "serial_number": None, "line": None}],
    "scan/start": {}, "scan/stop": {},
    "streets": {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": {
        "type": "LineString", "coordinates": [[11.090, 43.877], [11.094, 43.879], [11.099, 43.880]]}}]},
    "places": [{"asset": "qe-041", "lat": 43.8785, "lon": 11.0935}],
    "commission/profiles": [{"profile": f"p{n}", "vendor": "Eastron", "model": f"SDM{n}"} for n in range(100, 130)],
    "commission/register": [{"asset": "qe-041", "name": "Via Roma 12", "lat": 43.8801, "lon": 11.0966}, {"asset": "qe-042", "name": "Piazza Duomo", "lat": 43.8811, "lon": 11.0976}],
    "commission/try": {"values": _VALUES, "took_ms": 412.3, "findings": [_TURNED]},
    "commission/load": {"before": 31.2, "after": 42.9},
    "commission/advice": [_CAUSE], "commission/check": {"line": "quadri", "causes": [_CAUSE], "devices": []}, "commission/copy": {"devices": ["qe-042-meter"]},
    "commission/readdress": {"preview": sentence("writes 7 to unit 3: 03 06 00 00", "scrive 7 nell'unità 3: 03 06 00 00"), "result": None, "sentence": None},
    "commission/plausibility": [_SWAPPED],
    "commission/form/qe-041-meter": {"device": "qe-041-meter", "line": "quadri", "usual_s": 10.0, "is_meter": True, "every_s": 5.0, "meter": "20431177", "reversed": False,
                                     "current_ratio": 40.0, "voltage_ratio": 1.0},
    "commission/change/load": {"before": 42.3, "after": 61.8}, "commission/change": {},
    "enrolment": {"user": "prato-citelum-gw-0042", "state": "none", "ends_ms": None, "in_use": False, "staged": False},
    "enrolment/code": {"user": "prato-citelum-gw-0042", "state": "waiting", "ends_ms": None, "in_use": False, "staged": False},
    "enrolment/file": {"user": "prato-citelum-gw-0042", "state": "enrolled", "ends_ms": T, "in_use": False, "staged": True},
    "commission/register/import": {"imported": 2, "left_out": 1, "reasons": ["line 3 has no name"]},
    "commission/stage": {},
    "config": {"hash": "9f8a7b6c5d4e", "text": "site: prato  # the city\n", "staged": {"hash": "1a2b", "differences": [_ADDED], "diff": _DIFF, "problems": [], "lines": ["quadri", "meteo"]}, "trial": None},
    "config/log": [{"number": n, "old": "a", "new": "9f8a7b6c5d4e", "by": "technician", "why": "one more panel", "at_ms": T, "outcome": outcome, "reason": ""}
                   for n, outcome in enumerate(("confirmed", "undone", "superseded"))],
    "config/stage": {},
    "config/apply": {}, "config/confirm": {}, "config/undo": {}, "config/discard": {},
    "report": {"report": {"made": "2026-11-30T04:15:00Z", "verdict": "red", "reasons": [sentence("qe-042-meter does not respond", "qe-042-meter non risponde")],
                          "alarms": [{"device": "qe-041-meter", "asset": "qe-041", "alarm": "on_battery", **sentence("on battery", "funzionamento a batteria")}],
                          "findings": [{"where": "qe-041", "kind": "meters_swapped", "certainty": "likely", **sentence("meters are on each other's phases", "dei contatori sono ciascuno sulla fase dell'altro"),
                                        "todo_en": "exchange their names or phases", "todo_it": "scambia i nomi o le fasi"}],
                          "configuration": "9f8a7b6c5d4e", "lines": [{"id": "quadri", "devices": [{"id": "qe-041-meter"}]}]}},
    "identify": {"led": "ACT", "seconds": 15},
    "report/photo": {"sha256": "ab" * 32, "bytes": 182_313, "width": 640, "height": 480}, "report/make": {"report": {"made": "2026-11-30T04:15:00Z", "verdict": "green", "reasons": [], "configuration": "9f8a7b6c5d4e", "lines": []}},
    "doctor/checks": {"checks": [
        {"name": "clock", "state": "ok", "sentence": sentence("The clock is set.", "L'orologio è regolato."), "fix": None},
        {"name": "disk", "state": "warning", "sentence": sentence("The disk is 92 % full.", "Il disco è pieno al 92 %."), "fix": sentence("Delete old logs.", "Cancellare i vecchi registri.")},
        {"name": "power", "state": "failed", "sentence": sentence("The voltage was too low.", "La tensione era troppo bassa."), "fix": sentence("Use a better supply.", "Usare un alimentatore migliore.")},
        {"name": "rtc", "state": "unknown", "sentence": sentence("No clock chip was found.", "Nessun orologio hardware trovato."), "fix": None}]},
}  # fmt: skip

ON_TRIAL = {
    **ANSWERS,
    "enrolment": {**ANSWERS["enrolment"], "state": "waiting"},
    "config": {
        **ANSWERS["config"],
        "staged": None,
        "trial": {"old": "a", "new": "b", "by": "technician", "why": "", "at_ms": T, "left_s": 271.0, "confirms": ""},
    },
}
"""The same, with a change on trial."""

ADD = "add?" + "target=%2Fdev%2FttyUSB0&unit=3&settings=9600+8N1"
VIEWS = (
    "home",
    "scan",
    ADD,
    "devices",
    "device/qe-041-meter",
    "line/quadri",
    "changes",
    "file",
    "more",
    "certificate",
    "registers",
    "log",
    "doctor",
    "report",
    "nowhere",
)
