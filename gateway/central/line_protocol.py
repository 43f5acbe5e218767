"""Line protocol of InfluxDB, which VictoriaMetrics and others take too (docs.influxdata.com, "line protocol reference")."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from gateway.model.batch import Value
from gateway.model.canonical import FieldType
from gateway.model.stored import Origin, StoredRow

_TAG = str.maketrans({",": "\\,", "=": "\\=", " ": "\\ "})
_STRING = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": " "})


class Form(NamedTuple):
    """What is the same in every line of a stream: measurement with tags, and how each field is written."""

    head: str
    fields: tuple[tuple[str, Callable[[Value], str]], ...]


def encode(rows: Sequence[StoredRow]) -> list[str]:
    """Give the lines of rows, times in milliseconds. A row without any value makes no line."""
    lines = []
    forms: dict[int, Form] = {}
    for origin, t_ms, values in rows:
        form = forms.get(id(origin))
        if form is None:
            form = forms[id(origin)] = form_of(origin)
        written = [f"{name}={write(value)}" for (name, write), value in zip(form.fields, values, strict=True) if value is not None]
        if written:
            lines.append(f"{form.head} {','.join(written)} {t_ms}")
    return lines


def string(value: Value) -> str:
    """Write a text as a field's value."""
    return f'"{str(value).translate(_STRING)}"'


_WRITERS: dict[FieldType, Callable[[Value], str]] = {
    FieldType.FLOAT: repr,
    FieldType.INT: lambda value: f"{value}i",
    FieldType.BOOL: lambda value: "true" if value else "false",
    FieldType.STRING: string,
}


def form_of(origin: Origin) -> Form:
    """Compile what is the same in every line of a stream."""
    return Form(head_of(origin), tuple((field.name, _WRITERS[field.type]) for field in origin.stream.fields))


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
