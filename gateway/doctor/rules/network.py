"""Network: link, address, names, broker, TLS. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gateway.doctor.check import CheckResult, failed, not_applicable, ok, unknown, warning
from gateway.host.checks.finding import Sentence


class LinkFacts(NamedTuple):
    """A network interface other than the loopback: whether it has a link (None: it does not say), and its addresses."""

    interface: str
    up: bool | None
    addresses: tuple[str, ...]


class BrokerFacts(NamedTuple):
    """An attempt to reach a broker, which may use TLS: why there was no connection, and why there was no TLS; None if there was."""

    url: str
    tls: bool
    no_connection: str | None
    no_tls: str | None


def network_link(links: Sequence[LinkFacts]) -> CheckResult:
    """Judge whether a cable, radio or modem is connected."""
    name = "network-link"
    up = [one.interface for one in links if one.up or (one.up is None and one.addresses)]
    if up:
        return ok(name, f"connected: {', '.join(up)}", f"collegato: {', '.join(up)}")
    names = ", ".join(one.interface for one in links)
    if not names:
        text = Sentence("this machine has no network interface", "questa macchina non ha interfacce di rete")
    else:
        text = Sentence(f"no link: {names}", f"nessun collegamento: {names}")
    fix = Sentence("check cable, SIM card, antenna, and the lamps of the socket", "controlla cavo, SIM, antenna, e le spie della presa")
    return failed(name, text, fix)


def network_address(links: Sequence[LinkFacts], *, routed: bool) -> CheckResult:
    """Judge whether the machine has an address, and a way to other networks."""
    name = "network-address"
    addresses = ", ".join(f"{one.interface} {address}" for one in links for address in one.addresses)
    if not addresses:
        fix = Sentence(
            "check DHCP, or set a fixed address ('nmcli device' shows the interfaces)",
            "controlla il DHCP, o imposta un indirizzo fisso ('nmcli device' mostra le interfacce)",
        )
        return failed(name, Sentence("this machine has no address", "questa macchina non ha un indirizzo"), fix)
    if not routed:
        text = Sentence(f"no way to other networks from {addresses}", f"nessuna via verso altre reti da {addresses}")
        return warning(
            name,
            text,
            Sentence("set a gateway, if the broker is in another network", "imposta un gateway, se il broker è in un'altra rete"),
        )
    return ok(name, f"addresses: {addresses}", f"indirizzi: {addresses}")


def dns(unresolved: Mapping[str, str] | None) -> CheckResult:
    """Judge whether the names of the site file have addresses. None: there are no names, or no site file."""
    name = "dns"
    if unresolved is None:
        return not_applicable(name, "the site file has no host names", "il file del sito non ha nomi di macchine")
    if not unresolved:
        return ok(name, "all host names have an address", "tutti i nomi hanno un indirizzo")
    reasons = "; ".join(f"{host}: {why}" for host, why in unresolved.items())
    fix = Sentence(
        "correct the name, or check the name server: resolvectl status",
        "correggi il nome, o controlla il server dei nomi: resolvectl status",
    )
    return failed(name, Sentence(f"no address for {reasons}", f"nessun indirizzo per {reasons}"), fix)


def broker(found: Sequence[BrokerFacts]) -> CheckResult:
    """Judge whether the broker can be reached; one node of a cluster is enough."""
    name = "broker"
    if not found:
        return not_applicable(name, "the site file names no broker", "il file del sito non nomina un broker")
    reached = [one.url for one in found if one.no_connection is None]
    reasons = "; ".join(f"{one.url}: {one.no_connection}" for one in found if one.no_connection is not None)
    fix = Sentence(
        "check network, address and port; the readings wait in the journal meanwhile",
        "controlla rete, indirizzo e porta; intanto le letture aspettano nel journal",
    )
    if not reached:
        return failed(name, Sentence(f"no connection to {reasons}", f"nessun collegamento a {reasons}"), fix)
    if reasons:
        return warning(name, Sentence(f"some nodes can't be reached: {reasons}", f"alcuni nodi non sono raggiungibili: {reasons}"), fix)
    return ok(name, f"can be reached: {', '.join(reached)}", f"raggiungibile: {', '.join(reached)}")


def tls(found: Sequence[BrokerFacts]) -> CheckResult:
    """Judge whether broker and gateway accept each other's certificates."""
    name = "tls"
    secured = [one for one in found if one.tls]
    if not secured:
        return not_applicable(name, "the broker is used without TLS", "il broker è usato senza TLS")
    tried = [one for one in secured if one.no_connection is None]
    if not tried:
        return unknown(name, "the broker can't be reached", "il broker non è raggiungibile")
    reasons = "; ".join(f"{one.url}: {one.no_tls}" for one in tried if one.no_tls is not None)
    if not reasons:
        return ok(name, "broker and gateway accept each other's certificates", "broker e gateway accettano i certificati l'uno dell'altro")
    fix = Sentence(
        "check the clock, 'uplink: tls: ca' and the certificate; 'gateway trust list' at the centre shows what was revoked",
        "controlla l'orologio, 'uplink: tls: ca' e il certificato; 'gateway trust list' al centro mostra che cosa è revocato",
    )
    return failed(name, Sentence(f"no TLS with {reasons}", f"niente TLS con {reasons}"), fix)
