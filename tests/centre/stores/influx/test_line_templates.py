"""Rows as lines, by templates for the types of their values."""

import math
from collections.abc import Sequence

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.centre.schemas import SchemaStreams
from gateway.centre.stores.influx.line_protocol import head_of
from gateway.centre.stores.influx.line_templates import StreamLines, lines_of, templates_of
from gateway.centre.stores.port import UnfitRow
from gateway.model.batch import BatchError, BatchRow, encode_rows, rows_of
from gateway.model.canonical import FieldType
from gateway.model.stream import StreamField
from gateway.model.topics import GatewayId
from tests.centre.readings import ME, METER, SCHEMA, batch, known, read
from tests.rows import Row


def lined(rows: Sequence[BatchRow], document: SchemaStreams) -> tuple[list[str], list[UnfitRow]]:
    streams = [StreamLines("\n" + head_of(one), templates_of(one.stream.fields)) for one in document.origins]
    text, unfit = lines_of(batch(), rows, streams)
    assert not text or text[0] == "\n"
    return text.split("\n")[1:], unfit


def test_rows_become_lines_in_the_type_of_their_fields() -> None:
    rows = (Row(0, 0, [2312, 123456]), Row(1, 5, [70, False, 'o"n\\']), Row(0, 9, [None, 1]), Row(0, 10, [None, None]))
    expected = [
        "lighting_meter,asset=qe-041,device=meter-1,gateway=gw-0042,operator=citelum,profile=carlo_gavazzi_em340"
        " voltage_l1=231.2,active_energy=12345600.0 1795400120000",
        "lamp,asset=pl-1,circuit=A\\ 1\\,2\\=x,device=dali-1,gateway=gw-0042,operator=citelum,profile=intesis_ibmbsdal"
        ' dim_level=70i,lamp_failure=false,power_state="o\\"n\\\\" 1795400120005',
        "lighting_meter,asset=qe-041,device=meter-1,gateway=gw-0042,operator=citelum,profile=carlo_gavazzi_em340 active_energy=100.0 1795400120009",
    ]
    assert lined(read(*rows), known()) == (expected, [])


FIELDS = st.builds(
    StreamField,
    st.sampled_from([f"f{n}" for n in range(9)]),
    st.sampled_from(FieldType),
    scale=st.sampled_from([None, "1", "1/10", "1/1000", "100", "3/7", "25/2"]),
    digits=st.sampled_from([None, None, 7, 9]),
)


RAW = st.one_of(
    st.none(),
    st.integers(-(2**40), 2**40),
    st.sampled_from([2**63 - 1, 2**63, 2**64 - 1, 1 - 2**63]),
    st.floats(width=32, allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e200, max_value=1e200),
    st.sampled_from([math.nan, math.inf, -math.inf]),
    st.booleans(),
    st.text(max_size=5),
)


def parsed(line: str) -> dict[str, object]:
    """Return the fields of a line whose texts contain neither spaces nor commas."""
    found: dict[str, object] = {}
    for part in line.split(" ")[1].split(","):
        name, _, text = part.partition("=")
        found[name] = (
            int(text[:-1])
            if text.endswith("i")
            else text == "true"
            if text in ("true", "false")
            else text
            if text[0] == '"'
            else float(text)
        )
    return found


@settings(max_examples=400)
@given(st.lists(FIELDS, min_size=1, max_size=9, unique_by=lambda field: field.name), st.data())
def test_lines_have_the_values_that_converters_return(fields: list[StreamField], data: st.DataObject) -> None:
    fields = [
        msgspec.structs.replace(one, scale=None, digits=None) if one.type in (FieldType.BOOL, FieldType.STRING) else one for one in fields
    ]
    document = SchemaStreams(ME, (msgspec.structs.replace(METER, measurement="other", fields=tuple(fields)),))
    values = [data.draw(st.lists(RAW, min_size=len(fields), max_size=len(fields))) for _ in range(4)]
    rows = rows_of(msgspec.structs.replace(batch(), rows=msgspec.Raw(encode_rows([(0, n, one, None) for n, one in enumerate(values)]))))
    lines, unfit = lined(rows, document)
    expected, bad = [], []
    for place, row in enumerate(rows):
        try:
            expected.append(document.stored_row(batch(), row))
        except BatchError:
            bad.append(place)
    assert [place for place, _ in unfit] == bad
    written = [dict(zip([field.name for field in fields], one.values, strict=True)) for one in expected]
    written = [{name: value for name, value in one.items() if value is not None} for one in written]
    if not any(isinstance(value, str) and set(value) & set(' ,="\\\n') for one in written for value in one.values()):
        shown = [{name: f'"{value}"' if isinstance(value, str) else value for name, value in one.items()} for one in written if one]
        assert [parsed(line) for line in lines] == shown


def test_the_cache_of_templates_is_bounded() -> None:
    fields = tuple(StreamField(f"f{n}", FieldType.FLOAT) for n in range(8))
    document = SchemaStreams(ME, (msgspec.structs.replace(METER, measurement="other", fields=fields),))
    rows = [BatchRow(0, n, tuple(1.5 if n >> bit & 1 else None for bit in range(8))) for n in range(256)]
    lines, unfit = lined(rows, document)
    assert (len(lines), unfit) == (255, [])
    assert len(templates_of(document.origins[0].stream.fields).known) <= 64


def test_streams_with_equal_fields_share_their_templates_whoever_sends_them() -> None:
    documents = [SchemaStreams(GatewayId("prato", "citelum", f"gw-{n}"), SCHEMA.streams) for n in range(2)]
    first, second = (document.origins[0] for document in documents)
    assert templates_of(first.stream.fields) is templates_of(second.stream.fields)
    assert head_of(first) != head_of(second)
