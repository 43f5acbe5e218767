"""`gateway profiles new`: the skeleton of a profile, with a word on everything that may stand in it."""

import re
from pathlib import Path
from typing import get_args

import click

from gateway.cli.common import fail
from gateway.host.files import write_whole
from gateway.model.canonical import INTERNAL, MEASUREMENTS
from gateway.model.profile import ProfileKind

_TRANSPORTS = ("modbus", "text", "frame")

_HEAD = """# TODO: what it is, in one line, for somebody who stands before it.
profile: {name}                 # the file's name without .yaml
vendor: {vendor}
model: {model}
kind: {kind}
confidence: medium                   # high: several independent sources agree; low: a guess in it
sources:                             # where every number below comes from; at least one
  - {{ref: "TODO data sheet, revision, page", what: "register table"}}
#uncertain: ["what no source confirms, such as the speed that it leaves the factory with"]
serial: {{baud: 9600, parity: N, stop_bits: 1}}     # as it leaves the factory
"""

_WAYS = {
    "modbus": """modbus: {unit: 1}                    # from the factory; also: word_order: little, longest_read: 32, pause: 5ms
every: 10s                           # how often its values are wanted
#channels: 4                         # of many things alike (lamps, lanes): a point with 'stride: 1' then stands once for each
#identify:
#  - {point: voltage, between: [50, 300]}        # or one_of: [330, 340], or contains: WB-
#settings:
#  - {point: mode, one_of: [7], en: "set mode 7", it: "imposta il modo 7"}
points:
  # Addresses are those on the wire, counted from 0: 40001 in a manual is 'holding: 0', 30013 is 'input: 12'.
  # type: bool int16 uint16 int32 uint32 int64 uint64 float32 float64 string …; also: scale, offset, invalid: [0xFFFF], min, max,
  # enum: {0: "off", 1: "on"}, bit: 3, word_order: little, wraps_at: 65536, write: {min: 0, max: 100}, uncertain: "…", note: "…"
  - {name: voltage, input: 0, type: float32, unit: V}
""",
    "text": """text:
  terminator: CRLF                   # CR, LF, CRLF or ETX
  #setup: ["P\\r\\n"]                  # sent at every opening
  #ask: ["R\\r\\n"]                    # sent for every reading; a device that speaks unasked needs none
  lines:                             # tried in order: json, tokens (name=value), or an expression whose groups are the keys
    - "T=(?P<temperature>-?[0-9.]+)"
every: 10s
points:
  - {name: temperature, key: temperature, type: number, unit: Cel}
""",
    "frame": """frame:
  start: 42 4D                       # the bytes that begin a frame
  fixed: 10                          # its length; or 'length: {at: 2, size: 2, plus: 4}', or 'stuffing: {flag: 0x7E, escape: 0x7D}'
  checks:
    - {kind: sum8, end: -1, at: -1}  # over the bytes up to 'end', standing at 'at'; negative places count from the end
  #ask: [42 4D E2 00 00]
every: 60s
points:
  - {name: distance, at: 2, type: uint16, unit: mm}
""",
}

_TAIL = """measurements:
  # which points make which canonical fields; fields of {measurement}: {fields}
  - measurement: {measurement}
    fields: {{{field}: {point}}}
#alarms:
#  - {{alarm: overheated, point: temperature, above: 85, en: too hot, it: troppo caldo}}
#quirks:
#  - what the next person on the ladder should know
examples:
  # At least one: both frames as they stand on the wire, from the data sheet or from the device ('gateway ask' prints them).
{example}"""

_EXAMPLES = {
    "modbus": """  - desc: voltage
    origin: vendor_doc               # captured, vendor_doc, test_suite; constructed: built from the table above
    source: TODO page
    request: 01 04 00 00 00 02 71 CB
    response: 01 04 04 43 66 33 34 1B 38
    decoded: {voltage: 230.2}
""",
    "text": """  - desc: one line
    origin: vendor_doc               # captured, vendor_doc, test_suite; constructed: built from the table above
    source: TODO page
    rx: "T=21.5\\r\\n"
    decoded: {temperature: 21.5}
""",
    "frame": """  - desc: one frame
    origin: vendor_doc               # captured, vendor_doc, test_suite; constructed: built from the table above
    source: TODO page
    rx: 42 4D 03 E8 00 00 00 00 00 7A
    decoded: {distance: 1000}
""",
}

_USES = {"modbus": ("lighting_meter", "voltage_l1", "voltage"), "text": ("weather", "air_temperature", "temperature"),
         "frame": ("parking_spot", "distance", "distance")}  # fmt: skip


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--vendor", prompt="Vendor", help="Who makes it.")
@click.option("--model", prompt="Model, as it stands on the plate", help="What it says on its plate.")
@click.option("--kind", prompt="Kind", type=click.Choice(get_args(ProfileKind)), help="What it is.")
@click.option(
    "--speaks", prompt="Speaks", type=click.Choice(_TRANSPORTS), default="modbus", help="Modbus, lines of text, or binary frames."
)
def command(file: Path, vendor: str, model: str, kind: str, speaks: str) -> None:
    r"""Write the skeleton of a new profile to FILE (my_meter.yaml), asking for what is not given.

    It is a whole profile of a made-up device with a word on everything; put the numbers of the data sheet in their places, and hold it
    to its examples with 'gateway profiles test FILE'.

    \b
    gateway profiles new my_meter.yaml
    gateway profiles new my_meter.yaml --vendor Acme --model M1 --kind lighting_meter --speaks modbus
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*\.yaml", file.name):
        fail(f"'{file.name}' can't be the file of a profile; write lower-case letters, digits and '_', and .yaml: my_meter.yaml")
    if file.exists():
        fail(f"{file} is there already; take another name, or remove it first")
    measurement, field, point = _USES[speaks]
    fields = ", ".join(MEASUREMENTS[measurement])
    head = _HEAD.format(name=file.stem, vendor=_quoted(vendor), model=_quoted(model), kind=kind)
    tail = _TAIL.format(measurement=measurement, field=field, point=point, fields=fields, example=_EXAMPLES[speaks])
    try:
        write_whole(file, (head + _WAYS[speaks] + tail).encode())
    except OSError as error:
        fail(f"{file} can't be written: {error.strerror or error}")
    others = ", ".join(name for name in MEASUREMENTS if name not in INTERNAL)
    click.echo(f"{file} is written. Measurements that there are: {others}.")
    click.echo(f"Next: put the data sheet's numbers in it, then run 'gateway profiles test {file}'.")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
