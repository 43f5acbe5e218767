"""The rules of `centre.access` that involve several keys."""

from collections import Counter

from yaml import Node

from gateway.config.problems import Problems, suggest
from gateway.config.tree_to_struct import entry, key_node
from gateway.model.canonical import INTERNAL, MEASUREMENTS
from gateway.model.site.access import AccessSettings
from gateway.model.topics import ALARM, GatewayId

_LONGEST_USER = 64
"""The longest common name of a certificate (RFC 5280, appendix A.1: ub-common-name)."""

_LEAST_CORNERS = 3

_PUBLISHED = sorted({*MEASUREMENTS, ALARM} - INTERNAL)
"""The measurements of the city plane, and its alarms."""


def check_access(site: str, access: AccessSettings, node: Node, problems: Problems) -> None:
    """Check who may use the broker of a site."""
    _check_users(site, access, node, problems)
    for name, corners in access.areas.items():
        if len(corners) < _LEAST_CORNERS:
            problems.add(key_node(node, "areas", name), f"area '{name}' has fewer than three corners", "add the others")
    for name, grants in access.utilities.items():
        for number, grant in enumerate(grants):
            at = entry(node, "utilities", name, number)
            if grant.area is not None and grant.area not in access.areas:
                instead = suggest(grant.area, access.areas, otherwise=f"add '{grant.area}' to 'areas'")
                problems.add(entry(at, "area"), f"unknown area '{grant.area}'", instead)
            for place, measurement in enumerate(grant.measurements):
                if measurement not in _PUBLISHED:
                    instead = suggest(measurement, _PUBLISHED)
                    problems.add(entry(at, "measurements", place), f"unknown measurement '{measurement}'", instead)


def _check_users(site: str, access: AccessSettings, node: Node, problems: Problems) -> None:
    users = [("processes", name, name) for name in access.processes] + [("utilities", name, name) for name in access.utilities]
    for operator, names in access.gateways.items():
        users += [("gateways", operator, GatewayId(site, operator, name).user) for name in names]
    times = Counter([user for _, _, user in users] + ["centre"])
    for part, key, user in users:
        at = key_node(node, part, key)
        if times[user] > 1:
            problems.add(at, f"another user of the broker is also called '{user}'", "give each another name")
        if len(user) > _LONGEST_USER:
            problems.add(at, f"the user '{user}' has more than {_LONGEST_USER} characters", "choose a shorter name for the gateway")
