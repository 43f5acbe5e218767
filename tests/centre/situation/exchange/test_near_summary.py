"""What organisations are told of works near to what they own, and that nobody else is."""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.centre.situation.exchange import summaries
from gateway.centre.situation.exchange.near_summary import NearSummary
from gateway.centre.situation.layer_file import LayerFile
from gateway.centre.situation.opening import open_situations
from gateway.centre.situation.role import SituationRole
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.settings import room_rules
from gateway.host import clock
from gateway.model.instants import iso_utc
from gateway.situation.audience import seen_by
from gateway.situation.lifecycle.actions import End, Publish
from gateway.situation.lifecycle.parties import Organisation, Parties
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.private_layer import NearFeature, NearMessage, NearSituation
from tests.centre.situation.exchange.town import ROOM, context_of
from tests.centre.situation.telemetry.test_door import ROME
from tests.situation.examples import PUBLIACQUA, VIA_ROMA, works
from tests.situation.telemetry.examples import digging
from tests.situation.test_private_layer import collection, feature, north
from tests.system.peer import Peer, until
from tests.system.servers import mosquitto

NAMES = ("comune", "publiacqua", "citelum", "cap")
PARTIES = Parties({name: Organisation(name, name, name == "comune") for name in NAMES})


def layer(folder: Path, organisation: str, *metres: float) -> LayerFile:
    """Write a layer whose features are named after their organisation and how far north of a position in the works they are, in metres."""
    path = folder / f"{organisation}.geojson"
    path.write_bytes(collection(*(feature(north(one), f"{organisation}-{one:g}") for one in metres)))
    path.chmod(0o600)
    return LayerFile(organisation, str(path))


def told(summary: NearSummary, situations: Sequence[Situation]) -> Mapping[str, NearMessage | None]:
    """Return what each organisation is told; None of one without a layer."""
    return {
        topic.removeprefix("prato/v1/sr/org/").removesuffix("/near"): msgspec.json.decode(payload, type=NearMessage) if payload else None
        for topic, payload in summary.messages(situations)
    }


def test_an_organisation_is_told_the_names_and_distances_of_what_is_near_and_one_without_a_layer_nothing(tmp_path: Path) -> None:
    summary = NearSummary("prato", PARTIES, {"citelum": layer(tmp_path, "citelum", 12, 29, 40)}, 30.0)
    found = told(summary, [digging()])
    near = [NearFeature("citelum-12", 9.9), NearFeature("citelum-29", 23.8)]
    assert found == {"comune": None, "publiacqua": None, "cap": None, "citelum": NearMessage(1, [NearSituation("scavo-1", near)])}


def test_a_layer_that_changes_and_works_that_move_are_noticed(tmp_path: Path) -> None:
    summary = NearSummary("prato", PARTIES, {"citelum": layer(tmp_path, "citelum", 12)}, 30.0)
    before = told(summary, [digging()])
    assert told(summary, [digging()]) == before
    layer(tmp_path, "citelum", 12, 14)
    found = told(summary, [digging()])["citelum"]
    assert found is not None
    assert [one.id for one in found.situations[0].near_own_assets] == ["citelum-12", "citelum-14"]
    assert told(summary, [replace(digging(), geometry=None, revision=2)])["citelum"] == NearMessage(1, [])


def test_a_layer_that_can_not_be_used_is_named(tmp_path: Path) -> None:
    summary = NearSummary("prato", PARTIES, {"citelum": LayerFile("citelum", str(tmp_path / "missing"))}, 30.0)
    assert told(summary, [digging()])["citelum"] is None
    assert summary.failing() == [f"the layer of citelum: {tmp_path / 'missing'} can't be read: No such file or directory"]


@settings(max_examples=40)
@given(
    layers=st.dictionaries(st.sampled_from(NAMES), st.lists(st.integers(0, 60), max_size=5), min_size=1),
    audiences=st.lists(st.tuples(st.booleans(), st.sets(st.sampled_from(NAMES))), max_size=4),
)
def test_nobody_is_told_of_what_another_owns_nor_of_works_that_it_may_not_see(
    layers: dict[str, list[int]], audiences: list[tuple[bool, set[str]]]
) -> None:
    situations = [
        replace(digging(f"scavo-{number}", audience={"public": public, "organisations": sorted(named)}), owner=NAMES[number])
        for number, (public, named) in enumerate(audiences)
    ]
    with tempfile.TemporaryDirectory() as folder:
        files = {name: layer(Path(folder), name, *metres) for name, metres in layers.items()}
        found = told(NearSummary("prato", PARTIES, files, 60.0), situations)
    for name, message in found.items():
        assert (message is None) == (name not in layers)
        for one in [] if message is None else message.situations:
            situation = next(each for each in situations if each.id == one.situation)
            assert seen_by(situation, name, PARTIES) is not None
            assert {each.id for each in one.near_own_assets} == {f"{name}-{metres}" for metres in layers[name]}


async def test_over_a_broker_the_organisation_alone_is_told_while_the_works_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summaries, "_STEP_S", 0.1)
    process, port = mosquitto(tmp_path)
    url, context = f"mqtt://127.0.0.1:{port}", context_of(tmp_path, f"mqtt://127.0.0.1:{port}")
    citelum = replace(ROOM.organisations["citelum"], layer=str(tmp_path / "citelum.geojson"))
    room = replace(ROOM, organisations=dict(ROOM.organisations) | {"citelum": citelum})
    layer(tmp_path, "citelum", 12)
    service = SituationService(open_situations(context.settings), room_rules(room, ROME))
    peer, role, stop = await Peer(url, "prato/#").start(), SituationRole(context, room), asyncio.Event()
    task = asyncio.create_task(role.run(stop))

    def near() -> list[NearSituation] | None:
        heard = [one.payload for one in peer.received if one.topic == "prato/v1/sr/org/citelum/near"]
        return msgspec.json.decode(heard[-1], type=NearMessage).situations if heard else None

    now_ms = clock.now_ms()
    urgent = works(
        roadworks={"category": "immediate_emergency", "excavation": {"area_m2": 4}},
        timing={"planned_start": iso_utc(now_ms), "planned_end": iso_utc(now_ms + 3_600_000)},
        audience={"public": True},
    )
    service.do("scavo-1", Publish(id="scavo-1", content=urgent, geometry=VIA_ROMA), PUBLIACQUA, now_ms)
    await until("what is near", near, 60)
    assert near() == [NearSituation("scavo-1", [NearFeature("citelum-12", 9.9)])]
    service.do("scavo-1", End(), PUBLIACQUA, clock.now_ms())
    await until("that it is over", lambda: near() == [], 60)
    assert {one.topic for one in peer.received if b"citelum-12" in one.payload} == {"prato/v1/sr/org/citelum/near"}
    assert role.health()["ok"]
    stop.set()
    await task
    await peer.mqtt.stop()
    service.close()
    process.stop()
