"""The rules of a site file that a schema can't express."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from yaml import Node

from gateway.config.problems import ConfigError, Problems, suggest
from gateway.config.profile_library import ProfileLibrary
from gateway.config.tree_to_struct import entry, has_key, key_node
from gateway.model.profile import Profile, is_channelled, sources_of
from gateway.model.site import CentreSettings, DeviceSettings, LineSettings, Site, UplinkSettings

_SERIAL_KEYS = ("baud", "data_bits", "parity", "stop_bits")
_RTU_KEYS = ("echo", "shared", "pause")


class SiteRules:
    """Holds one site, or what could be read of it, against the rules that span several keys."""

    def __init__(self, root: Node, library: ProfileLibrary, problems: Problems) -> None:
        self.root, self.library, self.problems = root, library, problems
        self.profiles: dict[str, Profile] = {}

    def check(self, site: Site) -> None:
        """Hold a site, or what could be read of it, against every rule; problems are noted."""
        self._check_parts(site)
        seen_lines: dict[str, int] = {}
        seen_devices: dict[str, int] = {}
        ports: dict[str, str] = {}
        for line in site.lines:
            for device in line.devices:
                if device.powered_by is not None:
                    self._check_supply(device, site)
        for line in site.lines:
            node = self._node(line)
            self._unique(line.id, entry(node, "id"), seen_lines, "line")
            port = line.serial or line.tcp or line.rtu_over_tcp
            if port is not None and port in ports:
                self.problems.add(node, f"line '{ports[port]}' already owns {port}", "put all devices of one port under one line")
            elif port is not None:
                ports[port] = line.id
            self._check_line(line, node, seen_devices, site)

    def _node(self, part: LineSettings | DeviceSettings) -> Node:
        return self.problems.places[id(part)]

    def _unique(self, name: str, node: Node, seen: dict[str, int], what: str) -> None:
        if name in seen:
            self.problems.add(node, f"{what} '{name}' is already on line {seen[name]} of the file", "give each its own id")
        else:
            seen[name] = node.start_mark.line + 1

    def _check_parts(self, site: Site) -> None:
        if not has_key(self.root, "lines") and not has_key(self.root, "centre"):
            self.problems.add(self.root, "the file describes neither a gateway nor a centre", "add 'lines:' or 'centre:'")
        if site.lines:
            for key in ("operator", "gateway", "uplink"):
                if not has_key(self.root, key):
                    self.problems.add(self.root, f"'{key}' is missing, which a gateway with lines needs", f"add a line '{key}: …'")
        if site.uplink is not None:
            self._check_broker(site.uplink, "uplink")
        if site.centre is not None:
            self._check_broker(site.centre, "centre")
            self._check_store(site.centre)

    def _check_broker(self, part: UplinkSettings | CentreSettings, key: str) -> None:
        url = urlsplit(part.broker)
        if url.scheme == "mqtt" and not is_loopback(url.hostname or ""):
            self.problems.add(
                entry(self.root, key, "broker"),
                "mqtt:// would cross a network unencrypted",
                f"write 'mqtts://{url.netloc}'",
            )
        if url.scheme == "mqtt" and (part.tls.ca or part.tls.cert):
            self.problems.add(entry(self.root, key, "tls"), "'tls' means nothing with mqtt://", "write mqtts://, or remove 'tls'")
        if (part.tls.cert is None) != (part.tls.key is None):
            self.problems.add(
                entry(self.root, key, "tls"),
                "a client certificate needs its key, and the key its certificate",
                "name both files",
            )

    def _check_store(self, centre: CentreSettings) -> None:
        store, node = centre.store, entry(self.root, "centre", "store")
        if (store.influx is None) == (store.history is None):
            self.problems.add(node, "a centre writes to one store", "write either 'influx: …' or 'history: …'")
        elif store.influx is not None:
            url = urlsplit(store.influx.url)
            if url.scheme == "http" and not is_loopback(url.hostname or ""):
                self.problems.add(
                    entry(node, "influx", "url"),
                    "http:// would cross a network unencrypted",
                    f"write 'https://{url.netloc}'",
                )
            if url.scheme == "http" and store.influx.ca is not None:
                self.problems.add(entry(node, "influx", "ca"), "'ca' has no effect with http://", "write https://, or remove 'ca'")

    def _check_line(self, line: LineSettings, node: Node, seen: dict[str, int], site: Site) -> None:
        ways = [way for way in ("serial", "tcp", "rtu_over_tcp") if has_key(node, way)]
        if len(ways) != 1:
            self.problems.add(node, f"line '{line.id}' needs one way to its devices", "write one of: serial, tcp, rtu_over_tcp")
        else:
            given = (*_SERIAL_KEYS, "rs485", *_RTU_KEYS) if ways[0] == "tcp" else ("rs485",) if ways[0] == "rtu_over_tcp" else ()
            for key in given:
                if has_key(node, key) and getattr(line, key):
                    self.problems.add(key_node(node, key), f"'{key}' means nothing on a TCP line", "remove it")
        units: dict[int, str] = {}
        known: list[Profile] = []
        for device in line.devices:
            at = self._node(device)
            self._unique(device.id, entry(at, "id"), seen, "device")
            profile = self._profile(device.profile, entry(at, "profile"))
            if profile is not None:
                known.append(profile)
                self._check_device(device, profile, at, site)
                self._check_unit(device, profile, at, units)
        self._check_together(line, known, node)

    def _profile(self, name: str, node: Node) -> Profile | None:
        if name not in self.library.names:
            advice = suggest(name, self.library.names, otherwise="'gateway profiles list' shows those that there are")
            self.problems.add(node, f"there is no profile '{name}'", advice)
            return None
        try:
            self.profiles[name] = self.library.get(name)
        except ConfigError as error:
            self.problems.found.extend(error.problems)
            return None
        return self.profiles[name]

    def _check_unit(self, device: DeviceSettings, profile: Profile, node: Node, units: dict[int, str]) -> None:
        if profile.modbus is None:
            if device.unit is not None:
                self.problems.add(key_node(node, "unit"), f"'{profile.profile}' has no unit address", "remove 'unit'")
            return
        unit, at = unit_of(device, profile), entry(node, "unit")
        if device.unit is None and at is not node:
            return  # what stands there was no unit, which is said already
        if unit is None:
            self.problems.add(node, f"device '{device.id}' has no unit address", "add 'unit: …', the address set on the device")
        elif unit in units:
            self.problems.add(
                at,
                f"unit {unit} is already '{units[unit]}' on this line",
                "set another address on one of the two devices",
            )
        else:
            units[unit] = device.id

    def _check_supply(self, device: DeviceSettings, site: Site) -> None:
        """What feeds a device is a value of another device that this gateway reads."""
        supply, node = device.powered_by, entry(self._node(device), "powered_by")
        others = {other.id: other for line in site.lines for other in line.devices if other.id != device.id}
        if supply is None:
            return
        if supply.device not in others:
            self.problems.add(entry(node, "device"), f"there is no other device '{supply.device}'", suggest(supply.device, others))
            return
        feeding = others[supply.device]
        try:
            profile = self.library.get(feeding.profile)
        except (KeyError, ConfigError):
            return  # said where the feeding device stands
        read = {source for measurement in profile.measurements for source in sources_of(profile, measurement)}
        if supply.point not in read:
            what = f"no measurement of '{profile.profile}' reads '{supply.point}'"
            self.problems.add(entry(node, "point"), what, suggest(supply.point, read))
        elif is_channelled(profile, profile.point(supply.point)) and supply.channel not in feeding.channels:
            what = f"device '{feeding.id}' has no channel {supply.channel}"
            self.problems.add(entry(node, "channel"), what, "write one of its channels")

    def _check_device(self, device: DeviceSettings, profile: Profile, node: Node, site: Site) -> None:
        points = {point.name: point for point in profile.points}
        known = [*points, *(derived.name for derived in profile.derived)]
        for name in device.overrides.keys() - set(known):
            at = key_node(node, "overrides", name)
            self.problems.add(at, f"'{profile.profile}' has no point '{name}'", suggest(name, known))
        by_channel = [any(is_channelled(profile, points[p]) for p in sources_of(profile, m)) for m in profile.measurements]
        if not all(by_channel) and not has_key(node, "asset"):
            self.problems.add(
                node,
                f"device '{device.id}' serves no asset",
                "add 'asset: …', what the city calls the thing it measures",
            )
        if any(by_channel) and not device.channels and not has_key(node, "channels"):
            last = (profile.channels or 1) - 1
            self.problems.add(
                node,
                f"device '{device.id}' has channels without assets",
                f"add 'channels: {{0: …}}', numbers 0 to {last}",
            )
        for channel in device.mounting.keys() - device.channels.keys():
            at = key_node(node, "mounting", str(channel))
            self.problems.add(at, f"channel {channel} is mounted and serves no asset", "write it under 'channels' too, or remove it")
        for channel in device.channels:
            if not 0 <= channel < (profile.channels or 0):
                at = next(key for key, _ in entry(node, "channels").value if key.value in (str(channel), hex(channel)))
                advice = f"write numbers from 0 to {profile.channels - 1}" if profile.channels else "remove 'channels'"
                self.problems.add(at, f"'{profile.profile}' has no channel {channel}", advice)
        if has_key(self.root, "assets"):
            named = [
                (device.asset, ("asset",)),
                *((asset, ("channels", str(n))) for n, asset in device.channels.items()),
            ]
            for asset, path in named:
                if asset is not None and asset not in site.assets:
                    advice = suggest(asset, site.assets, otherwise=f"add '{asset}' there, or remove 'assets'")
                    self.problems.add(entry(node, *path), f"asset '{asset}' is not under 'assets'", advice)

    def _check_together(self, line: LineSettings, profiles: list[Profile], node: Node) -> None:
        if any(profile.modbus is None for profile in profiles):
            if len(line.devices) > 1:
                self.problems.add(entry(node, "devices", 1), "a line that is not Modbus carries one device", "give each its own line")
            if has_key(node, "rtu_over_tcp"):
                what = "'rtu_over_tcp' is for Modbus; this device's bytes pass as they are"
                self.problems.add(key_node(node, "rtu_over_tcp"), what, "write 'tcp: …', the device server's address")
        if has_key(node, "tcp") and any(0 in self._intervals_s(device) for device in line.devices):
            what = "'every: 0s' would ask a TCP device without a pause"
            self.problems.add(entry(node, "devices"), what, "write an interval, for example 1s")
        if line.serial is not None:
            for key in _SERIAL_KEYS:
                given = {getattr(profile.serial, key) for profile in profiles}
                if getattr(line, key) is None and len(given) > 1:
                    shown = " and ".join(sorted(map(str, given)))
                    self.problems.add(
                        node,
                        f"the devices leave the factory with different {key}: {shown}",
                        f"set one on all of them, and write '{key}: …' on the line",
                    )

    def _intervals_s(self, device: DeviceSettings) -> set[float | None]:
        profile = self.profiles.get(device.profile)
        if profile is None:
            return {device.every}
        usual_s = profile.every if device.every is None else device.every
        return {usual_s if measurement.every is None else measurement.every for measurement in profile.measurements}


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def unit_of(device: DeviceSettings, profile: Profile) -> int | None:
    """Give a device's unit address: the site's, else the one that the product leaves the factory with."""
    return device.unit if device.unit is not None else profile.modbus.unit if profile.modbus else None
