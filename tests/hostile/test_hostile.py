"""A share of the hostile suite with a fixed seed. All of it: `python -m tests.hostile --all --json`."""

import json
import subprocess
import sys

import pytest

from tests.hostile.catalogue import attacks

pytestmark = pytest.mark.system

SEED, SECONDS = 14, 1.5
SHARE = (
    "forged receipts",
    "the group of the workers",
    "messages of QoS 0",
    "changes on the city plane",
    "scales that overflow",
    "hostile names",
    "rows without end",
    "everything at once",
    "junk behind an answer, TCP",
    "300 viewers",
    "renewals without end",
    "YAML bombs",
    "deep nests",
)


def test_the_suite_has_at_least_25_attacks_with_names_of_their_own() -> None:
    assert len(attacks()) >= 25
    assert set(SHARE) <= attacks().keys()


@pytest.mark.parametrize("name", SHARE)
def test_others_are_not_harmed_by(name: str) -> None:
    assert attacks()[name](SEED, SECONDS).wrong == []


def test_the_suite_prints_its_outcomes_as_json_and_fails_if_one_does_not_hold() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile", "--attack", "changed site files", "--seconds", "0", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    (found,) = json.loads(done.stdout)["attacks"]
    assert found.keys() == {"name", "held", "victim_delay_s", "peak_mib", "restarts", "lost", "seed", "wrong"}
    assert done.returncode == (0 if found["held"] else 1)
