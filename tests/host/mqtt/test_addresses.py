"""The addresses of a broker's nodes, tried in turn."""

import random

from gateway.host.mqtt.addresses import Addresses, BrokerAddress

NODES = tuple(f"mqtts://node-{number}.example:8883" for number in range(3))


def tried(addresses: Addresses, times: int) -> list[str]:
    return [addresses.advance().url for _ in range(times)]


def test_one_address_is_tried_again_and_again() -> None:
    addresses = Addresses(["mqtt://127.0.0.1"])
    assert addresses.current == BrokerAddress("mqtt://127.0.0.1", "127.0.0.1", 1883, tls=False)
    assert tried(addresses, 3) == ["mqtt://127.0.0.1"] * 3


def test_every_address_is_tried_before_one_is_tried_again() -> None:
    addresses = Addresses(NODES, random.Random(1))
    first = addresses.current.url
    six = tried(addresses, 6)
    assert six[0] == first
    assert set(six[:3]) == set(NODES)
    assert six[3:] == six[:3]
    assert addresses.current.url == six[-1]


def test_the_clients_of_a_node_that_fails_spread_over_the_others() -> None:
    orders = {tuple(tried(Addresses(NODES, random.Random(seed)), 3)) for seed in range(100)}
    assert len(orders) == 6


def test_an_address_without_a_port_has_the_usual_one() -> None:
    assert [Addresses([url]).current.port for url in ("mqtt://a", "mqtts://a", "mqtts://a:1")] == [1883, 8883, 1]
