"""Link, address, names, broker, TLS."""

import pytest

from gateway.doctor.rules.network import BrokerFacts, LinkFacts, broker, dns, network_address, network_link, tls

ETH0 = LinkFacts("eth0", True, ("192.0.2.7",))


@pytest.mark.parametrize(
    ("links", "state"),
    [([ETH0], "ok"), ([ETH0._replace(up=False), LinkFacts("wwan0", None, ("10.0.0.2",))], "ok"), ([ETH0._replace(up=False)], "failed"), ([], "failed")],
)  # fmt: skip
def test_one_interface_needs_a_link(links: list[LinkFacts], state: str) -> None:
    assert network_link(links).state == state


def test_an_interface_needs_an_address_and_a_way_out() -> None:
    assert network_address([ETH0], routed=True).state == "ok"
    assert network_address([ETH0], routed=False).state == "warning"
    assert network_address([ETH0._replace(addresses=())], routed=True).state == "failed"


def test_names_need_addresses() -> None:
    assert dns({}).state == "ok"
    found = dns({"broker.example": "Name or service not known"})
    assert (found.state, found.sentence.en) == ("failed", "no address for broker.example: Name or service not known")
    assert dns(None).state == "not applicable"


A, B = BrokerFacts("mqtts://a", True, None, None), BrokerFacts("mqtts://b", True, "Connection refused", None)


@pytest.mark.parametrize(("found", "state"), [([A], "ok"), ([B], "failed"), ([A, B], "warning"), ([], "not applicable")])
def test_one_node_of_a_broker_has_to_be_reached(found: list[BrokerFacts], state: str) -> None:
    assert broker(found).state == state


@pytest.mark.parametrize(
    ("found", "state"),
    [([A], "ok"), ([A._replace(no_tls="certificate has expired")], "failed"), ([B], "unknown"), ([A._replace(tls=False)], "not applicable"), ([], "not applicable")],
)  # fmt: skip
def test_broker_and_gateway_have_to_accept_each_other(found: list[BrokerFacts], state: str) -> None:
    assert tls(found).state == state
