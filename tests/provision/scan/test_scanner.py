"""Scans of paced ptys with units at several settings, and of TCP endpoints."""

import asyncio
from collections.abc import Sequence

import pytest

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.owner import LineOwner
from gateway.fieldbus.line_factory import build_line
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.fieldbus.wire.port import WireError
from gateway.fieldbus.wire.serial_port import SerialSettings, SerialWire
from gateway.fieldbus.wire.tcp_socket import TcpWire
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.provision.findings import Obstacle
from gateway.provision.scan.line_access import LineAccess
from gateway.provision.scan.plan import Leg, ScanPlace, serial_legs, server_legs
from gateway.provision.scan.scanner import ANY_UNIT, ScanTerms, SerialScan, scan_tcp
from gateway.simulate.devices.bus import crc
from gateway.simulate.devices.instruments import Pms5003, Wxt536
from tests.provision.products import LIBRARY, PROFILES
from tests.provision.scan.watching import Watching
from tests.provision.units import WRITES, DeviceServer, TunedPty, UnitBus, device_server, port_access, product, serial_units, tcp_units

SLOW, FAST = SerialSettings(9600, 8, "N", 1), SerialSettings(19200, 8, "N", 1)
# Devices get more time than by default: scanner and devices share one busy machine.
TERMS = ScanTerms(reaction_s=0.3, listen_s=0.1)
HASTY = ScanTerms(reaction_s=0.1, listen_s=0.1)
START = ScanPlace()


async def scan(bus: UnitBus, legs: Sequence[Leg], terms: ScanTerms = TERMS, start: ScanPlace = START) -> tuple[Watching, Obstacle | None]:
    watching = Watching()
    obstacle = await SerialScan(port_access(bus.pty.path), PROFILES, terms, watching).run(legs, start)
    return watching, obstacle


async def test_units_at_several_settings_are_found_and_identified() -> None:
    units = [
        product(3, "eastron_sdm120"),
        product(5, "carlo_gavazzi_em340"),
        product(3, "wirenboard_led", 19200),
        product(4, "schneider_iem3155", 38400),
    ]
    third = SerialSettings(38400, 8, "N", 1)
    async with serial_units(units) as bus:
        watching, obstacle = await scan(bus, [Leg(one, (2, 3, 4, 5)) for one in (SLOW, FAST, third)])
    assert obstacle is None
    assert watching.firsts == [
        (3, "9600 8N1", "eastron_sdm120"),
        (5, "9600 8N1", "carlo_gavazzi_em340"),
        (3, "19200 8N1", "wirenboard_led"),
        (4, "38400 8N1", "schneider_iem3155"),
    ]
    assert watching.devices[3].identification.objects["VendorName"] == "Schneider"


async def test_nothing_is_ever_written() -> None:
    async with serial_units([product(1, "wirenboard_mr6c"), product(2, "abb_b23_b24")]) as bus:
        await scan(bus, serial_legs(PROFILES, full=False, units=[1, 2])[:1])
    functions = {frame[1] for _, frame in bus.requests}
    assert {3, 4} <= functions
    assert functions.isdisjoint(WRITES)


async def test_a_device_is_not_reported_again_where_only_the_stop_bits_differ() -> None:
    async with serial_units([product(2, "xy_md02")]) as bus:
        watching, _ = await scan(bus, [Leg(SLOW, (2,)), Leg(SLOW._replace(stop_bits=2), (2,))])
    assert watching.firsts == [(2, "9600 8N1", "xy_md02")]
    assert watching.also == [(2, "9600 8N2")]


async def test_a_scan_goes_on_where_it_was_stopped() -> None:
    legs = [Leg(SLOW, (1, 2, 3)), Leg(FAST, (1, 2, 3))]
    async with serial_units([product(3, "xy_md02")]) as bus:
        watching = Watching()
        running = asyncio.create_task(SerialScan(port_access(bus.pty.path), PROFILES, TERMS, watching).run(legs, START))
        while ScanPlace(0, 1) not in watching.places:
            await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        bus.requests.clear()
        again, _ = await scan(bus, legs, start=watching.places[-1])
    assert again.firsts == [(3, "9600 8N1", "xy_md02")]
    assert next(frame[0] for baud, frame in bus.requests if baud == 9600) == 2


async def test_nothing_is_sent_while_another_master_polls() -> None:
    async with serial_units([product(1, "xy_md02")]) as bus:
        polling = asyncio.create_task(poll(bus))
        watching, obstacle = await scan(bus, [Leg(SLOW, (1,))], TERMS._replace(listen_s=0.5))
        polling.cancel()
    assert obstacle is not None
    assert obstacle.kind == "master"
    assert obstacle.sentence.en.startswith("another master polls this line at 9600 8N1 (units 7)")
    assert watching.devices == []
    assert bus.requests == []


async def poll(bus: UnitBus) -> None:
    """Send what is heard of another master and its device."""
    while True:
        request, response = bytes.fromhex("070300000001"), bytes.fromhex("07030200E6")
        for body in (request, response):
            bus.pty.burst(body + crc(body))
            await asyncio.sleep(0.05)


async def test_noise_is_reported_instead_of_scanned() -> None:
    async with serial_units([product(1, "xy_md02")]) as bus:

        async def hum() -> None:
            while True:
                bus.pty.burst(b"\x00\xff\x7e")
                await asyncio.sleep(0.02)

        humming = asyncio.create_task(hum())
        _, obstacle = await scan(bus, [Leg(SLOW, (1,))], TERMS._replace(listen_s=0.05))
        humming.cancel()
    assert obstacle is not None
    assert obstacle.kind == "unknown"
    assert "A e B scambiati" in obstacle.sentence.it
    assert bus.requests == []


async def test_a_line_with_traffic_is_scanned_if_that_is_wanted() -> None:
    async with serial_units([product(1, "xy_md02")]) as bus:
        stray = asyncio.get_running_loop().call_later(0.05, bus.pty.burst, b"\x00\x00")
        watching, obstacle = await scan(bus, [Leg(SLOW, (1,))], TERMS._replace(anyway=True))
        stray.cancel()
    assert obstacle is None
    assert watching.firsts == [(1, "9600 8N1", "xy_md02")]


async def test_a_master_that_begins_during_the_scan_ends_it() -> None:
    async with serial_units([]) as bus:
        polling: asyncio.Task[None] | None = None
        watching = Watching()
        scanning = asyncio.create_task(
            SerialScan(port_access(bus.pty.path), PROFILES, TERMS, watching).run([Leg(SLOW, tuple(range(1, 100)))], START)
        )
        while ScanPlace(0, 2) not in watching.places:
            await asyncio.sleep(0.01)
        polling = asyncio.create_task(poll(bus))
        obstacle = await scanning
        polling.cancel()
    assert obstacle is not None
    assert obstacle.kind == "master"


async def test_a_slow_device_whose_response_meets_the_next_request_is_found() -> None:
    slow = product(2, "xy_md02")
    slow.reaction_s = 0.2
    async with serial_units([slow]) as bus:
        watching, obstacle = await scan(bus, [Leg(SLOW, (1, 2, 3, 4))], HASTY)
    assert obstacle is None
    assert watching.firsts == [(2, "9600 8N1", "xy_md02")]


async def test_a_late_response_after_the_change_of_settings_does_not_end_the_scan() -> None:
    slow, other = product(2, "xy_md02"), product(3, "xy_md02", 19200)
    slow.reaction_s = 0.2
    async with serial_units([slow, other]) as bus:
        watching, obstacle = await scan(bus, [Leg(SLOW, (1, 2)), Leg(FAST, (3,))], HASTY)
    assert obstacle is None
    assert (3, "19200 8N1", "xy_md02") in watching.firsts


async def test_two_devices_with_one_address_are_reported_as_unreadable() -> None:
    async with serial_units([]) as bus:
        watching = Watching()
        scanning = asyncio.create_task(SerialScan(port_access(bus.pty.path), PROFILES, TERMS, watching).run([Leg(SLOW, (1, 2, 3))], START))
        answered = 0
        while not scanning.done():
            if len(bus.requests) > answered:
                answered = len(bus.requests)
                if bus.requests[-1][1][0] == 2:
                    bus.pty.burst(bytes.fromhex("02032F00A1FF13"))
            await asyncio.sleep(0.005)
        await scanning
    assert [(one.unit, one.garbled) for one in watching.devices] == [(2, True)]


async def test_an_instrument_that_sends_by_itself_is_recognised_and_nothing_is_sent() -> None:
    async with serial_units([]) as bus:
        instrument = Pms5003(bus.pty)
        sending = asyncio.create_task(instrument._send_messages(0.3))
        watching, obstacle = await scan(bus, serial_legs(PROFILES, full=False, units=[1]), TERMS._replace(listen_s=0.8))
        sending.cancel()
    assert obstacle is None
    assert watching.firsts == [(None, "9600 8N1", "plantower_pms5003")]
    assert watching.devices[0].how == "listening"
    assert bus.requests == []


async def test_an_instrument_is_recognised_by_its_query_and_has_the_line_to_itself() -> None:
    pty = TunedPty(9600)
    instrument = asyncio.create_task(Wxt536(pty).run())
    watching = Watching()
    legs = [Leg(FAST, (1, 2), ("omnipresense_ops243", "vaisala_wxt536"))]
    try:
        obstacle = await SerialScan(port_access(pty.path), PROFILES, TERMS, watching).run(legs, START)
    finally:
        instrument.cancel()
        await asyncio.gather(instrument, return_exceptions=True)
        pty.close()
    assert obstacle is None
    assert watching.firsts == [(None, "19200 8N1", "vaisala_wxt536")]
    assert watching.devices[0].how == "query"
    assert ScanPlace(1, 0) not in watching.places


async def test_units_behind_a_bridge_are_found() -> None:
    units = [product(3, "eastron_sdm630"), product(9, "wirenboard_map3e", serial_number=77)]
    watching = Watching()
    async with tcp_units(units) as (host, number):
        await scan_tcp(
            LineAccess(lambda _: TcpWire(host, number)),
            PROFILES,
            [Leg(None, tuple(range(1, 12)))],
            START,
            ScanTerms(reaction_s=1.0),
            watching,
        )
    assert watching.firsts == [(3, None, "eastron_sdm630"), (9, None, "wirenboard_map3e")]
    candidate = watching.devices[1].identification.first
    assert candidate is not None
    assert candidate.serial_number == "77"


async def test_units_behind_a_bridge_that_is_polled_are_found_beside_the_polls() -> None:
    polls, watching, stop = asyncio.Queue[BoundDevice](), Watching(), asyncio.Event()
    async with tcp_units([product(3, "xy_md02"), product(9, "eastron_sdm630")]) as (host, number):
        polled = DeviceSettings(id="d", profile="xy_md02", unit=3, asset="a", every=0.05)
        line = LineSettings(id="l", tcp=f"{host}:{number}", devices=[polled])
        device = bind(polled, LIBRARY.get("xy_md02"), {})
        driver, terms = build_line(line, [device], LearnedStore(None), lambda: 0)
        owner = LineOwner("l", [device], driver, terms, lambda one, _: polls.put_nowait(one), lambda: 0)
        polling = asyncio.create_task(owner.run(stop))
        await polls.get()
        access = LineAccess(lambda _: TcpWire(host, number), owner)
        await scan_tcp(access, PROFILES, [Leg(None, (2, 3, 9))], START, ScanTerms(reaction_s=1.0), watching)
        assert polls.qsize() > 0
        stop.set()
        await polling
    assert watching.firsts == [(3, None, "xy_md02"), (9, None, "eastron_sdm630")]


async def test_a_tcp_device_that_ignores_the_address_is_found_once() -> None:
    watching = Watching()
    async with tcp_units([product(1, "siemens_pac2200")], any_unit=True) as (host, number):
        await scan_tcp(
            LineAccess(lambda _: TcpWire(host, number)), PROFILES, [Leg(None, (1, 2, 3))], START, ScanTerms(reaction_s=1.0), watching
        )
    assert watching.firsts == [(1, None, "siemens_pac2200")]
    assert watching.devices[0].notes == [ANY_UNIT]


async def scan_server(server: DeviceServer, legs: Sequence[Leg]) -> tuple[Watching, Obstacle | None]:
    watching = Watching()
    access = LineAccess(lambda _: TcpWire(*server.address))
    return watching, await SerialScan(access, PROFILES, TERMS._replace(reaction_s=0.5), watching).run(legs, START)


async def test_units_behind_a_serial_device_server_are_found() -> None:
    async with device_server([product(3, "eastron_sdm630"), product(5, "xy_md02")]) as server:
        watching, obstacle = await scan_server(server, server_legs(PROFILES, full=False, units=[2, 3, 5])[:1])
    assert obstacle is None
    assert watching.firsts == [(3, None, "eastron_sdm630"), (5, None, "xy_md02")]


async def test_another_master_behind_a_serial_device_server_is_noticed() -> None:
    async with device_server([product(3, "xy_md02")]) as server:

        async def poll_there() -> None:
            while True:
                body = bytes.fromhex("070300000001")
                server.burst(body + crc(body))
                await asyncio.sleep(0.01)

        polling = asyncio.create_task(poll_there())
        watching, obstacle = await scan_server(server, [Leg(None, (3,))])
        polling.cancel()
    assert obstacle is not None
    assert (obstacle.kind, obstacle.settings) == ("master", None)
    assert obstacle.sentence.en.startswith("another master polls this line (units 7)")
    assert watching.devices == []


async def test_settings_that_the_port_refuses_are_skipped() -> None:
    async with serial_units([product(2, "xy_md02")]) as bus:
        unknown = SerialSettings(9600, 8, "X", 1)
        watching, obstacle = await scan(bus, [Leg(SLOW, ()), Leg(unknown, (2,)), Leg(SLOW, (2,))])
    assert obstacle is None
    assert watching.refused == ["9600 8X1"]
    assert watching.firsts == [(2, "9600 8N1", "xy_md02")]


async def test_a_port_that_another_program_has_locked_is_not_opened() -> None:
    async with serial_units([]) as bus:
        gateway = SerialWire(bus.pty.path, SLOW)
        await gateway.open(lambda _: None, lambda _: None)
        with pytest.raises(WireError, match="another program has locked it, such as a running gateway"):
            await scan(bus, [Leg(SLOW, (1,))])
        gateway.close()
