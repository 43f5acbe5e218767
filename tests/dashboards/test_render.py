"""The committed JSON is what the code renders."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards.registry import BOARDS, RegisteredBoard
from dashboards.render import FOLDER, rendered
from gateway.model.site.store import InfluxSettings


def test_every_board_is_rendered_under_the_name_that_grafana_knows() -> None:
    names = {"city", "lighting", "traffic", "environment", "firmware", "gateways", "completeness", "situation"}
    assert rendered().keys() == {f"{language}/{name}.json" for language in ("en", "it") for name in names}


@pytest.mark.parametrize("name", rendered())
def test_the_committed_json_is_what_the_code_renders(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == rendered()[name], "run: make dashboards"


def test_no_json_is_left_of_a_board_that_is_gone() -> None:
    assert {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.json")} == rendered().keys()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("provisioning/*/*.yaml")), ids=lambda path: path.stem)
def test_provisioning_files_are_of_version_1(path: Path) -> None:
    assert yaml.safe_load(path.read_text())["apiVersion"] == 1


def provisioned(name: str) -> dict[str, Any]:
    (source,) = yaml.safe_load((FOLDER / "provisioning" / "datasources" / name).read_text())["datasources"]
    return dict(source)


@pytest.mark.parametrize("name", ["street.yaml", "street-influxdb2.yaml"])
@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_the_provisioned_data_source_is_selected_at_first(board: RegisteredBoard, name: str) -> None:
    (variable,) = (one for one in board.render("en")["templating"]["list"] if one["type"] == "datasource")
    source = provisioned(name)
    assert variable["current"] == {"text": source["name"], "value": source["uid"]}
    assert variable["query"] == source["type"]


def test_influxdb_2_gets_its_token_from_the_secrets_with_the_prefix_that_it_expects() -> None:
    source = provisioned("street-influxdb2.yaml")
    assert source["jsonData"]["httpHeaderName1"] == "Authorization"
    assert source["secureJsonData"] == {"httpHeaderValue1": "Token ${STREET_INFLUX_TOKEN}"}
    assert source["jsonData"]["dbName"] == InfluxSettings(url="http://127.0.0.1").database
