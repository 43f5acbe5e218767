"""Readings for the tests of the centre: a meter and a lamp of one gateway."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from gateway.centre.ingest.own_rows import uplink_row
from gateway.centre.schemas import Schemas, SchemaStreams
from gateway.centre.series_rows import StoredRow
from gateway.centre.stores.influx.writer import InfluxStore
from gateway.centre.stores.port import RefusedRow, SeriesStore
from gateway.model.batch import Batch, BatchRow, Clock, Flag, encode_rows, unpack
from gateway.model.batch import encode as encode_batch
from gateway.model.canonical import FieldType
from gateway.model.site.store import InfluxSettings
from gateway.model.stream import Place, Schema, Stream, StreamField, hash_of
from gateway.model.topics import GatewayId
from tests.rows import Row

ME = GatewayId("prato", "citelum", "gw-0042")
METER = Stream(
    "qe-041", "meter-1", "carlo_gavazzi_em340", "lighting_meter",
    (StreamField("voltage_l1", FieldType.FLOAT, "V", str(Fraction("0.1"))), StreamField("active_energy", FieldType.FLOAT, "W.h", "100")), 10.0,
    place=Place("Quadro 41", 43.88, 11.1),
)  # fmt: skip
LAMP = Stream(
    "pl-1", "dali-1", "intesis_ibmbsdal", "lamp",
    (StreamField("dim_level", FieldType.INT, "%"), StreamField("lamp_failure", FieldType.BOOL), StreamField("power_state", FieldType.STRING)), 30.0,
    {"circuit": "A 1,2=x"},
)  # fmt: skip
SCHEMA = Schema((METER, LAMP))
T = 1_795_400_120_000
ROWS = [Row(0, 0, [2312, 123456]), Row(1, 5, [70, True, "on"]), Row(0, 10_000, [2313, None])]
"""Two readings of the meter and one of the lamp."""


def batch(*rows: Row, seq: int = 0, floor_ms: int = T, flags: int = 0) -> Batch:
    document = SCHEMA.document()
    body = encode_batch(
        epoch=b"epoch..8",
        seq=seq,
        schema=hash_of(document),
        t0_ms=T,
        clock=Clock.SYNCED,
        flags=Flag(flags),
        floor_ms=floor_ms,
        rows=encode_rows(rows),
    )
    return unpack(body)


def known(sender: GatewayId = ME) -> SchemaStreams:
    schemas = Schemas()
    document = SCHEMA.document()
    schemas.update(sender, hash_of(document), document)
    found = schemas.get(sender, hash_of(document), 0.0)
    assert isinstance(found, SchemaStreams)
    return found


def read(*rows: Row) -> list[BatchRow]:
    return [BatchRow(row.stream, row.dt_ms, tuple(row.values), row.quality) for row in rows]


def stored(*rows: Row) -> list[StoredRow]:
    return [known().stored_row(batch(), row) for row in read(*rows)]


def write(store: SeriesStore[Any], *rows: Row) -> list[RefusedRow]:
    """Write one batch and return what the store refuses."""
    prepared, unfit = store.prepare(batch(), read(*rows), known(), uplink_row(ME, batch(), len(rows), T))
    assert unfit == []
    return store.write([prepared])


def lines(rows: Iterable[StoredRow]) -> list[str]:
    """Return rows, whose fields have no scale, as lines."""
    store = InfluxStore(InfluxSettings(url="http://127.0.0.1:1"))
    return [store.prepare_row(row) for row in rows]
