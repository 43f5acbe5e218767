"""InfluxDB's line protocol, which VictoriaMetrics and others accept too (docs.influxdata.com, "line protocol reference"). Pure."""

from gateway.centre.series_rows import Origin, tags_of
from gateway.model.batch import Value

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
