"""The skeleton of a new profile: a complete profile of a made-up device, with comments on everything that can be in one. Pure."""

from typing import Literal

from gateway.model.canonical import MEASUREMENTS

SkeletonProtocol = Literal["modbus", "text", "frame"]

_HEAD = """# What the device is, in one line.
profile: {name}                 # the name of this file, without .yaml
vendor: {vendor}
model: {model}
kind: {kind}
confidence: medium                   # high: several independent sources agree; low: some of it is a guess
sources:                             # where the numbers below come from; at least one
  - {{ref: "title of the data sheet, revision, page", what: "register table"}}
#uncertain: ["facts that no source confirms, such as the factory baud rate"]
serial: {{baud: 9600, parity: N, stop_bits: 1}}     # factory settings
"""

_SECTIONS = {
    "modbus": """modbus: {unit: 1}                    # factory address; also: word_order: little, longest_read: 32, pause: 5ms
every: 10s                           # how often to read it
#channels: 4                         # for several identical lamps or lanes: a point with 'stride: 1' exists once for each
#identify:
#  - {point: voltage, between: [50, 300]}        # or one_of: [330, 340], or contains: WB-
#settings:
#  - {point: mode, one_of: [7], en: "set mode 7", it: "imposta il modo 7"}
points:
  # Addresses are those in requests, which count from 0: 40001 in a manual is 'holding: 0', 30013 is 'input: 12'.
  # type: bool int16 uint16 int32 uint32 int64 uint64 float32 float64 string …; also: scale, offset, invalid: [0xFFFF], min, max,
  # enum: {0: "off", 1: "on"}, bit: 3, word_order: little, wraps_at: 65536, write: {min: 0, max: 100}, uncertain: "…", note: "…"
  - {name: voltage, input: 0, type: float32, unit: V}
""",
    "text": """text:
  terminator: CRLF                   # CR, LF, CRLF or ETX
  #setup: ["P\\r\\n"]                  # sent whenever the port is opened
  #ask: ["R\\r\\n"]                    # sent for every reading; leave it out for a device that sends unasked
  lines:                             # tried in order: json, tokens (name=value), or a regular expression whose group names are the keys
    - "T=(?P<temperature>-?[0-9.]+)"
every: 10s
points:
  - {name: temperature, key: temperature, type: number, unit: Cel}
""",
    "frame": """frame:
  start: 42 4D                       # the bytes that every frame begins with
  fixed: 10                          # its length; or 'length: {at: 2, size: 2, plus: 4}', or 'stuffing: {flag: 0x7E, escape: 0x7D}'
  checks:
    - {kind: sum8, end: -1, at: -1}  # a sum over the bytes up to 'end', itself at 'at'; negative positions count from the end
  #ask: [42 4D E2 00 00]
every: 60s
points:
  - {name: distance, at: 2, type: uint16, unit: mm}
""",
}

_TAIL = """measurements:
  # Which points become which canonical fields. The fields of {measurement}: {fields}
  - measurement: {measurement}
    fields: {{{field}: {point}}}
#alarms:
#  - {{alarm: overheated, point: temperature, above: 85, en: too hot, it: troppo caldo}}
#quirks:
#  - what the next technician should know
examples:
  # At least one: request and response as sent, from the data sheet or from the device ('gateway ask' prints them).
{example}"""

_EXAMPLES = {
    "modbus": """  - desc: voltage
    origin: vendor_doc               # or captured, test_suite, constructed (built from the table above)
    source: the same data sheet, page
    request: 01 04 00 00 00 02 71 CB
    response: 01 04 04 43 66 33 34 1B 38
    decoded: {voltage: 230.2}
""",
    "text": """  - desc: one line
    origin: vendor_doc               # or captured, test_suite, constructed (built from the table above)
    source: the same data sheet, page
    rx: "T=21.5\\r\\n"
    decoded: {temperature: 21.5}
""",
    "frame": """  - desc: one frame
    origin: vendor_doc               # or captured, test_suite, constructed (built from the table above)
    source: the same data sheet, page
    rx: 42 4D 03 E8 00 00 00 00 00 7A
    decoded: {distance: 1000}
""",
}

_USES = {"modbus": ("lighting_meter", "voltage_l1", "voltage"), "text": ("weather", "air_temperature", "temperature"),
         "frame": ("parking_spot", "distance", "distance")}  # fmt: skip


def skeleton(protocol: SkeletonProtocol, name: str, vendor: str, model: str, kind: str) -> str:
    """Return the text of a profile file."""
    measurement, field, point = _USES[protocol]
    fields = ", ".join(MEASUREMENTS[measurement])
    head = _HEAD.format(name=name, vendor=_quoted(vendor), model=_quoted(model), kind=kind)
    tail = _TAIL.format(measurement=measurement, field=field, point=point, fields=fields, example=_EXAMPLES[protocol])
    return head + _SECTIONS[protocol] + tail


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
