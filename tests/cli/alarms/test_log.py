"""`gateway alarms log`."""

import json

from tests.cli.alarms.centre_with_alarms import Gateway


def test_the_log_says_what_happened_and_who_did_it(gateway: Gateway) -> None:
    assert gateway("log").output.splitlines()[1].split()[:3] == ["2026-11-27T23:00:00Z", "raised", "citelum"]
    (one,) = json.loads(gateway("log", "--json").output)
    assert (one["asset"], one["change"], one["by"]) == ("qe-1", "raised", None)
    assert (one["detail"], one["detail_it"]) == ("0 W, 9000 W when lit", "0 W, 9000 W da acceso")
    assert "0 W, 9000 W da acceso" in gateway("log", language="it_IT.UTF-8").output
