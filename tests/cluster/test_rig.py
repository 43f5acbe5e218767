"""The rig, on mosquitto: what the runs on a cluster rely on."""

from pathlib import Path

import pytest

from tests.cluster.brokers import Mosquitto
from tests.cluster.rig import WORKERS, Load, Rig, gateway_of

pytestmark = pytest.mark.system


def test_a_fleet_with_tls_and_logins_is_stored_as_it_was_read_though_a_worker_is_killed(tmp_path: Path) -> None:
    load = Load(gateways=4, points=20, flush_s=1.0)
    rig = Rig(tmp_path, Mosquitto(tmp_path, map(gateway_of, range(load.gateways))))

    def kill() -> None:
        rig.centre.kill(WORKERS[0])
        rig.centre.start(WORKERS[0])
        rig.centre.wait_for(WORKERS[0])

    try:
        result = rig.run("a worker killed", load, 8.0, kill)
    finally:
        rig.close()
    assert result.difference.values >= 4 * 20 * 5
    assert result.is_good, result
