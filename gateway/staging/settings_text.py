"""Turns settings of the model into the plain values that people would write: `10s`, not 10.0; nothing that is the default. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import inspect

from gateway.config.scalar_readers import READERS, InvalidScalar
from gateway.staging.yaml_text import Plain

_DURATIONS = (("d", 86400.0), ("h", 3600.0), ("min", 60.0), ("s", 1.0), ("ms", 0.001))
_SIZES = (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1))


def settings_as_written(settings: msgspec.Struct) -> dict[str | int, Plain]:
    """Return the keys of settings that are not the default, with their values as people write them."""
    fields = {one.name: one for one in _fields(type(settings))}
    found: dict[str | int, Plain] = {}
    for name, field in fields.items():
        value = getattr(settings, name)
        if field.required or value != _default(field):
            found[field.encode_name] = _written(value, field.type)
    return found


def value_as_written(settings: type[msgspec.Struct], key: str, value: object) -> Plain:
    """Return the value of one key of settings as people write it. A text is left as it is.

    Raises:
        KeyError: The settings have no such key.
    """
    field = {one.encode_name: one for one in _fields(settings)}[key]
    return value if isinstance(value, str) else _written(value, field.type)


def is_default(settings: type[msgspec.Struct], key: str, value: object) -> bool:
    """Return whether a key need not be written to have this value."""
    field = {one.encode_name: one for one in _fields(settings)}[key]
    return not field.required and value == _default(field)


def _fields(settings: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    described = inspect.type_info(settings)
    return described.fields if isinstance(described, inspect.StructType) else ()


def _default(field: inspect.Field) -> object:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def _written(value: Any, kind: inspect.Type) -> Plain:  # noqa: ANN401 — any part of settings
    reader = _reader(kind)
    if reader in ("duration", "delay") and value is not None:
        return _in_units(float(value), _DURATIONS, reader)
    if reader == "size" and value is not None:
        return _in_units(value, _SIZES, reader)
    if reader == "time_of_day" and value is not None:
        return f"{value // 60:02d}:{value % 60:02d}"
    if isinstance(value, msgspec.Struct):
        return settings_as_written(value)
    if isinstance(value, Mapping):
        return {key: _written(one, _inner(kind, "value_type")) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_written(one, _inner(kind, "item_type")) for one in value]
    if value is None or isinstance(value, str | int | float | Decimal):
        return value
    raise TypeError(f"{type(value).__name__} is not a value of a site file")


def _reader(kind: inspect.Type) -> str | None:
    """Return the name of the reader of a value's text."""
    if isinstance(kind, inspect.Metadata):
        return (kind.extra or {}).get("reader") or _reader(kind.type)
    if isinstance(kind, inspect.UnionType):
        return next((found for one in kind.types if (found := _reader(one)) is not None), None)
    return None


def _inner(kind: inspect.Type, name: str) -> inspect.Type:
    """Return the type of the values of a mapping, or of the items of a list."""
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    found: inspect.Type = getattr(kind, name, inspect.AnyType())
    return found


def _in_units(value: float, units: Sequence[tuple[str, float]], reader: str) -> Plain:
    """Return an amount in the largest unit in which it is a whole number and is read as exactly the same, else as a bare number."""
    for unit, size in units:
        text = f"{round(value / size)}{unit}"
        if round(value / size) and _read(text, reader) == value:
            return text
    return f"0{units[-2][0]}" if value == 0 else value


def _read(text: str, reader: str) -> object:
    try:
        return READERS[reader](text, text)
    except InvalidScalar:
        return None
