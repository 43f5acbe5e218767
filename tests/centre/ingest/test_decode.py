"""The centre's pure parts: conversions, line protocol, schemas, receipts."""

import math
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.centre.dead_letters import DeadLetters, LetterLimits, NewLetter
from gateway.centre.ingest.receipts import Receipts, ranges
from gateway.centre.schemas import Schemas, SchemaStreams
from gateway.centre.series_rows import origin
from gateway.centre.stores.influx.line_templates import lines_of
from gateway.model.batch import BatchError, BatchRow
from gateway.model.canonical import FieldType
from gateway.model.stream import Stream, StreamField, hash_of
from gateway.model.topics import GatewayId
from tests.centre.readings import LAMP, ME, METER, SCHEMA, batch, known, read, stored
from tests.rows import Row


def test_rows_become_lines_in_the_type_of_their_fields() -> None:
    rows = (Row(0, 0, [2312, 123456]), Row(1, 5, [70, False, 'o"n\\']), Row(0, 9, [None, 1]), Row(0, 10, [None, None]))
    expected = [
        "lighting_meter,asset=qe-041,device=meter-1,gateway=gw-0042,operator=citelum,profile=carlo_gavazzi_em340"
        " voltage_l1=231.2,active_energy=12345600.0 1795400120000",
        "lamp,asset=pl-1,circuit=A\\ 1\\,2\\=x,device=dali-1,gateway=gw-0042,operator=citelum,profile=intesis_ibmbsdal"
        ' dim_level=70i,lamp_failure=false,power_state="o\\"n\\\\" 1795400120005',
        "lighting_meter,asset=qe-041,device=meter-1,gateway=gw-0042,operator=citelum,profile=carlo_gavazzi_em340 active_energy=100.0 1795400120009",
    ]
    assert lines_of(batch(), read(*rows), known().lines) == (expected, [])


@pytest.mark.parametrize(
    "row",
    [Row(7, 0, []), Row(-1, 0, [1, 2]), Row(0, 0, [1]), Row(0, 0, ["x", 1]), Row(0, 0, [True, 1]), Row(0, 0, [float("nan"), 1]), Row(0, 0, [float("inf"), 1]),
     Row(1, 0, [2**64, False, "on"]), Row(1, 0, [1, 1, "on"]), Row(1, 0, [1, False, 5]), Row(1, 0, [1, False, "x" * 5000]), Row(0, -(10**15), [1, 1]), Row(0, 10**15, [1, 1])],
)  # fmt: skip
def test_a_row_that_does_not_fit_its_schema_is_refused(row: Row) -> None:
    with pytest.raises(BatchError):
        stored(row)


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
    """Read the fields of a line whose texts hold neither blanks nor commas."""
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
def test_lines_of_forms_say_what_the_conversions_say(fields: list[StreamField], data: st.DataObject) -> None:
    fields = [
        msgspec.structs.replace(one, scale=None, digits=None) if one.type in (FieldType.BOOL, FieldType.STRING) else one for one in fields
    ]
    document = SchemaStreams(ME, (msgspec.structs.replace(METER, measurement="other", fields=tuple(fields)),))
    rows = [BatchRow(0, n, tuple(data.draw(st.lists(RAW, min_size=len(fields), max_size=len(fields))))) for n in range(4)]
    lines, unfit = lines_of(batch(), rows, document.lines)
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


def test_a_schema_document_must_be_the_one_that_its_topic_names() -> None:
    schemas = Schemas()
    assert "not the one" in (schemas.learn(ME, b"12345678", SCHEMA.document()) or "")
    assert isinstance(schemas.get(ME, b"12345678"), str)
    assert "can't be read" in (schemas.learn(ME, hash_of(b"{}"), b"{}") or "")
    assert schemas.get(GatewayId("prato", "other", "gw-0042"), hash_of(SCHEMA.document())) is None


def test_a_cleared_schema_document_is_forgotten() -> None:
    schemas = Schemas()
    document = SCHEMA.document()
    schemas.learn(ME, hash_of(document), document)
    schemas.learn(ME, hash_of(document), b"")
    assert schemas.get(ME, hash_of(document)) is None


def test_receipts_name_ranges() -> None:
    assert ranges([5, 1, 2, 3, 9]) == [(1, 3), (5, 5), (9, 9)]
    receipts = Receipts()
    for seq in (4, 5, 7):
        receipts.stored(ME, batch(seq=seq))
    receipts.retry(ME, batch(seq=6), "unknown-schema")
    ((sender, receipt),) = receipts.all()
    assert sender == ME
    assert msgspec.json.encode(receipt) == (
        b'{"epoch":"65706f63682e2e38","stored":[[4,5],[7,7]],"retry":[{"seq":6,"reason":"unknown-schema"}]}'
    )


def test_equal_streams_have_one_name() -> None:
    assert origin(ME, METER).key == origin(ME, msgspec.convert(msgspec.to_builtins(METER), Stream)).key
    assert origin(ME, METER).key != origin(ME, LAMP).key


def test_forms_are_bounded_whatever_combinations_a_sender_makes_up() -> None:
    fields = tuple(StreamField(f"f{n}", FieldType.FLOAT) for n in range(8))
    document = SchemaStreams(ME, (msgspec.structs.replace(METER, measurement="other", fields=fields),))
    rows = [BatchRow(0, n, tuple(1.5 if n >> bit & 1 else None for bit in range(8))) for n in range(256)]
    lines, unfit = lines_of(batch(), rows, document.lines)
    assert (len(lines), unfit) == (255, [])
    assert len(document.lines[0].forms._forms) <= 64


def test_streams_of_one_kind_share_what_is_made_of_their_fields_whoever_sends_them() -> None:
    documents = [SchemaStreams(GatewayId("prato", "citelum", f"gw-{n}"), SCHEMA.streams) for n in range(2)]
    first, second = (document.lines[0] for document in documents)
    assert first.forms is second.forms
    assert first.head != second.head
    again = msgspec.convert(msgspec.to_builtins(METER), Stream)
    assert again.fields is not METER.fields
    assert SchemaStreams(ME, [again]).origins[0].stream.fields is documents[0].origins[0].stream.fields


def test_what_is_known_of_types_that_fit_is_bounded() -> None:
    fields = tuple(StreamField(f"g{n}", FieldType.FLOAT) for n in range(8))
    document = SchemaStreams(ME, (msgspec.structs.replace(METER, measurement="other", fields=fields),))
    rows = [BatchRow(0, n, tuple(1.5 if n >> bit & 1 else None for bit in range(8))) for n in range(256)]
    assert all(document.fits(row) for row in rows)
    assert not document.fits(BatchRow(0, 0, ("x",) * 8))
    assert not document.fits(BatchRow(0, 0, (1.5,) * 7))
    assert len(document._fitting[0]) <= 64


def test_dead_letters_are_bounded_by_number_and_bytes_and_the_oldest_go(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "dead.sqlite", LetterLimits(letters=20, bytes=1000))
    letters.add(NewLetter("line", "t", "why", bytes([n])) for n in range(50))
    assert [one.body for one in letters.letters()] == [bytes([n]) for n in range(30, 50)]
    letters.add([NewLetter("message", "t", "why", b"x" * 990)])
    kept = letters.letters()
    assert sum(len(one.body) for one in kept) <= 1000
    assert kept[-1].body == b"x" * 990
    letters.close()
