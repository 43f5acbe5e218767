import asyncio

import pytest

from gateway.fieldbus.wire.port import WireError
from gateway.fieldbus.wire.serial_port import SerialSettings, SerialWire
from gateway.provision.findings import Found
from gateway.provision.scan.listening import hear, instrument, recognise_traffic
from gateway.simulate.devices.instruments import Pms5003
from tests.provision.products import LIBRARY, PROFILES
from tests.provision.units import TunedPty, port_access

SLOW = SerialSettings(9600, 8, "N", 1)


async def test_what_is_sent_is_heard_and_nothing_is_sent() -> None:
    pty = TunedPty(9600)
    asyncio.get_running_loop().call_later(0.02, pty.burst, b"hello")
    assert await hear(SerialWire(pty.path, SLOW), 0.2) == b"hello"
    assert pty._received.empty()
    pty.close()


async def test_a_flooded_line_fills_no_memory() -> None:
    pty = TunedPty(9600)

    async def flood() -> None:
        while True:
            pty.burst(bytes(2000))
            await asyncio.sleep(0.005)

    flooding = asyncio.create_task(flood())
    assert len(await hear(SerialWire(pty.path, SLOW), 0.2)) == 4096
    flooding.cancel()
    pty.close()


async def test_a_port_that_is_missing_is_an_error() -> None:
    with pytest.raises(WireError, match="can't be opened: No such file"):
        await hear(SerialWire("/dev/does-not-exist", SLOW), 0.1)


async def test_a_silent_line_is_listened_to_once() -> None:
    pty, heard = TunedPty(9600), []
    access = port_access(pty.path)

    async def listen(settings: SerialSettings | None, for_s: float) -> bytes:
        heard.append(settings)
        return await access.hear(settings, for_s)

    assert await recognise_traffic(listen, [SLOW, SLOW._replace(baud=19200)], PROFILES, 0.05) is None
    assert heard == [SLOW]
    pty.close()


async def test_traffic_is_recognised_at_another_speed_than_the_first() -> None:
    pty = TunedPty(9600)
    sending = asyncio.create_task(Pms5003(pty)._send_messages(0.1))
    found = await recognise_traffic(port_access(pty.path).hear, [SLOW._replace(baud=19200), SLOW], PROFILES, 0.5)
    sending.cancel()
    pty.close()
    assert isinstance(found, Found)
    assert (found.settings, found.how) == ("9600 8N1", "listening")
    assert found.identification.first is not None
    assert found.identification.first.profile == "plantower_pms5003"


def test_products_with_messages_of_one_form_are_not_told_apart() -> None:
    found = instrument([LIBRARY.get("dfrobot_a01nyub"), LIBRARY.get("dfrobot_a02yyuw")], SLOW, by_itself=True)
    assert found.identification.first is None
    assert "type plate" in found.identification.apart[0].en
