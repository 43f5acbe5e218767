"""What the uplink of a gateway is made of."""

import asyncio
from pathlib import Path

import msgspec

from gateway.edge.uplink import broker_of
from gateway.model.messages import GatewayState
from gateway.model.site.connection import TlsSettings
from gateway.model.site.uplink import UplinkSettings
from tests.edge.edges import edge_in


def test_the_state_of_a_gateway_says_which_run_of_it_is_online(tmp_path: Path) -> None:
    edge = edge_in(tmp_path)
    state: GatewayState = edge._uplink.session._state
    assert (state.state, state.epoch) == ("online", edge._journal.epoch.hex())
    assert msgspec.json.decode(msgspec.json.encode(state), type=GatewayState) == state
    edge._journal.close()


def test_the_broker_has_the_files_of_the_uplink() -> None:
    tls = TlsSettings(ca="ca.pem")
    broker = broker_of(UplinkSettings(broker="mqtts://broker.example", tls=tls))
    assert broker.tls is tls


async def test_without_an_identity_of_its_own_a_gateway_renews_nothing(tmp_path: Path) -> None:
    edge = edge_in(tmp_path)
    assert edge._uplink._renewal is None
    edge._uplink._on_centre()
    await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))
    edge._journal.close()
