"""The rules of `page`: without TLS, only this machine and private networks see it."""

from ipaddress import ip_address

from yaml import Node

from gateway.config.problems import Problems
from gateway.config.tree_to_struct import entry
from gateway.model.site.pages import PageSettings

_ADVICE = "name a certificate under 'tls', or listen on 127.0.0.1"


def check_page(page: PageSettings, node: Node, problems: Problems) -> None:
    """Check where the technician's page is served, and how."""
    host = page.listen.rpartition(":")[0].strip("[]")
    at = entry(node, "listen")
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        problems.add(at, f"'{host}' is not an address", "write an address of this machine, for example 127.0.0.1:8088")
        return
    if page.tls is not None:
        if page.plain_http:
            problems.add(entry(node, "plain_http"), "'plain_http' contradicts 'tls'", "remove one of the two")
    elif address.is_loopback:
        if page.plain_http:
            problems.add(entry(node, "plain_http"), "'plain_http' has no effect on loopback", "remove it")
    elif not page.plain_http:
        own = f"{_ADVICE}; for the gateway's own hotspot or cable, add 'plain_http: true'"
        problems.add(at, f"without TLS, the code of the label would cross the network at {host} readable", own)
    elif address.is_unspecified or not address.is_private:
        problems.add(at, f"{host} is not a private address, which 'plain_http' needs", _ADVICE)
