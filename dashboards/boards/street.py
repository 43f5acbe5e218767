"""The street: lighting, traffic and environment now."""

from dashboards.panels import Panel, curves, days, number, table
from dashboards.queries import by_day, latest, over_time, total
from dashboards.registry import board


@board("street", "Street")
def panels() -> list[Panel]:
    """Return the panels."""
    return [
        number("Power now", "Sum of the active power that lighting panels reported in the last five minutes.",
               total("lighting_meter", 'last("active_power") AS "value"', 'sum("value")', within="5m"), unit="watt"),
        number("Panels reporting", "Lighting panels with at least one reading in the selected time range.",
               total("lighting_meter", 'last("active_power") AS "value"', 'count("value")')),
        number("Lamps reporting", "Lamps with at least one reading in the selected time range.",
               total("lamp", 'last("dim_level") AS "value"', 'count("value")')),
        number("Vehicles", "Vehicles counted at all crossings in the selected time range.",
               total("traffic", 'spread("vehicle_count_total") AS "value"', 'sum("value")')),
        curves("Active power", "By lighting panel.", over_time("lighting_meter", 'mean("active_power")'), unit="watt"),
        curves("Voltage L1", "By lighting panel. EN 50160 allows 10 % around 230 V.",
               over_time("lighting_meter", 'mean("voltage_l1")'), unit="volt"),
        curves("Power factor", "By lighting panel. Check a panel whose power factor is below 0.9.",
               over_time("lighting_meter", 'mean("power_factor")')),
        curves("Energy in the selected time range", "By lighting panel: the increase of its energy counter.",
               over_time("lighting_meter", 'cumulative_sum(non_negative_difference(last("active_energy")))'), unit="watth"),
        curves("Lamp level", "Mean dimming level of the lamps, by operator.",
               over_time("lamp", 'mean("dim_level")', by="operator"), unit="percent", by="operator"),
        curves("Failed lamps", "Number of readings in which a lamp reports a failure, by lamp.",
               over_time("lamp", 'count("lamp_failure")', where='"lamp_failure" = true')),
        curves("Vehicles per interval", "By crossing.", over_time("traffic", 'non_negative_difference(last("vehicle_count_total"))')),
        curves("Average speed", "Mean speed of the vehicles, by crossing.",
               over_time("traffic", 'mean("average_speed")'), unit="velocitykmh"),
        curves("Air temperature", "By weather station.", over_time("weather", 'mean("air_temperature")'), unit="celsius"),
        curves("Relative humidity", "By weather station.", over_time("weather", 'mean("relative_humidity")'), unit="humidity"),
        days("Energy by day", "By lighting panel, in the last month. Each bar is a day of the site's time zone, rolled up by the store.",
             by_day("lighting_meter", "active_energy_interval"), unit="watth"),
        table("Lighting panels", "Latest stored values.",
              latest("lighting_meter", {"active_power": "W", "voltage_l1": "V L1", "voltage_l2": "V L2", "active_energy": "Wh"})),
        table("Lamps", "Latest stored values.", latest("lamp", {"dim_level": "level %", "power_state": "state", "lamp_failure": "failed"})),
    ]  # fmt: skip
