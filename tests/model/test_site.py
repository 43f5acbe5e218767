"""What a site file says by default."""

import pytest

from gateway.model.site import AssetSettings, CentreSettings, HistorySettings, InfluxSettings, StoreSettings
from gateway.model.stream import Place


def test_the_place_of_an_asset_is_part_of_its_streams() -> None:
    assert AssetSettings(name="Quadro 41", lat=43.88, lon=11.1).place() == Place("Quadro 41", 43.88, 11.1)
    assert AssetSettings().place() == Place()


@pytest.mark.parametrize(
    ("store", "dead_letters", "path"),
    [
        (StoreSettings(history=HistorySettings(path="/data/history.sqlite")), None, "/data/dead-letters.sqlite"),
        (StoreSettings(influx=InfluxSettings(url="http://127.0.0.1:8086")), None, "/var/lib/street-central/dead-letters.sqlite"),
        (StoreSettings(history=HistorySettings(path="/data/history.sqlite")), "/other/letters", "/other/letters"),
    ],
)
def test_dead_letters_are_beside_the_embedded_history_unless_the_site_names_a_file(
    store: StoreSettings, dead_letters: str | None, path: str
) -> None:
    assert CentreSettings(broker="mqtt://127.0.0.1", store=store, dead_letters=dead_letters).dead_letters_path() == path


def test_an_operator_has_a_database_of_its_own_only_if_it_is_listed() -> None:
    settings = InfluxSettings(url="http://127.0.0.1:8086", operators=["citelum", "days"])
    assert [one.database for one in settings.databases()] == ["street", "street-citelum", "street-days"]
    assert settings.of_operator("days").database == "street-days"
    assert settings.of_operator("comune") == InfluxSettings(url="http://127.0.0.1:8086")
