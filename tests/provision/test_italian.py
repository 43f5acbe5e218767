"""What can't be put into service or scanned is said in Italian, too."""

import pytest

from gateway.provision.commission.naming import asset_of
from gateway.provision.italian import in_italian
from gateway.provision.scan.target import target_of, units_of
from tests.config.test_italian import GATEWAY, templates

SOURCES = (
    "provision/commission/additions.py",
    "provision/commission/naming.py",
    "provision/commission/candidate.py",
    "provision/scan/target.py",
)


@pytest.mark.parametrize("source", SOURCES)
def test_every_sentence_has_its_translation(source: str) -> None:
    said = [one for one in templates(GATEWAY / source) if one.count(" ") > 2 and not one.startswith("http")]
    assert said
    assert [one for one in said if in_italian(ValueError(one)) == one] == []


def test_a_name_a_target_and_addresses_are_refused_in_italian() -> None:
    with pytest.raises(ValueError, match="can't be a name") as name:
        asset_of("§§§")
    assert in_italian(name.value).startswith("'§§§' non può essere un nome; ")
    with pytest.raises(ValueError, match="no usual one") as target:
        target_of("192.0.2.1", rtu=True)
    assert in_italian(target.value).endswith(": scrivi HOST:PORTA")
    with pytest.raises(ValueError, match="addresses are 1 to 247") as units:
        units_of("0-300")
    assert in_italian(units.value).startswith("indirizzi non validi '0-300'; vanno da 1 a 247")


def test_a_sentence_that_nobody_has_translated_stays() -> None:
    assert in_italian(OSError("disk full")) == "disk full"
