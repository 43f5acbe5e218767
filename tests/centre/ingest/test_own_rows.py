"""The centre's own rows."""

import msgspec

from gateway.centre.ingest.clones import CloneNews
from gateway.centre.ingest.own_rows import clone_row, uplink_row, worker_row
from gateway.centre.series_rows import tags_of
from gateway.model.canonical import MEASUREMENTS
from tests.centre.readings import ME, T, batch


def test_a_batch_that_arrives_again_has_the_same_series_and_time() -> None:
    first, second = uplink_row(ME, batch(seq=1007), 3, T + 2500), uplink_row(ME, batch(seq=1007), 3, T + 90_000)
    assert (
        (first.origin.key, first.t_ms)
        == (second.origin.key, second.t_ms)
        == (first.origin.key, T + (1007 + int.from_bytes(b"epoc") + int.from_bytes(b"h..8")) % 1000)
    )
    assert first.values == [1007, 3, int.from_bytes(b"epoc"), int.from_bytes(b"h..8"), 2.5, "synced"]


def test_all_epochs_of_a_gateway_are_one_series() -> None:
    """A gateway that starts again and again makes no new series: a store holds a limited number of values of a tag."""
    rows = [uplink_row(ME, msgspec.structs.replace(batch(seq=0), epoch=bytes([n]) * 8), 3, T) for n in range(250)]
    assert len({row.origin.key for row in rows}) == 1
    assert len({row.t_ms for row in rows}) > 200, "batches of several epochs in one second do not overwrite each other"
    assert "epoch" not in tags_of(rows[0].origin)


def test_batches_of_the_same_second_have_times_of_their_own() -> None:
    rows = [uplink_row(ME, msgspec.structs.replace(batch(seq=seq), t0_ms=T + seq), 1, T) for seq in range(1000)]
    assert len({row.t_ms for row in rows}) == 1000


def test_a_batch_from_the_future_has_no_delay() -> None:
    assert uplink_row(ME, batch(), 3, T - 60_000).values[4] == 0


def test_a_worker_has_a_value_for_each_field_of_its_measurement() -> None:
    row = worker_row("prato", "worker-1", [1, 2, 3, 4, 5], T)
    assert [field.name for field in row.origin.stream.fields] == list(MEASUREMENTS["worker"])
    assert len(row.values) == len(MEASUREMENTS["worker"])


def test_an_alarm_about_a_name_is_an_event_of_the_gateway() -> None:
    row = clone_row(CloneNews(ME, True, "two", "due"), "worker-1", T)
    tags = tags_of(row.origin)
    assert (row.origin.stream.measurement, tags["asset"], tags["operator"], tags["device"]) == (
        "event",
        ME.gateway,
        ME.operator,
        "worker-1",
    )
    assert [field.name for field in row.origin.stream.fields] == list(MEASUREMENTS["event"])
    assert row.values == ["cloned_identity", True, "two", "due"]
