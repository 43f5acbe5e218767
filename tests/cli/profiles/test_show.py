"""`gateway profiles show`: one product."""

import json

from tests.cli.profiles.command_line import run


def test_a_profile_is_shown_with_required_settings_and_unconfirmed_facts_in_the_users_language() -> None:
    english, italian = run("show", "wirenboard_led").stdout, run("show", "wirenboard_led", lang="it_IT.UTF-8").stdout
    assert "set: set a dimmer mode" in english
    assert "set: imposta una modalità del dimmer" in italian
    assert "lamp, while dimmer_mode is W+W+W+W or 2W+W+W" in english
    assert "alarm: overheated (dimmer too hot) when board_temperature is above 85" in english
    assert "RTU at 9600 baud" in english
    shown = run("show", "carlo_gavazzi_em24_rtu").stdout
    assert "uncertain: factory serial settings" in shown
    assert "identified by     device_id from 71 to 73" in shown
    assert json.loads(run("show", "carlo_gavazzi_em330", "--json").stdout)["extends"] == "carlo_gavazzi_em340"
