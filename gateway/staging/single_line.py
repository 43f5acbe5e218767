"""Takes the changes of one line out of a changed site file, so that they can be applied alone. Pure."""

from collections.abc import Mapping, Sequence

from yaml import Node

from gateway.config.problems import ConfigError, suggest
from gateway.config.site_file import site_of_text
from gateway.config.tree_to_struct import entry, has_key
from gateway.model.site.file import Site
from gateway.staging import yaml_spans
from gateway.staging.difference import differences
from gateway.staging.ledger import ChangeRefused
from gateway.staging.yaml_edit import assets_of, named_assets, positions
from gateway.staging.yaml_spans import EditError, Path, parsed, plain
from gateway.staging.yaml_text import Plain


def changed_lines(before: Site, after: Site) -> list[str]:
    """Return the lines that differ between two sites, with their devices."""
    old, new = ({line.id: line for line in site.lines} for site in (before, after))
    return [name for name in {**old, **new} if old.get(name) != new.get(name)]


def only_lines(text: str, changed: str, lines: Sequence[str]) -> str:
    """Return a text in which some lines are as in a changed text; that itself without lines, if it changes nothing else, or is not valid.

    Raises:
        ConfigError: The text is not valid.
        ChangeRefused: It changes nothing of a line, or the text can't be edited so.
    """
    if not lines:
        return changed
    before = site_of_text(text, "site.yaml").site
    try:
        after = site_of_text(changed, "site.yaml").site
    except ConfigError:
        return changed  # who applies it says what is wrong
    present, part = changed_lines(before, after), text
    for line in lines:
        if line not in present:
            those = ", ".join(present) or "-"
            raise ChangeRefused(
                f"nothing of line '{line}' is changed; changed are: {those}", f"nulla cambia nella linea '{line}'; cambiano: {those}"
            )
        try:
            part = with_line(part, changed, line)
        except EditError as error:
            raise ChangeRefused(
                f"the changes of line '{line}' can't be applied alone: {error}",
                f"le modifiche della linea '{line}' non si possono applicare da sole: {error.italian}",
            ) from error
    try:
        return part if differences(site_of_text(part, "site.yaml").site, after) else changed
    except ConfigError:
        return part


def with_line(text: str, changed: str, line_id: str) -> str:
    """Return a text in which one line is as in a changed text: its keys and devices, and the assets that they name.

    Everything else stays as it is, also the comments of the line.

    Raises:
        ConfigError: A text is not YAML.
        EditError: Neither has such a line, or the text can't be edited so.
    """
    root, wanted = parsed(text), parsed(changed)
    here, there = positions(root, ("lines",)), positions(wanted, ("lines",))
    if line_id not in here and line_id not in there:
        raise EditError(f"there is no line '{line_id}'; {suggest(line_id, {**here, **there})}")
    if line_id not in there:
        return yaml_spans.remove(text, ("lines", here[line_id]))
    line = entry(wanted, "lines", there[line_id])
    if line_id not in here:
        return _with_assets(yaml_spans.append(text, ("lines",), plain(line)), wanted, line)
    place: Path = ("lines", here[line_id])
    keys = _mapping(line)
    for key, value in keys.items():
        if key != "devices":
            text = yaml_spans.set_value(text, (*place, key), value)
    for key in _mapping(entry(root, *place)).keys() - keys.keys():
        text = yaml_spans.remove(text, (*place, key))
    return _with_assets(_with_devices(text, (*place, "devices"), line), wanted, line)


def _with_devices(text: str, place: Path, line: Node) -> str:
    """Return the text with the devices of a line at a place: changed, added, and then removed, so that the list is never empty."""
    wanted = {name: entry(line, "devices", number) for name, number in positions(line, ("devices",)).items()}
    for name, device in wanted.items():
        here = positions(parsed(text), place)
        if name in here:
            text = yaml_spans.set_value(text, (*place, here[name]), plain(device))
        else:
            text = yaml_spans.append(text, place, plain(device))
    for name in [one for one in positions(parsed(text), place) if one not in wanted]:
        text = yaml_spans.remove(text, (*place, positions(parsed(text), place)[name]))
    return text


def _with_assets(text: str, wanted: Node, line: Node) -> str:
    """Return the text with the assets of a line as they are in the changed tree, if that lists any: either all that are named, or none."""
    if not has_key(wanted, "assets"):
        return text
    listed, root = _mapping(entry(wanted, "assets")), parsed(text)
    if not has_key(root, "assets") or not _mapping(entry(root, "assets")):
        return yaml_spans.set_value(text, ("assets",), {name: listed.get(name, {}) for name in named_assets(root)})
    names = positions(line, ("devices",)).values()
    for name in dict.fromkeys(one for number in names for one in assets_of(entry(line, "devices", number))):
        if name in listed:
            text = yaml_spans.set_value(text, ("assets", name), listed[name])
    return text


def _mapping(node: Node) -> Mapping[str | int, Plain]:
    found = plain(node)
    return found if isinstance(found, Mapping) else {}
