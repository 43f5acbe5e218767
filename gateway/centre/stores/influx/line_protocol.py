"""InfluxDB's line protocol, which VictoriaMetrics and others accept too (docs.influxdata.com, "line protocol reference"). Pure."""

from collections.abc import Callable
from typing import Any

from gateway.centre.series_rows import Origin, StoredRow, tags_of
from gateway.model.batch import Value
from gateway.model.canonical import FieldType

_TAG = str.maketrans({",": "\\,", "=": "\\=", " ": "\\ "})
_STRING = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": " "})


def string(value: Value) -> str:
    """Return a text as a field's value."""
    text = str(value)
    return f'"{text}"' if text.isidentifier() else f'"{text.translate(_STRING)}"'  # most are names of states, which need no escape


def head_of(origin: Origin) -> str:
    """Return the measurement and tags with which a stream's lines begin."""
    tags = ",".join(f"{key}={value.translate(_TAG)}" for key, value in sorted(tags_of(origin).items()))
    return f"{origin.stream.measurement},{tags}"


# Functions in C where there are any: each write has one of these rows for each batch.
_WRITTEN: dict[FieldType, Callable[[Any], str]] = {
    FieldType.FLOAT: repr,
    FieldType.INT: "%di".__mod__,
    FieldType.BOOL: lambda value: "true" if value else "false",
    FieldType.STRING: string,
}


class StoredLines:
    """Writes rows of one stream that are in their units, one at a time."""

    def __init__(self, origin: Origin) -> None:
        self._head = head_of(origin) + " "
        self._fields = tuple((f"{field.name}=", _WRITTEN[field.type]) for field in origin.stream.fields)

    def line(self, row: StoredRow) -> str:
        """Return a row's line; nothing for a row without values."""
        fields = [name + write(value) for (name, write), value in zip(self._fields, row.values, strict=True) if value is not None]
        return f"{self._head}{','.join(fields)} {row.t_ms}" if fields else ""
