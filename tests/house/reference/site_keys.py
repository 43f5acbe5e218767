"""The keys of the site file, as gateway/model/site declares them."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from tests.house.reference.tables import code, table

_READ_AS = {
    "delay": "duration or 0", "label": "text", "host_port": "host:port", "host_name": "host", "broker_url": "URL", "http_url": "URL", "exact": "number",
}  # fmt: skip
"""What is written, by the reader of a type in gateway/config/scalar_readers.py, where it is not called like the reader."""


class Key(NamedTuple):
    """A key of a mapping."""

    name: str
    value: str
    default: str
    text: str


class Mapping(NamedTuple):
    """A mapping of the site file: where it may be, and its keys."""

    places: list[str]
    keys: list[Key]


def site_tables(document: type[msgspec.Struct]) -> str:
    """Return a section for each mapping, with a table of its keys."""
    return "".join(f"### {_title(one)}\n\n{_table(one.keys)}\n" for one in mappings_of(document).values())


def mappings_of(document: type[msgspec.Struct]) -> dict[type, Mapping]:
    """Return every mapping of a document, in the order in which a reader meets them; one that several keys share is described once."""
    found: dict[type, Mapping] = {}
    waiting = [("", inspect.type_info(document))]
    while waiting:
        place, struct = waiting.pop(0)
        assert isinstance(struct, inspect.StructType)
        if struct.cls in found:
            found[struct.cls].places.append(place)
            continue
        found[struct.cls] = Mapping([place], [_key(field) for field in struct.fields])
        below = [(f"{place}.{field.name}{suffix}".lstrip("."), inner) for field in struct.fields for suffix, inner in _inner(field.type)]
        waiting = [*below, *waiting]
    return found


def _title(mapping: Mapping) -> str:
    return " and ".join(code(place) for place in mapping.places if place) or "The top level"


def _table(keys: list[Key]) -> str:
    return table(("key", "value", "default", "meaning"), ((code(one.name), one.value, one.default, one.text) for one in keys))


def _inner(type_: inspect.Type) -> Iterator[tuple[str, inspect.StructType]]:
    """Yield the mappings inside a type, and what their place is called."""
    if isinstance(type_, inspect.Metadata):
        yield from _inner(type_.type)
    elif isinstance(type_, inspect.UnionType):
        for member in type_.types:
            yield from _inner(member)
    elif isinstance(type_, inspect.ListType):
        yield from ((f"[]{suffix}", struct) for suffix, struct in _inner(type_.item_type))
    elif isinstance(type_, inspect.DictType):
        yield from ((f"{{}}{suffix}", struct) for suffix, struct in _inner(type_.value_type))
    elif isinstance(type_, inspect.StructType):
        yield "", type_


def _key(field: inspect.Field) -> Key:
    text = ((field.type.extra_json_schema or {}) if isinstance(field.type, inspect.Metadata) else {}).get("description", "")
    return Key(field.encode_name, _value(field.type), "required" if field.required else _written(field.default, field.type), text)


def _value(type_: inspect.Type) -> str:
    """Return what a value looks like."""
    if isinstance(type_, inspect.Metadata):
        reader = (type_.extra or {}).get("reader")
        if reader == "whole":
            limits = (type_.extra or {})["limits"]
            return f"{limits['low']} to {limits['high']}"
        if not reader:
            return _value(type_.type)
        one = _READ_AS.get(reader, reader.replace("_", " "))
        return f"{one}, or a list" if (type_.extra or {}).get("several") else one
    if isinstance(type_, inspect.UnionType):
        return " or ".join(_value(one) for one in type_.types if not isinstance(one, inspect.NoneType))
    if isinstance(type_, inspect.LiteralType):
        return ", ".join(code(str(one)) for one in type_.values)
    if isinstance(type_, inspect.ListType):
        return f"list of {_value(type_.item_type)}"
    if isinstance(type_, inspect.DictType):
        return f"mapping of {_value(type_.key_type)} to {_value(type_.value_type)}"
    plain = {inspect.BoolType: "`true`, `false`", inspect.StrType: "text", inspect.IntType: "number", inspect.StructType: "mapping"}
    if isinstance(type_, inspect.FloatType):
        return "number" if type_.ge is None or type_.le is None else f"{type_.ge:g} to {type_.le:g}"
    return plain[type(type_)]


def _written(default: Any, type_: inspect.Type) -> str:
    """Return a default as it would be written; nothing for what is empty."""
    if default is None or default == "" or isinstance(default, (msgspec.Struct, list, dict)) or default is msgspec.NODEFAULT:
        return ""
    if isinstance(default, bool):
        return code(str(default).lower())
    if isinstance(default, int | float | Decimal) and isinstance(type_, inspect.Metadata):
        reader = (type_.extra or {}).get("reader", "")
        units = {"size": ((1 << 30, "GiB"), (1 << 20, "MiB"))}.get(reader, ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")))
        if reader in ("duration", "delay", "size"):
            return code(
                next(
                    (f"{default / size:g}{unit}" for size, unit in units if default and default % size == 0 and default / size >= 1),
                    f"{default:g}",
                )
            )
    return code(str(default))
