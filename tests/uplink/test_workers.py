"""Which workers of the centre are online, and what their state messages change."""

from gateway.model.messages import WorkerState
from gateway.uplink.workers import MOST_WORKERS, CentreWorkers, WorkerChange


def test_a_worker_changes_something_when_it_starts_and_when_it_comes_back_but_not_when_it_repeats_itself() -> None:
    workers = CentreWorkers()
    assert not workers
    assert workers.update("w-1", WorkerState("online", "1")) is WorkerChange.STARTED
    assert workers.update("w-1", WorkerState("online", "1")) is WorkerChange.NOTHING
    assert workers
    assert workers.update("w-1", WorkerState("offline")) is WorkerChange.NOTHING
    assert not workers
    assert workers.update("w-1", WorkerState("online", "1")) is WorkerChange.ONLINE
    assert workers.update("w-1", WorkerState("online", "2")) is WorkerChange.STARTED


def test_the_centre_is_online_while_one_worker_is() -> None:
    workers = CentreWorkers()
    for name in ("w-1", "w-2"):
        workers.update(name, WorkerState("online"))
    workers.update("w-1", WorkerState("offline"))
    assert workers
    workers.update("w-2", WorkerState("offline"))
    assert not workers


def test_after_a_disconnection_a_worker_that_did_not_restart_is_known() -> None:
    workers = CentreWorkers()
    workers.update("w-1", WorkerState("online", "1"))
    workers.disconnected()
    assert not workers
    assert workers.update("w-1", WorkerState("online", "1")) is WorkerChange.ONLINE


def test_workers_without_number_do_not_fill_the_memory_and_a_new_one_replaces_one_that_is_offline() -> None:
    workers = CentreWorkers()
    for number in range(MOST_WORKERS):
        assert workers.update(f"w-{number}", WorkerState("online", "1")) is WorkerChange.STARTED
    assert workers.update("one-more", WorkerState("online", "1")) is WorkerChange.NOTHING
    workers.update("w-7", WorkerState("offline"))
    assert workers.update("one-more", WorkerState("online", "1")) is WorkerChange.STARTED
    assert workers.update("w-7", WorkerState("online", "1")) is WorkerChange.NOTHING
