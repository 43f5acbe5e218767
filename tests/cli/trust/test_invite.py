"""`gateway trust invite`."""

import json
import re
import stat
from pathlib import Path

from tests.trust.broker import gateway

USER = "prato-citelum-gw-1"


def test_a_code_is_printed_with_what_to_type_on_the_gateway(authority: Path) -> None:
    done = gateway("trust", "invite", authority, USER)
    found = re.fullmatch(r"((?:[0-9A-Z]{5}-){3}[0-9A-Z]{5}) \(until 20.*\)\nnext, on the gateway: (.*)\n", done.output)
    assert found
    assert found[2] == f"gateway trust enrol --user {USER} --code {found[1]} --out request.json"


def test_the_file_of_an_invitation_can_be_read_by_its_owner_alone(authority: Path, tmp_path: Path) -> None:
    done = gateway("trust", "invite", authority, USER, "--out", tmp_path / "invitation.json")
    assert done.output.startswith(f"written: {tmp_path}/invitation.json (until 20")
    assert stat.S_IMODE((tmp_path / "invitation.json").stat().st_mode) == 0o600
    assert json.loads((tmp_path / "invitation.json").read_text())["user"] == USER


def test_a_user_that_can_not_be_is_refused(authority: Path) -> None:
    done = gateway("trust", "invite", authority, "citelum/gw-1")
    assert (done.exit_code, done.output.startswith("gateway: 'citelum/gw-1' can't be a user: write it as in mosquitto.acl")) == (1, True)
