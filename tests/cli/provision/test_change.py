"""`gateway provision change`."""

from pathlib import Path

from tests.cli.provision.sites import as_json, provision, write_site

METER = "id: qe-041-meter, profile: eastron_sdm630, unit: 3, asset: qe-041"


def test_an_interval_is_changed_with_the_load_that_it_costs(tmp_path: Path) -> None:
    path = write_site(tmp_path, "tcp: 192.0.2.1:502", METER)
    found = as_json(provision(tmp_path, "change", "site.yaml", "qe-041-meter", "--every", "5s", "--reversed", "--yes", "--json"))
    assert found["written"] is True
    assert "+" in found["change"]["difference"]
    assert "every: 5s, reversed: true" in path.read_text()
    assert "# at the corner" in path.read_text()


def test_what_changes_nothing_or_is_not_there_is_refused(tmp_path: Path) -> None:
    write_site(tmp_path, "tcp: 192.0.2.1:502", METER)
    for arguments, said in ((["qe-041-meter"], "nothing changes"), (["nobody", "--usual"], "there is no device 'nobody'")):
        done = provision(tmp_path, "change", "site.yaml", *arguments, "--yes")
        assert done.exit_code == 1
        assert said in done.stderr
