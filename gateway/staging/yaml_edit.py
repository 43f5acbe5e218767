"""Edits of a site file's text: add, change and remove lines, devices and assets. Comments and order stay as they are. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from yaml import MappingNode, Node, SequenceNode

from gateway.config.problems import suggest
from gateway.config.tree_to_struct import entry, has_key
from gateway.model.site.assets import AssetSettings
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.staging import yaml_spans
from gateway.staging.settings_text import is_default, settings_as_written, value_as_written
from gateway.staging.yaml_spans import EditError, Path, parsed, plain
from gateway.staging.yaml_text import Plain


def add_line(text: str, line: LineSettings) -> str:
    """Add a line, with its devices.

    Raises:
        ConfigError: The text is not YAML.
        EditError: There is a line of this name, or the text can't be edited so.
    """
    if line.id in positions(parsed(text), ("lines",)):
        raise EditError(f"there is a line '{line.id}' already: choose another name")
    return yaml_spans.append(text, ("lines",), settings_as_written(line))


def add_device(text: str, line_id: str, device: DeviceSettings) -> str:
    """Add a device to a line, behind those that are there.

    Raises:
        ConfigError: The text is not YAML.
        EditError: There is no such line, or a device of this name, or the text can't be edited so.
    """
    if device.id in _devices(parsed(text)):
        raise EditError(f"there is a device '{device.id}' already: choose another name")
    return yaml_spans.append(text, (*_line(parsed(text), line_id), "devices"), settings_as_written(device))


def change_device(text: str, device_id: str, changes: Mapping[str, object]) -> str:
    """Change keys of a device. The values are those of DeviceSettings, or texts as people write them; a default removes its key.

    Raises:
        ConfigError: The text is not YAML.
        EditError: There is no such device or key, or the text can't be edited so.
    """
    for key, value in changes.items():
        if key not in DeviceSettings.__struct_fields__:
            raise EditError(f"a device has no '{key}'; {suggest(key, DeviceSettings.__struct_fields__)}")
        place = (*_device(parsed(text), device_id), key)
        if is_default(DeviceSettings, key, value):
            text = _without(text, place)
        else:
            text = yaml_spans.set_value(text, place, value_as_written(DeviceSettings, key, value))
    return text


def remove_device(text: str, device_id: str) -> str:
    """Remove a device, and its line if it was the only one there.

    Raises:
        ConfigError: The text is not YAML.
        EditError: There is no such device, or the text can't be edited so.
    """
    root = parsed(text)
    place = _device(root, device_id)
    alone = sum(found[:2] == place[:2] for found in _devices(root).values()) == 1
    return yaml_spans.remove(text, place[:2] if alone else place)


def set_asset(text: str, asset_id: str, asset: AssetSettings) -> str:
    """Add or change an asset.

    If there are no `assets` yet, all those are listed that devices name: either all are, or none.

    Raises:
        ConfigError: The text is not YAML.
        EditError: The text can't be edited so.
    """
    root = parsed(text)
    written: Plain = settings_as_written(asset)
    if has_key(root, "assets") and plain(entry(root, "assets")) is not None:
        return yaml_spans.set_value(text, ("assets", asset_id), written)
    named: dict[str | int, Plain] = {one: {} for one in named_assets(root)}
    return yaml_spans.set_value(text, ("assets",), named | {asset_id: written})


def set_key(text: str, path: str | Sequence[str], value: Plain) -> str:
    """Set a key, such as `uplink.broker`, or remove it with None. In `lines` and `devices`, names choose: `lines.panel.baud`.

    Raises:
        ConfigError: The text is not YAML.
        EditError: There is no such place, or the text can't be edited so.
    """
    steps = path.split(".") if isinstance(path, str) else list(path)
    root = parsed(text)
    place: Path = ()
    for step in steps:
        place = (*place, _position(root, place, step))
    return _without(text, place) if value is None else yaml_spans.set_value(text, place, value)


def _without(text: str, place: Path) -> str:
    """Return the text without a key, if it is there."""
    parent = entry(parsed(text), *place[:-1])
    return yaml_spans.remove(text, place) if has_key(parent, str(place[-1])) else text


def _position(root: Node, place: Path, step: str) -> str | int:
    """Return a step of a path: the position of what has a name, in a list, else the key."""
    if not isinstance(entry(root, *place), SequenceNode):
        return step
    names = positions(root, place)
    if step not in names:
        raise EditError(f"there is no '{step}' in {'.'.join(map(str, place))}; {suggest(step, names)}")
    return names[step]


def positions(root: Node, place: Path) -> dict[str, int]:
    """Return the positions of the items of a list by their ids; nothing if there is no list."""
    items = entry(root, *place)
    if not isinstance(items, SequenceNode):
        return {}
    return {str(entry(one, "id").value): number for number, one in enumerate(items.value) if has_key(one, "id")}


def _line(root: Node, line_id: str) -> Path:
    lines = positions(root, ("lines",))
    if line_id not in lines:
        raise EditError(f"there is no line '{line_id}'; {suggest(line_id, lines)}")
    return ("lines", lines[line_id])


def _devices(root: Node) -> dict[str, Path]:
    """Return the places of all devices by their ids."""
    found: dict[str, Path] = {}
    for line in positions(root, ("lines",)).values():
        place: Path = ("lines", line, "devices")
        found |= {device: (*place, number) for device, number in positions(root, place).items()}
    return found


def _device(root: Node, device_id: str) -> Path:
    devices = _devices(root)
    if device_id not in devices:
        raise EditError(f"there is no device '{device_id}'; {suggest(device_id, devices)}")
    return devices[device_id]


def named_assets(root: Node) -> Iterator[str]:
    """Yield the assets that devices name, each once."""
    yield from dict.fromkeys(asset for place in _devices(root).values() for asset in assets_of(entry(root, *place)))


def assets_of(device: Node) -> list[str]:
    """Return the assets that a device names."""
    channels = entry(device, "channels")
    named = [entry(device, "asset")] if has_key(device, "asset") else []
    if has_key(device, "channels") and isinstance(channels, MappingNode):
        named += [value for _, value in channels.value]
    return [str(node.value) for node in named]
