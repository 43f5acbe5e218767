"""The words of InfluxDB's line protocol, which VictoriaMetrics and others take too (docs.influxdata.com, "line protocol reference")."""

from gateway.centre.series_rows import Origin
from gateway.model.batch import Value

_TAG = str.maketrans({",": "\\,", "=": "\\=", " ": "\\ "})
_STRING = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": " "})


def string(value: Value) -> str:
    """Write a text as a field's value."""
    return f'"{str(value).translate(_STRING)}"'


def head_of(origin: Origin) -> str:
    """Give the measurement and the tags of a stream's lines."""
    tags = ",".join(f"{key}={value.translate(_TAG)}" for key, value in sorted(tags_of(origin).items()))
    return f"{origin.stream.measurement},{tags}"


def tags_of(origin: Origin) -> dict[str, str]:
    """Give the tags of a stream's series: whose, where, from which device, and what the profile adds."""
    sender, stream, _ = origin
    own = {
        "operator": sender.operator,
        "asset": stream.asset,
        "gateway": sender.gateway,
        "device": stream.device,
        "profile": stream.profile,
    }
    return stream.tags | own
