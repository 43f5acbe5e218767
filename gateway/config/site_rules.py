"""The rules of a site file that involve several keys, which a schema can't express."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from yaml import Node

from gateway.config.device_rules import check_device, check_unit
from gateway.config.problems import ConfigError, Problems, suggest
from gateway.config.profile_library import ProfileLibrary
from gateway.config.rules.access_rules import check_access
from gateway.config.rules.alarm_rules import check_alarms
from gateway.config.rules.console_rules import check_console
from gateway.config.rules.grafana_rules import check_grafana
from gateway.config.rules.lighting.lighting_rules import check_lighting
from gateway.config.rules.page_rules import check_page
from gateway.config.rules.rule import Rule, check
from gateway.config.rules.server_rules import SERVER, is_loopback
from gateway.config.rules.situation_rules import check_situation
from gateway.config.rules.works_rules import check_works
from gateway.config.tree_to_struct import entries, entry, has_key, key_node
from gateway.model.profile import Profile, is_channelled, sources_of
from gateway.model.site.assets import AssetSettings
from gateway.model.site.centre import CentreSettings
from gateway.model.site.connection import TlsSettings
from gateway.model.site.file import Site
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.model.site.store import InfluxSettings, StoreSettings
from gateway.model.site.uplink import UplinkSettings

_MOST_DEVICES, _MOST_VALUES = 5_000, 150_000
"""The most devices of a site file, and the most values of their points and channels: many times what one gateway can read."""

_SERIAL_KEYS = ("baud", "data_bits", "parity", "stop_bits")
_MEANINGLESS = {
    "serial": (),
    "tcp": (*_SERIAL_KEYS, "rs485", "echo", "shared", "pause"),
    "rtu_over_tcp": ("rs485",),
}
"""The keys that have no effect on each kind of line."""


_PLAIN_PORT, _TLS_PORT = ":1883", ":8883"
"""The ports of MQTT without and with TLS (IANA)."""


class _Connection(NamedTuple):
    """A connection to a broker, which has several addresses if it is a cluster."""

    urls: Sequence[SplitResult]
    tls: TlsSettings

    @property
    def schemes(self) -> set[str]:
        return {url.scheme for url in self.urls}

    @property
    def plain(self) -> bool:
        return self.schemes == {"mqtt"}


class _NodeUrl(NamedTuple):
    """One address of a broker."""

    url: SplitResult

    @property
    def encrypted(self) -> str:
        """The address with TLS: brokers listen for it on another port."""
        return f"mqtts://{self.url.netloc.removesuffix(_PLAIN_PORT)}{_TLS_PORT if self.url.netloc.endswith(_PLAIN_PORT) else ''}"


_ADDRESS = (
    Rule[_NodeUrl](
        lambda s: s.url.scheme == "mqtt" and not is_loopback(s.url.hostname or ""),
        "",
        "mqtt:// would send data over the network unencrypted",
        "write '{s.encrypted}'",
    ),
)

_BROKER = (
    Rule[_Connection](
        lambda s: len(s.schemes) > 1, "broker", "some of the addresses are encrypted and others are not", "write all of them with mqtts://"
    ),
    Rule[_Connection](
        lambda s: len(set(s.urls)) < len(s.urls), "broker", "an address is listed twice", "list each node of the cluster once"
    ),
    Rule[_Connection](
        lambda s: s.plain and (s.tls.ca or s.tls.cert), "tls", "'tls' has no effect with mqtt://", "write mqtts://, or remove 'tls'"
    ),
    Rule[_Connection](
        lambda s: (s.tls.cert is None) != (s.tls.key is None),
        "tls",
        "a client certificate needs its key, and the key its certificate",
        "write both 'cert' and 'key'",
    ),
)

_STORE = (
    Rule[StoreSettings](
        lambda s: (s.influx is None) == (s.history is None),
        "",
        "a centre must have exactly one store",
        "write either 'influx: …' or 'history: …'",
    ),
)

_INFLUX = (
    Rule[InfluxSettings](
        lambda s: s.ca and not any(url.startswith("https:") for url in _urls(s).values()),
        "ca",
        "'ca' has no effect with http://",
        "write https://, or remove 'ca'",
    ),
    Rule[InfluxSettings](
        lambda s: s.api == "v2" and not s.org, "api", "'api: v2' needs the organisation that owns the bucket", "add 'org: …'"
    ),
    Rule[InfluxSettings](
        lambda s: s.operators and s.api == "victoria",
        "operators",
        "VictoriaMetrics has no databases, so operators can't have their own",
        "remove 'operators'; docs/retention.md describes how vmauth limits what an operator reads",
    ),
)


def _urls(influx: InfluxSettings) -> dict[str, str]:
    """Return the addresses of a store by their keys."""
    return {"url": influx.url} | ({"read_url": influx.read_url} if influx.read_url is not None else {})


_LIT_ASSET = (
    Rule[AssetSettings](
        lambda s: s.lighting is not None and (s.lat is None or s.lon is None),
        "lighting",
        "a panel with 'lighting' needs its position, from which the times of sunset and sunrise follow",
        "add 'lat:' and 'lon:'",
    ),
)


class SiteRules:
    """Checks one site, or the valid part of one, against the rules that involve several keys."""

    def __init__(self, root: Node, library: ProfileLibrary, problems: Problems) -> None:
        self.root, self.library, self.problems = root, library, problems
        self.profiles: dict[str, Profile] = {}
        self._invalid: set[str] = set()

    def check(self, site: Site) -> None:
        """Check a site, or the valid part of one, against all rules, and add the problems."""
        self._check_parts(site)
        if self._too_large(site):
            return
        seen_lines: dict[str, int] = {}
        seen_devices: dict[str, int] = {}
        ports: dict[str, str] = {}
        devices = {device.id: device for line in site.lines for device in line.devices}
        for line in site.lines:
            for device in line.devices:
                if device.powered_by is not None:
                    self._check_supply(device, devices)
        for line in site.lines:
            node = self._node(line)
            self._unique(line.id, entry(node, "id"), seen_lines, "line")
            port = line.serial or line.tcp or line.rtu_over_tcp
            if port is not None and port in ports:
                self.problems.add(node, f"line '{ports[port]}' already uses {port}", "put all devices of one port on one line")
            elif port is not None:
                ports[port] = line.id
            self._check_line(line, node, seen_devices, site)

    def _too_large(self, site: Site) -> bool:
        """Return whether a site has more devices and values than commands can handle in a few seconds, after adding a problem."""
        devices = [device for line in site.lines for device in line.devices]
        at = key_node(self.root, "lines")
        if len(devices) > _MOST_DEVICES:
            self.problems.add(at, f"the site has {len(devices)} devices, more than {_MOST_DEVICES}", "split it between several gateways")
            return True
        sizes: dict[str, int] = {}
        values = 0
        for device in devices:
            if device.profile not in sizes:
                sizes[device.profile] = self._values_of(device.profile)
            values += sizes[device.profile] * max(1, len(device.channels))
        if values > _MOST_VALUES:
            self.problems.add(at, f"the site has {values} values, more than {_MOST_VALUES}", "split it between several gateways")
        return values > _MOST_VALUES

    def _values_of(self, name: str) -> int:
        """Return how many values a device of a product has, or each of its channels."""
        try:
            profile = self.library.get(name)
        except (KeyError, ConfigError):
            return 0  # reported at the device
        return len(profile.alarms) + sum(len(sources_of(profile, one)) + len(one.when) for one in profile.measurements)

    def _node(self, part: LineSettings | DeviceSettings) -> Node:
        return self.problems.places[id(part)]

    def _unique(self, name: str, node: Node, seen: dict[str, int], what: str) -> None:
        if name in seen:
            self.problems.add(node, f"duplicate {what} '{name}', first on line {seen[name]} of the file", "give each its own id")
        else:
            seen[name] = node.start_mark.line + 1

    def _check_parts(self, site: Site) -> None:
        self._check_lighting(site)
        if not any(has_key(self.root, key) for key in ("gateway", "lines", "centre", "lighting")):
            self.problems.add(self.root, "the file describes neither a gateway nor a centre", "add 'gateway:' or 'centre:'")
        if site.lighting is not None:
            check_lighting(
                site.lighting, site.assets if has_key(self.root, "assets") else None, entry(self.root, "lighting"), self.problems
            )
        if site.lines or has_key(self.root, "gateway"):
            for key in ("operator", "gateway", "uplink"):
                if not has_key(self.root, key):
                    self.problems.add(self.root, f"'{key}' is missing; a gateway needs it", f"add a line '{key}: …'")
        if site.uplink is not None:
            self._check_broker(site.uplink, "uplink")
        if site.page is not None:
            check_page(site.page, entry(self.root, "page"), self.problems)
        check_console(site.console, entry(self.root, "console"), self.problems)
        if site.centre is not None:
            self._check_centre(site.site, site.centre)

    def _check_lighting(self, site: Site) -> None:
        nodes = entries(entry(self.root, "assets"))
        for name, asset in site.assets.items():
            if asset.lighting is not None:
                check(_LIT_ASSET, asset, nodes[name], self.problems)
        if site.lighting is not None:
            assets = site.assets if has_key(self.root, "assets") else None
            check_lighting(site.lighting, assets, entry(self.root, "lighting"), self.problems)

    def _check_centre(self, site: str, centre: CentreSettings) -> None:
        self._check_broker(centre, "centre")
        self._check_store(centre.store)
        if centre.access is not None:
            check_access(site, centre.access, entry(self.root, "centre", "access"), self.problems)
        if centre.grafana is not None:
            check_grafana(centre.grafana, centre.store, entry(self.root, "centre", "grafana"), self.problems)
        if centre.situation is not None:
            has_mail = centre.alarms.smtp is not None
            check_situation(centre.situation, entry(self.root, "centre", "situation"), self.problems, has_mail=has_mail)
        check_alarms(centre.alarms, entry(self.root, "centre", "alarms"), self.problems)
        check_works(centre, entry(self.root, "centre"), self.problems)

    def _check_broker(self, part: UplinkSettings | CentreSettings, key: str) -> None:
        node, written = entry(self.root, key), part.broker
        urls = [urlsplit(one) for one in ([written] if isinstance(written, str) else written)]
        for number, url in enumerate(urls):
            check(_ADDRESS, _NodeUrl(url), entry(node, "broker", number), self.problems)
        check(_BROKER, _Connection(urls, part.tls), node, self.problems)

    def _check_store(self, store: StoreSettings) -> None:
        node = entry(self.root, "centre", "store")
        check(_STORE, store, node, self.problems)
        if store.influx is not None and store.history is None:
            at = entry(node, "influx")
            for key, url in _urls(store.influx).items():
                check(SERVER, urlsplit(url), entry(at, key), self.problems)
            check(_INFLUX, store.influx, at, self.problems)

    def _check_line(self, line: LineSettings, node: Node, seen: dict[str, int], site: Site) -> None:
        ways = [way for way in _MEANINGLESS if has_key(node, way)]
        if len(ways) != 1:
            self.problems.add(node, f"line '{line.id}' needs exactly one connection", f"write one of: {', '.join(_MEANINGLESS)}")
        else:
            for key in _MEANINGLESS[ways[0]]:
                if has_key(node, key) and getattr(line, key):
                    self.problems.add(key_node(node, key), f"'{key}' has no effect on a TCP line", "remove it")
        units: dict[int, str] = {}
        known: list[Profile] = []
        assets = site.assets if has_key(self.root, "assets") else None
        for device in line.devices:
            at = self._node(device)
            self._unique(device.id, entry(at, "id"), seen, "device")
            profile = self._profile(device.profile, entry(at, "profile"))
            if profile is not None:
                known.append(profile)
                check_device(device, profile, at, assets, self.problems)
                check_unit(device, profile, at, units, self.problems)
        self._check_together(line, known, node)

    def _profile(self, name: str, node: Node) -> Profile | None:
        names = self.library.names
        if name not in names:
            instead = suggest(name, names, otherwise="'gateway profiles list' lists the known ones")
            self.problems.add(node, f"unknown profile '{name}'", instead)
            return None
        try:
            self.profiles[name] = self.library.get(name)
        except ConfigError as error:
            if name not in self._invalid:
                self._invalid.add(name)
                self.problems.found.extend(error.problems)
            return None
        return self.profiles[name]

    def _check_supply(self, device: DeviceSettings, devices: dict[str, DeviceSettings]) -> None:
        """Check that the supply of a device is a value of another device that this gateway reads."""
        supply, node = device.powered_by, entry(self._node(device), "powered_by")
        if supply is None:
            return
        if supply.device not in devices or supply.device == device.id:
            others = devices.keys() - {device.id}
            self.problems.add(entry(node, "device"), f"there is no other device '{supply.device}'", suggest(supply.device, others))
            return
        feeding = devices[supply.device]
        try:
            profile = self.library.get(feeding.profile)
        except (KeyError, ConfigError):
            return  # reported at the supplying device
        read = {source for measurement in profile.measurements for source in sources_of(profile, measurement)}
        if supply.point not in read:
            what = f"no measurement of '{profile.profile}' reads '{supply.point}'"
            self.problems.add(entry(node, "point"), what, suggest(supply.point, read))
        elif is_channelled(profile, profile.point(supply.point)) and supply.channel not in feeding.channels:
            what = f"device '{feeding.id}' has no channel {supply.channel}"
            self.problems.add(entry(node, "channel"), what, "write one of its channels")

    def _check_together(self, line: LineSettings, profiles: list[Profile], node: Node) -> None:
        """Check the devices of a line against each other and against the line."""
        if any(profile.modbus is None for profile in profiles):
            if len(line.devices) > 1:
                self.problems.add(entry(node, "devices", 1), "a line without Modbus has only one device", "give each device its own line")
            if has_key(node, "rtu_over_tcp"):
                what = "'rtu_over_tcp' is only for Modbus; the bytes of this device are passed unchanged"
                self.problems.add(key_node(node, "rtu_over_tcp"), what, "write 'tcp: …', the address of the device server")
        if has_key(node, "tcp") and any(0 in self._intervals_s(device) for device in line.devices):
            what = "'every: 0s' would poll a TCP device without a pause"
            self.problems.add(entry(node, "devices"), what, "write an interval, for example 1s")
        if line.serial is not None:
            self._check_serial_settings(line, profiles, node)

    def _check_serial_settings(self, line: LineSettings, profiles: list[Profile], node: Node) -> None:
        for key in _SERIAL_KEYS:
            factory = {getattr(profile.serial, key) for profile in profiles}
            if getattr(line, key) is None and len(factory) > 1:
                what = f"the factory settings of '{key}' differ between the devices: {' and '.join(sorted(map(str, factory)))}"
                self.problems.add(node, what, f"set the same on all of them, and write '{key}: …' on the line")

    def _intervals_s(self, device: DeviceSettings) -> set[float | None]:
        profile = self.profiles.get(device.profile)
        if profile is None:
            return {device.every}
        usual_s = profile.every if device.every is None else device.every
        return {usual_s if measurement.every is None else measurement.every for measurement in profile.measurements}
