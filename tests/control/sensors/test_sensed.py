"""What a sensor says."""

from gateway.control.sensors.sensed import NOT_BELIEVED, Sensed


def test_a_sensor_that_is_not_believed_is_neither_active_nor_not() -> None:
    assert NOT_BELIEVED.active is None
    assert Sensed(active=False).active is False
    assert NOT_BELIEVED.reduction == 0
