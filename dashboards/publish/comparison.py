"""Comparison of what is wanted in Grafana with what is there. Pure."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

Json = Any
"""A JSON value."""


class ResourceChange(NamedTuple):
    """A difference at one place; a side that has nothing there is None."""

    path: str
    found: Json
    wanted: Json


def changes(wanted: Json, found: Json, path: str = "") -> Iterator[ResourceChange]:
    """Return the differences. Keys that only Grafana has are no difference: it adds defaults; entries of a list are."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for key in wanted:
            yield from changes(wanted[key], found.get(key), f"{path}.{key}" if path else key)
    elif isinstance(wanted, list) and isinstance(found, list):
        yield from _changed_entries(wanted, found, path)
    elif wanted != found and not (_is_empty(wanted) and _is_empty(found)):
        yield ResourceChange(path, found, wanted)


def digest(value: Json) -> str:
    """Return a short name of a JSON value: equal values have equal ones."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:20]


def _changed_entries(wanted: Sequence[Json], found: Sequence[Json], path: str) -> Iterator[ResourceChange]:
    """Compare entries one by one; those with a name or a number are found under it, wherever they are."""
    key = _key_of(wanted, found)
    if key is None:
        for index in range(max(len(wanted), len(found))):
            pair = (wanted[index] if index < len(wanted) else None, found[index] if index < len(found) else None)
            yield from changes(*pair, f"{path}[{index}]")
        return
    wanted_by, found_by = ({one[key]: one for one in entries} for entries in (wanted, found))
    for name in [*wanted_by, *(name for name in found_by if name not in wanted_by)]:
        yield from changes(wanted_by.get(name), found_by.get(name), f"{path}[{key}={name}]")


def _key_of(*lists: Sequence[Json]) -> str | None:
    """Return the key that tells the entries of both lists apart."""
    for key in ("uid", "id", "refId", "name"):
        if all(
            all(isinstance(one, Mapping) and isinstance(one.get(key), str | int) for one in entries)
            and len({one[key] for one in entries}) == len(entries)
            for entries in lists
        ):
            return key
    return None


def _is_empty(value: Json) -> bool:
    """Return whether Grafana may leave a value out."""
    return value is None or value in ("", [], {}) or value is False
