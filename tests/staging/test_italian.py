"""Why a site file can't be edited is said in Italian, too."""

import pytest

from gateway.staging.yaml_edit import change_device, remove_device
from gateway.staging.yaml_spans import EditError
from tests.config.sites import GOOD
from tests.config.test_italian import GATEWAY, templates


@pytest.mark.parametrize("source", ["staging/yaml_edit.py", "staging/yaml_spans.py"])
def test_every_sentence_of_an_edit_error_has_its_translation(source: str) -> None:
    said = [one for one in templates(GATEWAY / source) if " " in one.strip() and not one.startswith(("the configuration", ", X", " X"))]
    assert said
    assert [one for one in said if EditError(one).italian == one] == []


def test_the_advice_is_said_in_italian_with_it() -> None:
    with pytest.raises(EditError) as unknown:
        change_device(GOOD, "qe-041-metr", {"unit": 3})
    assert unknown.value.italian == "non c'è un dispositivo 'qe-041-metr'; forse intendevi 'qe-041-meter' o 'qe-041-dali'?"
    with pytest.raises(EditError) as no_key:
        change_device(GOOD, "qe-041-meter", {"unti": 3})
    assert no_key.value.italian == "un dispositivo non ha 'unti'; forse intendevi 'unit' o 'mounting'?"
    with pytest.raises(EditError) as gone:
        remove_device(GOOD, "zz")
    assert gone.value.italian.startswith("non c'è un dispositivo 'zz'; scrivi uno tra: ")
