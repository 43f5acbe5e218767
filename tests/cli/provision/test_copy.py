"""`gateway provision copy` counts up."""

from pathlib import Path

from tests.cli.provision.sites import as_json, provision, write_site

METER = "id: qe-041-meter, profile: eastron_sdm630, unit: 3, asset: qe-041"


def test_a_device_is_copied_with_its_comments_left_in_place(tmp_path: Path) -> None:
    path = write_site(tmp_path, "tcp: 192.0.2.1:502", METER)
    found = as_json(provision(tmp_path, "copy", "site.yaml", "qe-041-meter", "--times", "2", "--yes", "--json"))
    assert found["devices"] == ["qe-042-meter", "qe-043-meter"]
    text = path.read_text()
    assert "unit: 5" in text
    assert "# at the corner" in text
    assert "# the city" in text


def test_copies_that_are_not_possible_say_why(tmp_path: Path) -> None:
    write_site(tmp_path, "tcp: 192.0.2.1:502", METER)
    done = provision(tmp_path, "copy", "site.yaml", "qe-041-meter", "--times", "3", "--unit", "246", "--yes")
    assert done.exit_code == 1
    assert "only 2 free addresses" in done.stderr
