"""Commands are values; a driver without a command names it."""

from gateway.fieldbus.line.commands import Outcome, OutcomeStatus, WritePoint, not_supported


def test_commands_with_the_same_content_are_equal() -> None:
    assert WritePoint("level", 40) == WritePoint("level", 40, channel=0)
    assert WritePoint("level", 40) != WritePoint("level", 40, channel=1)


def test_a_command_that_is_not_supported_is_named_with_the_protocol() -> None:
    outcome = not_supported(WritePoint("level", 40), "Modbus")
    assert outcome == Outcome(OutcomeStatus.NOT_SUPPORTED, "Modbus has no command WritePoint")
