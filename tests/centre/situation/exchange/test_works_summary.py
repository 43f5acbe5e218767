"""Which works suppress alarms is said over a real broker, while they are active."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from gateway.centre.situation.exchange import summaries
from gateway.centre.situation.exchange.works_summary import fitting_works
from gateway.centre.situation.opening import open_situations
from gateway.centre.situation.role import SituationRole
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.settings import room_rules
from gateway.host import clock
from gateway.model.instants import iso_utc
from gateway.model.messages import RoomWorks, RoomWorksMessage
from gateway.model.site.assets import AssetSettings
from gateway.situation.lifecycle.actions import Acknowledge, End, Publish
from tests.centre.situation.exchange.town import ROOM, context_of
from tests.centre.situation.telemetry.test_door import ROME
from tests.situation.examples import COMUNE, PUBLIACQUA, VIA_ROMA, works
from tests.system.peer import Peer, until
from tests.system.servers import mosquitto

TOPIC = "prato/v1/sr/works"
ASSETS = {"qe-041": AssetSettings(lat=43.88025, lon=11.0955), "qe-042": AssetSettings(lat=43.8803, lon=11.0990)}


def newest(peer: Peer) -> list[RoomWorks] | None:
    return msgspec.json.decode(peer.received[-1].payload, type=RoomWorksMessage).works if peer.received else None


async def test_works_are_said_while_they_are_active_and_again_to_a_broker_that_lost_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summaries, "_STEP_S", 0.1)
    process, port = mosquitto(tmp_path)
    url, context = f"mqtt://127.0.0.1:{port}", context_of(tmp_path, f"mqtt://127.0.0.1:{port}")._replace(assets=ASSETS)
    service = SituationService(open_situations(context.settings), room_rules(ROOM, ROME))
    peer, role, stop = await Peer(url, TOPIC).start(), SituationRole(context, ROOM), asyncio.Event()
    task = asyncio.create_task(role.run(stop))
    await until("that there are none", lambda: newest(peer) == [], 60)
    now_ms = clock.now_ms()
    urgent = works(
        roadworks={"category": "immediate_emergency", "excavation": {"area_m2": 4}},
        timing={"planned_start": iso_utc(now_ms), "planned_end": iso_utc(now_ms + 3_600_000)},
        audience={"public": True},
    )
    published = service.do("scavo-1", Publish(id="scavo-1", content=urgent, geometry=VIA_ROMA), PUBLIACQUA, now_ms)
    service.do("scavo-1", Acknowledge("accepted", published.version), COMUNE, now_ms)
    await until("the works", lambda: newest(peer), 60)
    (one,) = newest(peer) or []
    assert (one.name, one.assets, one.ends) == ("scavo-1", ["qe-041"], iso_utc(now_ms + 3_600_000))
    service.do("scavo-1", End(), PUBLIACQUA, clock.now_ms())
    await until("their end", lambda: newest(peer) == [], 60)
    stop.set()
    await task
    peer.received.clear()
    await peer.say(TOPIC, b"", retain=True)
    stop.clear()
    task = asyncio.create_task(SituationRole(context, ROOM).run(stop))
    await until("the message", lambda: peer.received and peer.received[-1].payload, 60)
    stop.set()
    await task
    await peer.mqtt.stop()
    service.close()
    process.stop()


def test_works_that_do_not_fit_into_the_message_are_left_out() -> None:
    large, small = (RoomWorks(name, "", "", assets) for name, assets in (("large", ["a", "b", "c"]), ("small", ["d"])))
    assert fitting_works([None, large, small], 4) == [large, small]
    assert fitting_works([large, small], 3) == [large]
    assert fitting_works([large, small], 2) == [small]
