"""The true state of the street."""

from gateway.simulate.street.truth import DAY_S, LAMP_W, Street

STREET = Street(1)


def test_the_same_seed_and_time_give_the_same_state() -> None:
    for t_s in (0.0, 40_000.0, 70_000.5):
        assert STREET.weather("a", t_s) == Street(1).weather("a", t_s)
        assert STREET.phases("q", t_s, (1.0, 2.0, 3.0)) == Street(1).phases("q", t_s, (1.0, 2.0, 3.0))
        assert STREET.weather("a", t_s) != Street(2).weather("a", t_s)


def test_lamps_are_off_by_day_on_in_the_evening_and_dimmed_at_night() -> None:
    levels = {int(t_s / 3600): STREET.schedule(t_s) for t_s in range(0, int(DAY_S), 3600)}
    assert (levels[12], levels[20], levels[2]) == (0, 100, 60)


def test_a_lamp_draws_power_by_its_level_and_a_failed_one_is_dark() -> None:
    evening, night = 20 * 3600.0, 2 * 3600.0
    assert 0.9 * LAMP_W < STREET.lamp("l", evening, failed=False).power < 1.1 * LAMP_W
    assert STREET.lamp("l", night, failed=False).power < STREET.lamp("l", evening, failed=False).power
    failed = STREET.lamp("l", evening, failed=True)
    assert (failed.level, failed.failed, failed.power < 1) == (0, True, True)


def test_the_phases_of_a_panel_carry_its_load() -> None:
    for phase, load in zip(STREET.phases("q", 1000.0, (300.0, 200.0, 100.0)), (300.0, 200.0, 100.0), strict=True):
        assert load < phase.active < load + 20
        assert abs(phase.voltage * phase.current - (phase.active**2 + phase.reactive**2) ** 0.5) < 1e-6
        assert 220 < phase.voltage < 240


def test_traffic_has_rush_hours_and_slows_down_in_them() -> None:
    assert STREET.vehicles_per_second(8 * 3600) > 5 * STREET.vehicles_per_second(3 * 3600)
    rush, night = (sum(STREET.speed(number, hour * 3600) for number in range(200)) / 200 for hour in (8, 3))
    assert rush < night - 10


def test_days_are_warm_in_the_afternoon_and_damp_at_night() -> None:
    afternoon, morning = STREET.weather("a", 15 * 3600), STREET.weather("a", 4 * 3600)
    assert afternoon.temperature > morning.temperature
    assert 15 <= afternoon.humidity < morning.humidity <= 99
