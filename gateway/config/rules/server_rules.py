"""The rules of an HTTP server's address: unencrypted, it must be this machine's."""

from ipaddress import ip_address
from urllib.parse import SplitResult

from gateway.config.rules.rule import Rule


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is this machine's loopback."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


SERVER = (
    Rule[SplitResult](
        lambda s: s.scheme == "http" and not is_loopback(s.hostname or ""),
        "",
        "http:// would send data over the network unencrypted",
        "write 'https://{s.netloc}'",
    ),
)
