"""The dashboard of the street: what lighting, traffic and environment do now."""

from dashboards.panels import Panel, latest, over_time, panel, total


def panels() -> list[Panel]:
    """Give the panels, in the order in which they are read."""
    return [
        panel("stat", "Power now", "Sum of the panels' latest active power.",
               total("lighting_meter", 'last("active_power") AS "value"', 'sum("value")'), unit="watt", width=6, height=4),
        panel("stat", "Panels reporting", "Panels of which a reading is stored in the chosen time.",
               total("lighting_meter", 'last("active_power") AS "value"', 'count("value")'), width=6, height=4),
        panel("stat", "Lamps reporting", "Lamps of which a reading is stored in the chosen time.",
               total("lamp", 'last("dim_level") AS "value"', 'count("value")'), width=6, height=4),
        panel("stat", "Vehicles", "Vehicles counted at all crossings in the chosen time.",
               total("traffic", 'spread("vehicle_count_total") AS "value"', 'sum("value")'), width=6, height=4),
        panel("timeseries", "Active power", "Each lighting panel.", over_time("lighting_meter", 'mean("active_power")'), unit="watt"),
        panel("timeseries", "Voltage L1", "Each lighting panel; a supply is good within 10 % of 230 V.",
               over_time("lighting_meter", 'mean("voltage_l1")'), unit="volt"),
        panel("timeseries", "Power factor", "Each lighting panel; below 0.9 is worth a look.",
               over_time("lighting_meter", 'mean("power_factor")')),
        panel("timeseries", "Energy since the chosen time began", "Counted on by each panel's meter.",
               over_time("lighting_meter", 'cumulative_sum(non_negative_difference(last("active_energy")))'), unit="watth"),
        panel("timeseries", "Lamp level", "Mean over the lamps' output levels.",
               over_time("lamp", 'mean("dim_level")', "$tag_operator", by="operator"), unit="percent"),
        panel("timeseries", "Failed lamps", "Readings in which a lamp says that it has failed, by lamp.",
               over_time("lamp", 'count("lamp_failure")', where='"lamp_failure" = true')),
        panel("timeseries", "Vehicles", "Counted at each crossing in each interval.",
               over_time("traffic", 'non_negative_difference(last("vehicle_count_total"))')),
        panel("timeseries", "Speed", "Mean of the vehicles at each crossing.",
               over_time("traffic", 'mean("average_speed")'), unit="velocitykmh"),
        panel("timeseries", "Air temperature", "Each station.", over_time("weather", 'mean("air_temperature")'), unit="celsius"),
        panel("timeseries", "Humidity", "Each station.", over_time("weather", 'mean("relative_humidity")'), unit="humidity"),
        panel("table", "Panels, latest", "The latest values that are stored.",
               latest("lighting_meter", {"active_power": "W", "voltage_l1": "V L1", "voltage_l2": "V L2", "active_energy": "Wh"})),
        panel("table", "Lamps, latest", "The latest values that are stored.",
               latest("lamp", {"dim_level": "level %", "power_state": "state", "lamp_failure": "failed"})),
    ]  # fmt: skip
