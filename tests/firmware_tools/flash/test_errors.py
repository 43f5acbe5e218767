"""Refusals and failures say why in two languages, and whether the same update goes on."""

from firmware_tools.flash.errors import FlashFailed, FlashRefused


def test_a_refusal_and_a_failure_have_a_code_and_both_sentences() -> None:
    refused, failed = FlashRefused("no_power", "off", "spento"), FlashFailed("no_answer", "silent", "muto", again=True)
    assert (refused.code, str(refused), refused.italian) == ("no_power", "off", "spento")
    assert (failed.code, str(failed), failed.italian, failed.again) == ("no_answer", "silent", "muto", True)
