"""A change of a site file is shown before it is made."""

import pytest

from gateway.config.problems import ConfigError
from gateway.provision.commission.site_change import site_change
from gateway.staging.yaml_edit import change_device
from tests.provision.commission.sites import TEXT, loaded


def test_a_change_shows_what_differs_and_the_load() -> None:
    change = site_change(loaded(), TEXT, change_device(TEXT, "qe-041-meter", {"every": 1.0}))
    assert "+      - {id: qe-041-meter, profile: eastron_sdm630, unit: 3, asset: qe-041, every: 1s}  # in the door" in change.difference
    assert [one.line for one in change.loads] == ["panel-7"]


def test_a_text_that_is_no_site_file_is_refused_with_its_problems() -> None:
    with pytest.raises(ConfigError, match="eastron"):
        site_change(loaded(), TEXT, TEXT.replace("eastron_sdm630", "eastron_sdm63"))
