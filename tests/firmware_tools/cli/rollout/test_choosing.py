"""What is wrong with the options of a plan is said in a sentence."""

import msgspec
import pytest

from tests.firmware_tools.cli.rollout.centre import CommandCentre
from tests.firmware_tools.rollout.rollouts import known, street


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("WBMR6D",), "the repository has no firmware 'WBMR6D'; write one of: WBMR6C, wb/mr6c/1.26.0.wbfw"),
        (("WBMR6C", "--window", "night"), "'night' is not a window; write its local begin and end, for example 22:00-05:00"),
        (("WBMR6C", "--waves", "10,20"), "the waves have 30 % of the devices together; they must have 100 %"),
        (("WBMR6C", "--waves", "a"), "'a' are no waves; write their shares in percent, for example 10,30,60"),
        (("WBMR6C", "--area", "centre"), "unknown area 'centre'; did you mean 'centro'?"),
        (("WBMR6C", "--operator", "other"), "no device needs WBMR6C 1.26.0"),
        (("WBMR6C", "--settle", "13h"), "which is longer than it is watched"),
        (("WBMR6C", "--window", "01:00-02:10"), "citelum/gw-0/d-0-0 and 11 others can't be updated in a night of 01:00-02:10"),
    ],
)
def test_options_that_can_not_be_followed_are_refused(centre: CommandCentre, arguments: tuple[str, ...], sentence: str) -> None:
    centre.know([msgspec.structs.replace(one, bytes_per_s=100.0) for one in street(2, 2, 3)])
    done = centre.run("plan", *arguments)
    assert done.exit_code == 1
    assert sentence in done.stderr
    assert done.stderr.startswith(("gateway: ", "firmware: ", "main: "))


def test_an_area_is_that_of_the_site_file(centre: CommandCentre) -> None:
    inside, outside = (msgspec.structs.replace(known("gw-1", name), lat=lat, lon=11.5) for name, lat in (("a", 43.5), ("b", 45.0)))
    centre.know([inside, outside, known("gw-1", "c")])
    done = centre.run("plan", "WBMR6C", "--area", "centro", "--json")
    assert '"citelum/gw-1/a"' in done.stdout
    assert '"citelum/gw-1/b"' not in done.stdout
    assert '"citelum/gw-1/c"' not in done.stdout


def test_a_centre_without_a_repository_says_what_to_add(centre: CommandCentre) -> None:
    centre.know()
    text = centre.site.read_text().splitlines()
    centre.site.write_text("\n".join(line for line in text if "firmware" not in line))
    done = centre.run("plan", "WBMR6C")
    assert "the site file names no repository of firmware: add 'centre: firmware:" in done.stderr
