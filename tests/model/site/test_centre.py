"""The centre of a site file: where its files are."""

import pytest

from gateway.model.site.centre import CentreSettings
from gateway.model.site.situation.api import SituationApiSettings, SituationPagesSettings
from gateway.model.site.situation.room import SituationSettings
from gateway.model.site.store import HistorySettings, InfluxSettings, StoreSettings

INFLUX = StoreSettings(influx=InfluxSettings(url="http://127.0.0.1:8086"))


@pytest.mark.parametrize(
    ("store", "dead_letters", "path"),
    [
        (StoreSettings(history=HistorySettings(path="/data/history.sqlite")), None, "/data/dead-letters.sqlite"),
        (INFLUX, None, "/var/lib/street-central/dead-letters.sqlite"),
        (StoreSettings(history=HistorySettings(path="/data/history.sqlite")), "/other/letters", "/other/letters"),
    ],
)
def test_dead_letters_are_beside_the_embedded_history_unless_the_site_names_a_file(
    store: StoreSettings, dead_letters: str | None, path: str
) -> None:
    assert CentreSettings(broker="mqtt://127.0.0.1", store=store, dead_letters=dead_letters).dead_letters_path() == path


def test_the_other_files_of_a_centre_are_beside_its_dead_letters() -> None:
    centre = CentreSettings(broker="mqtt://127.0.0.1", store=INFLUX, dead_letters="/data/dead-letters.sqlite")
    assert centre.alarms_path() == "/data/alarms.sqlite"
    assert centre.situations_path() == "/data/situations.sqlite"
    assert centre.situation_tokens_path() == "/data/situation-tokens.json"
    assert centre.situation_people_path() == "/data/situation-people.json"


def test_the_files_of_the_situation_room_are_where_the_site_names_them() -> None:
    api = SituationApiSettings(tokens="/keys/tokens.json", pages=SituationPagesSettings(people="/keys/people.json"))
    situation = SituationSettings(organisations={}, database="/room/situations.sqlite", api=api)
    centre = CentreSettings(broker="mqtt://127.0.0.1", store=INFLUX, situation=situation)
    assert centre.situations_path() == "/room/situations.sqlite"
    assert centre.situation_tokens_path() == "/keys/tokens.json"
    assert centre.situation_people_path() == "/keys/people.json"
