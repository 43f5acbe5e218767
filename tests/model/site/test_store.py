"""The store of a centre."""

from gateway.model.site.store import HistorySettings, InfluxSettings, RetentionSettings, StoreSettings
from tests.model.site.parts import read


def test_an_operator_has_a_database_of_its_own_only_if_it_is_listed() -> None:
    settings = InfluxSettings(url="http://127.0.0.1:8086", operators=["citelum", "days"])
    assert [one.database for one in settings.databases()] == ["street", "street-citelum", "street-days"]
    assert settings.of_operator("days").database == "street-days"
    assert settings.of_operator("comune") == InfluxSettings(url="http://127.0.0.1:8086")


def test_a_cluster_is_read_at_the_address_that_it_names_for_that() -> None:
    settings = InfluxSettings(url="http://127.0.0.1:8427", read_url="http://127.0.0.1:8428", api="victoria")
    assert settings.reading().url == "http://127.0.0.1:8428"
    assert settings.url == "http://127.0.0.1:8427"
    assert InfluxSettings(url="http://127.0.0.1:8086").reading().url == "http://127.0.0.1:8086"


def test_a_store_keeps_everything_for_ever_by_default() -> None:
    assert read("{}", RetentionSettings) == RetentionSettings(raw=None, quarter_hours=None, days=None)


def test_a_store_may_be_a_single_file() -> None:
    assert read("{history: {path: /data/history.sqlite}}", StoreSettings) == StoreSettings(
        history=HistorySettings(path="/data/history.sqlite")
    )
