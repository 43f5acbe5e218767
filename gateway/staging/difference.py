"""What differs between two configurations: in words for people, by line, device, asset and key, and as a unified diff. Pure."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

import msgspec

from gateway.model.site.file import Site
from gateway.staging.settings_text import settings_as_written
from gateway.staging.yaml_text import Plain, in_flow

Kind = Literal["line", "device", "asset", "key"]

_ITALIAN = {"line": ("linea", "a"), "device": ("dispositivo", "o"), "asset": ("apparato", "o"), "key": ("chiave", "a")}
"""Each with the last letter of its verb."""
_VERBS = {"added": "aggiunt", "removed": "rimoss", "changed": "cambiat"}

_MOST_DIFF_LINES = 2000


class Difference(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that differs. What was, and what is, are as people write them; absent if there is nothing."""

    kind: Kind
    name: str
    what: Literal["added", "removed", "changed"]
    key: str = ""
    before: str | None = None
    after: str | None = None

    @property
    def english(self) -> str:
        """The difference as a sentence."""
        return f"{self.kind} {self.name} {self._change(self.what)}"

    @property
    def italian(self) -> str:
        """The difference as a sentence in Italian."""
        kind, ending = _ITALIAN[self.kind]
        return f"{kind} {self.name} {self._change(_VERBS[self.what] + ending)}"

    def _change(self, verb: str) -> str:
        if self.before is None and self.after is None:
            return verb
        return f"{self.key}: {self.before or '-'} → {self.after or '-'}".lstrip(": ")


class _Parts(NamedTuple):
    """A site taken apart: everything that has a name, with its other keys."""

    lines: dict[str, dict[str, str]]
    devices: dict[str, dict[str, str]]
    assets: dict[str, dict[str, str]]
    keys: dict[str, dict[str, str]]


def differences(before: Site, after: Site) -> list[Difference]:
    """Return what differs between two sites."""
    old, new = _parts(before), _parts(after)
    found: list[Difference] = []
    for kind, was, is_ in (("line", old.lines, new.lines), ("device", old.devices, new.devices), ("asset", old.assets, new.assets)):
        found += _named(kind, was, is_)  # type: ignore[arg-type]  # literals, one by one
    for key in sorted(old.keys.keys() | new.keys.keys()):
        found += _keys("key", key, old.keys.get(key, {}), new.keys.get(key, {}))
    return found


def unified_diff(before: str, after: str, name: str) -> str:
    """Return the unified diff of two texts, cut off where it becomes too long to read."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), f"{name} (now)", f"{name} (changed)", lineterm=""))
    cut = [*lines[:_MOST_DIFF_LINES], "…"] if len(lines) > _MOST_DIFF_LINES else lines
    return "".join(f"{line}\n" for line in cut)


def _named(kind: Kind, old: Mapping[str, dict[str, str]], new: Mapping[str, dict[str, str]]) -> Iterator[Difference]:
    """Yield what differs between things with names."""
    for name in [*old, *(one for one in new if one not in old)]:
        if name not in new:
            yield Difference(kind, name, "removed")
        elif name not in old:
            yield Difference(kind, name, "added")
        else:
            yield from _keys(kind, name, old[name], new[name])


def _keys(kind: Kind, name: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Difference]:
    for key in [*old, *(one for one in new if one not in old)]:
        if old.get(key) != new.get(key):
            yield Difference(kind, name, "changed", key, old.get(key), new.get(key))


def _parts(site: Site) -> _Parts:
    whole = settings_as_written(site)
    lines: dict[str, dict[str, str]] = {}
    devices: dict[str, dict[str, str]] = {}
    for line in site.lines:
        lines[line.id] = _shown(settings_as_written(line), without=("id", "devices"))
        for device in line.devices:
            devices[device.id] = {"line": line.id} | _shown(settings_as_written(device), without=("id",))
    assets = {name: _shown(settings_as_written(one)) for name, one in site.assets.items()}
    keys = {
        str(key): _shown(value) if isinstance(value, Mapping) else {"": in_flow(value)}
        for key, value in whole.items()
        if key not in ("lines", "assets")
    }
    return _Parts(lines, devices, assets, keys)


def _shown(keys: Mapping[str | int, Plain], without: tuple[str, ...] = ()) -> dict[str, str]:
    return {str(key): in_flow(value) for key, value in keys.items() if key not in without}
