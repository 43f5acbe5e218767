"""`gateway provision register import`."""

from pathlib import Path

from tests.cli.provision.sites import as_json, provision, write_site

METER = "id: meter, profile: eastron_sdm120, unit: 5, asset: qe-050"


def test_assets_are_imported_and_what_is_left_out_is_told(tmp_path: Path) -> None:
    write_site(tmp_path, "tcp: 192.0.2.1:502", METER)
    (tmp_path / "a.csv").write_text("id,name,lat,lon\nQE-1,One,43.8,11.1\n,,,\nx y,Two,4860000,668000\n")
    found = as_json(provision(tmp_path, "register", "import", "a.csv", "--site", "site.yaml", "--json"))
    assert (found["imported"], found["left_out"]) == (1, 1)
    assert "EPSG:4326" in found["reasons"][0]


def test_a_file_that_is_no_register_is_an_error(tmp_path: Path) -> None:
    write_site(tmp_path, "tcp: 192.0.2.1:502", METER)
    (tmp_path / "a.csv").write_text("lat,lon\n1,2\n")
    done = provision(tmp_path, "register", "import", "a.csv", "--site", "site.yaml")
    assert done.exit_code == 1
    assert "no column has the assets' names" in done.stderr
