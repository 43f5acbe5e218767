"""`gateway provision register list`."""

from pathlib import Path

from tests.cli.provision.sites import as_json, provision, write_site


def test_imported_assets_are_listed_and_found(tmp_path: Path) -> None:
    write_site(tmp_path, "tcp: 192.0.2.1:502", "id: meter, profile: eastron_sdm120, unit: 5, asset: qe-050")
    (tmp_path / "a.csv").write_text("id,name,lat,lon\nQE-1,Via Roma,43.8,11.1\nqe-2,Via Po,,\n")
    provision(tmp_path, "register", "import", "a.csv", "--site", "site.yaml")
    done = provision(tmp_path, "register", "list", "site.yaml")
    assert done.stdout.splitlines() == ["qe-1  43.80000, 11.10000  Via Roma", "qe-2                      Via Po"]
    assert as_json(provision(tmp_path, "register", "list", "site.yaml", "--find", "po", "--json")) == [{"id": "qe-2", "name": "Via Po"}]
