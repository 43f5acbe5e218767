"""What is counted of a process."""

import sys
from pathlib import Path

from tests.soak.long_lived import LongLived
from tests.system.servers import Process

_OPENS = "import sys, time; files = [open(name, 'w') for name in sys.argv[1:]]; print('open', flush=True); time.sleep(60)"


def test_files_of_a_stores_data_are_no_descriptors_that_count(tmp_path: Path) -> None:
    data, other = tmp_path / "data", tmp_path / "other"
    data.mkdir()

    def start() -> Process:
        process = Process("opens", tmp_path, sys.executable, "-c", _OPENS, str(data / "a"), str(data / "b"), str(other))
        process.wait_for("open")
        return process

    store, plain = LongLived("store", None, start, data), LongLived("plain", None, start)
    for one in (store, plain):
        one.look(pause=None)
        one.process.kill_9()
    assert store.samples[0].descriptors == plain.samples[0].descriptors - 2
    assert store.samples[0].held_kib > 1000
