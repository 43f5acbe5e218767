"""`gateway trust serve`; tests/system/test_renewal.py runs it with a gateway."""

from pathlib import Path

from tests.trust.broker import SiteBroker, gateway


def test_what_is_missing_is_said_before_anything_is_connected(authority: Path, tmp_path: Path) -> None:
    site = SiteBroker(tmp_path, {"gateways": {}}).site
    without = gateway("trust", "serve", tmp_path, site)
    assert (without.exit_code, without.output) == (1, f"gateway: {tmp_path} has no authority: 'gateway trust init {tmp_path}' makes one\n")
    (tmp_path / "other.yaml").write_text("site: prato\nlines: []\n")
    no_centre = gateway("trust", "serve", authority, tmp_path / "other.yaml")
    assert (no_centre.exit_code, "does not describe a centre: add 'centre:'" in no_centre.output) == (1, True)
