"""A centre that is killed, loses its disk, and is restored from a backup: what came after the backup comes again from the gateways."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.simulate.verify.stored import from_history
from tests.cli.test_backup import passphrase_file
from tests.system.servers import Process, mosquitto, wait_until
from tests.system.street import TestStreet
from tests.system.test_street import check
from tests.trust.broker import gateway

pytestmark = pytest.mark.system


@pytest.fixture
def stopping() -> Iterator[list[Process]]:
    """Processes to stop at the end of the test, even if it fails."""
    processes: list[Process] = []
    yield processes
    for process in reversed(processes):
        process.process.kill()
        process.process.wait()


def instants(history: Path) -> set[tuple[object, int]]:
    return {(key, one.t_ms) for key, readings in from_history(history).items() for one in readings}


def test_nothing_that_the_gateways_still_have_is_missing_after_a_restore(tmp_path: Path, stopping: list[Process]) -> None:
    broker, port = mosquitto(tmp_path)
    stopping.append(broker)
    (tmp_path / "centre").mkdir()
    history = tmp_path / "centre" / "history.sqlite"
    street = TestStreet(tmp_path, f"mqtt://127.0.0.1:{port}", {"history": {"path": str(history)}})
    stopping += [*street.simulators, street.centre]
    street.start_edges()
    stopping += street.edges
    street.store(40)
    secret = passphrase_file(tmp_path)
    done = gateway("central", "backup", street.centre_file, tmp_path / "backup", "--passphrase-file", secret)
    assert done.exit_code == 0, done.output
    street.store(40)
    street.centre.kill_9()
    before = instants(history)
    lost = [file for name in ("centre/history", "dead", "alarms") for file in tmp_path.glob(f"{name}.sqlite*")]
    for file in lost:
        file.unlink()
    done = gateway("central", "restore", tmp_path / "backup", "--passphrase-file", secret)
    assert done.exit_code == 0, done.output
    assert len(before - instants(history)) >= 20, "nothing came after the backup"
    stopping.append(street.start_centre())
    wait_until("the readings after the backup", lambda: before <= instants(history))
    street.stop_edges()
    street.stop()
    check(street.verdict(from_history(history)), street)
