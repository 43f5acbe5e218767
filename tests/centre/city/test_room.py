"""What is kept of each gateway, and in all."""

from gateway.centre.city.asset import Asset, Owner
from gateway.centre.city.room import CityLimits, Room, room_of
from gateway.model.canonical import FieldType
from gateway.model.messages import CityMessage
from gateway.model.stream import StreamField

ONE, OTHER, THIRD = ("citelum", "gw-1"), ("evil", "gw-1"), ("citelum", "gw-2")
SLOT = ("d", (), ("x",))


def add(room: Room, owner: Owner, topic: str, now_s: float = 0.0, values: int = 1) -> bool:
    """Add an asset with a reading, or return False."""
    message = CityMessage(1, topic, "lamp", owner[0], owner[1], [], "")
    asset = room.get(topic) or room.add(owner, topic, lambda: message, now_s)
    if asset is None or not room.charge(owner, asset, SLOT, values, now_s):
        return False
    room.hear(asset, now_s)
    return True


def made(limits: CityLimits) -> tuple[Room, list[str]]:
    gone: list[str] = []
    return Room(limits, lambda asset: gone.append(asset.topic)), gone


def topics(room: Room) -> list[str]:
    return sorted(one.topic for one in room)


def test_a_gateway_with_too_many_assets_is_refused_more_until_one_of_them_was_quiet_for_long() -> None:
    room, gone = made(CityLimits(assets=2, quiet_s=100.0))
    assert [add(room, ONE, topic, float(now)) for now, topic in enumerate("abcacbc")] == [True, True, False, True, False, True, False]
    assert room.refused_since(5.0) == [ONE]
    assert room.refused_since(7.0) == []
    assert add(room, ONE, "a", 104.0)
    assert not add(room, ONE, "c", 104.5)
    assert add(room, ONE, "c", 105.0)
    assert gone == ["b"]
    assert topics(room) == ["a", "c"]


def test_when_all_is_full_who_has_less_than_an_equal_share_gets_it_from_who_has_most_and_then_it_rests() -> None:
    room, gone = made(CityLimits(assets=100, total_assets=12))
    for owner in (ONE, OTHER):
        for n in range(6):
            add(room, owner, f"{'-'.join(owner)}:{n}")
    for _ in range(5):
        for owner in (THIRD, ONE, OTHER):
            for n in range(6):
                add(room, owner, f"{'-'.join(owner)}:{n}")
    assert [sum(one.topic.startswith("-".join(owner)) for one in room) for owner in (ONE, OTHER, THIRD)] == [4, 4, 4]
    assert len(gone) == 4


def test_the_values_of_a_gateway_and_of_all_are_limited() -> None:
    room, gone = made(CityLimits(values=100, total_values=150))
    assert [add(room, ONE, f"a{n}", values=30) for n in range(5)] == [True, True, True, False, False]
    assert room.values == 90
    assert [add(room, OTHER, f"o{n}", values=30) for n in range(4)] == [True, True, False, False]
    assert [add(room, THIRD, f"t{n}", values=30) for n in range(2)] == [True, False]
    assert gone == ["a0"]
    assert room.values == 150
    assert add(room, THIRD, "t0", values=30), "what has its room needs no more"


def test_who_describes_an_asset_of_another_gateway_takes_room_of_its_own() -> None:
    room, _ = made(CityLimits(values=10))
    assert add(room, ONE, "a", values=5)
    asset = room.get("a")
    assert isinstance(asset, Asset)
    assert [room.charge(THIRD, asset, ("d", (), (f"f{n}",)), 4, 0.0) for n in range(4)] == [True, True, False, False]
    assert room.charge(ONE, asset, ("e", (), ()), 5, 0.0)
    assert room.refused_since(0.0) == [THIRD]


def test_a_text_counts_as_several_values_and_no_reading_as_none() -> None:
    assert room_of((StreamField("a", FieldType.INT), StreamField("b", FieldType.STRING))) == 17
    assert room_of(()) == 1
