"""The rules of `console`: others than this machine must be known, and their passwords encrypted."""

import re
from ipaddress import ip_address

from yaml import Node

from gateway.config.problems import Problems
from gateway.config.rules.server_rules import is_loopback
from gateway.config.tree_to_struct import entry
from gateway.model.site.pages import ConsoleSettings

_HEADER = re.compile("[A-Za-z][A-Za-z0-9-]{0,63}")


def exposure(console: ConsoleSettings, listen: str) -> tuple[str, str] | None:
    """Return why the page must not listen on an address, and what to do; None if it may."""
    host = listen.rpartition(":")[0].strip("[]")
    if is_loopback(host.partition("%")[0]):
        return None
    if console.users is None and console.proxy is None:
        return (
            f"without users, everybody who reaches {host} could use the page",
            "add 'users' and 'tls', or 'proxy', or listen on 127.0.0.1",
        )
    if console.users is not None and console.tls is None:
        what = f"without TLS, passwords would cross the network at {host} readable"
        return what, "name a certificate under 'tls', or listen on 127.0.0.1 behind a proxy with TLS"
    return None


def check_console(console: ConsoleSettings, node: Node, problems: Problems) -> None:
    """Check where the web page is served, and for whom."""
    found = exposure(console, console.listen)
    if found is not None:
        problems.add(entry(node, "listen"), *found)
    proxy = console.proxy
    if proxy is not None and not _HEADER.fullmatch(proxy.header):
        problems.add(
            entry(node, "proxy", "header"),
            f"'{proxy.header}' is not the name of a header",
            "write letters, digits and -, for example X-Remote-User",
        )
    for number, address in enumerate(proxy.addresses if proxy is not None else ()):
        try:
            ip_address(address)
        except ValueError:
            problems.add(
                entry(node, "proxy", "addresses", number), f"'{address}' is not an address", "write an IP address, for example 127.0.0.1"
            )
