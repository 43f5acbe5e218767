"""What to check on the devices of a site."""

from pathlib import Path

from gateway.config.profile_library import ProfileLibrary
from gateway.config.site_file import load_site
from gateway.profile_check.product_notes import ProductNotes, product_notes
from tests.config.sites import GOOD


def notes(folder: Path, text: str) -> list[ProductNotes]:
    (folder / "site.yaml").write_text(text)
    loaded = load_site(folder / "site.yaml")
    return product_notes(loaded.site, loaded.profiles)


def test_a_product_is_noted_once_with_its_first_device(tmp_path: Path) -> None:
    second = "every: 10s}\n      - {id: second, profile: carlo_gavazzi_em340, unit: 2, asset: qe-041}"
    (one,) = notes(tmp_path, GOOD.replace("every: 10s}", second))
    assert (one.device, one.profile, one.uncertain) == ("qe-041-meter", "carlo_gavazzi_em340", [])
    assert one.settings == ProfileLibrary().get("carlo_gavazzi_em340").settings
    assert len(one.settings) == 1


def test_an_uncertain_point_is_noted_only_if_a_measurement_uses_it(tmp_path: Path) -> None:
    (one,) = notes(tmp_path, GOOD.replace("carlo_gavazzi_em340", "carlo_gavazzi_em24_rtu"))
    assert any(text.startswith("energy_import: ") for text in one.uncertain)
    assert notes(tmp_path, GOOD.replace("carlo_gavazzi_em340", "xy_md02")) == [], "its uncertain point is in no measurement"
