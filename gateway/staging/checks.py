"""Whether a running gateway can change to a configuration: it is valid, its lines keep their intervals, and nothing needs a restart."""

from collections.abc import Callable

from gateway.config.problems import ConfigError, Problem
from gateway.config.profile_library import ProfileLibrary
from gateway.config.site_file import EdgeSite, LoadedSite, site_of_text
from gateway.fieldbus.load_forecast import forecast_loads
from gateway.fieldbus.modbus.planning.line_load import REFUSE_ABOVE
from gateway.host.files import SecretError
from gateway.host.mqtt import Broker, check_files

_FIXED: dict[str, Callable[[EdgeSite], object]] = {
    "site": lambda site: site.id.site,
    "operator": lambda site: site.id.operator,
    "gateway": lambda site: site.id.gateway,
    "journal.path": lambda site: site.journal.path,
    "state": lambda site: site.state,
    "listen": lambda site: site.listen,
    "page": lambda site: site.page,
}
"""What a gateway is when it starts, and can't change while it runs."""


def loaded_gateway(text: str, name: str, library: ProfileLibrary | None = None) -> LoadedSite:
    """Return the site of a text that describes a gateway.

    Raises:
        ConfigError: It is invalid, describes no gateway, or its lines would be too busy.
    """
    loaded = site_of_text(text, name, library)
    if loaded.edge is None:
        raise ConfigError([loaded.problem("", "the file does not describe a gateway", "add 'operator:', 'gateway:' and 'uplink:'")])
    busy = [
        loaded.problem(
            f"line {one.line}",
            f"line '{one.line}' would be {100 * one.share:.0f} % busy",
            "; or ".join(remedy.en for remedy in one.remedies),
        )
        for one in forecast_loads(loaded.site, loaded.profiles)
        if one.share is not None and one.share > REFUSE_ABOVE
    ]
    if busy:
        raise ConfigError(busy)
    return loaded


def live_problems(before: EdgeSite, after: LoadedSite) -> list[Problem]:
    """Return why a running gateway can't change to a site; nothing if it can."""
    edge = after.edge
    if edge is None:
        return []
    found = [
        after.problem(key, f"'{key}' can't change while the gateway runs", "edit the file by hand and restart the gateway")
        for key, value in _FIXED.items()
        if value(before) != value(edge)
    ]
    try:
        check_files(Broker(edge.uplink.broker, edge.uplink.tls, edge.uplink.login))
    except SecretError as error:
        found.append(after.problem("uplink", str(error), "put the file in place first"))
    return found
