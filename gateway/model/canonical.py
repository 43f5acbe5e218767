"""The canonical measurements and fields: their kind, type and unit.

Names follow TALQ 2.7.1 in snake_case; units are UCUM codes, unscaled (W, Wh, V, A; percent 0-100; TALQ's kW becomes W).
Profiles can use only the fields in this table, and stores receive each field in the type given here.
"""

from enum import StrEnum

import msgspec

_TABLE = """
[lamp]
dim_level                  gauge     int     %
dim_level_target           state     int     %
command_reason             state     string  -
power_state                state     string  -
supply_voltage             gauge     float   V
supply_current             gauge     float   A
active_power               gauge     float   W
apparent_power             gauge     float   V.A
reactive_power             gauge     float   V.A{reactive}
power_factor               gauge     float   1
active_energy              counter   float   W.h
operating_time             counter   int     s
switch_on_count            counter   int     {count}
supply_loss_count          counter   int     {count}
control_gear_temperature   gauge     int     Cel
light_source_temperature   gauge     int     Cel
light_source_voltage       gauge     float   V
light_source_current       gauge     float   A
lamp_failure               state     bool    -
dimming_failure            state     bool    -
lamp_unexpected_on         state     bool    -
cycling_failure            state     bool    -
control_gear_comm_failure  state     bool    -
supply_loss                state     bool    -
light_level                gauge     float   lx
[lighting_meter]
voltage_l1                 gauge     float   V
current_l1                 gauge     float   A
active_power_l1            gauge     float   W
reactive_power_l1          gauge     float   V.A{reactive}
apparent_power_l1          gauge     float   V.A
power_factor_l1            gauge     float   1
voltage_thd_l1             gauge     float   %
current_thd_l1             gauge     float   %
voltage_l2                 gauge     float   V
current_l2                 gauge     float   A
active_power_l2            gauge     float   W
reactive_power_l2          gauge     float   V.A{reactive}
apparent_power_l2          gauge     float   V.A
power_factor_l2            gauge     float   1
voltage_thd_l2             gauge     float   %
current_thd_l2             gauge     float   %
voltage_l3                 gauge     float   V
current_l3                 gauge     float   A
active_power_l3            gauge     float   W
reactive_power_l3          gauge     float   V.A{reactive}
apparent_power_l3          gauge     float   V.A
power_factor_l3            gauge     float   1
voltage_thd_l3             gauge     float   %
current_thd_l3             gauge     float   %
neutral_current            gauge     float   A
active_power               gauge     float   W
reactive_power             gauge     float   V.A{reactive}
apparent_power             gauge     float   V.A
power_factor               gauge     float   1
frequency                  gauge     float   Hz
active_energy              counter   float   W.h
reactive_energy            counter   float   V.A.h{reactive}
active_energy_register     counter   float   W.h
reactive_energy_register   counter   float   V.A.h{reactive}
active_energy_interval     interval  float   W.h
reactive_energy_interval   interval  float   V.A.h{reactive}
max_demand_power           gauge     float   W
supply_loss                state     bool    -
[lighting_cabinet]
door_open                  state     bool    -
leakage_detected           state     bool    -
circuit_breaker_tripped    state     bool    -
switching_error_on         state     bool    -
switching_error_off        state     bool    -
relay_state                state     bool    -
local_override             state     string  -
working_mode               state     string  -
[dali_bus]
powered                    state     bool    -
overheated                 state     bool    -
temperature                gauge     float   Cel
[relay]
state                      state     bool    -
[digital_input]
active                     state     bool    -
count                      counter   int     {count}
[ups]
input_voltage              gauge     float   V
output_voltage             gauge     float   V
output_current             gauge     float   A
battery_voltage            gauge     float   V
battery_current            gauge     float   A
battery_charge             gauge     float   %
battery_temperature        gauge     float   Cel
temperature                gauge     float   Cel
on_battery                 state     bool    -
battery_state              state     string  -
[traffic]
vehicle_count              interval  int     {count}
vehicle_count_total        counter   int     {count}
average_speed              gauge     float   km/h
occupancy                  gauge     float   %
average_headway            gauge     float   s
average_gap                gauge     float   m
average_length             gauge     float   m
above_limit_share          gauge     float   %
congested                  state     bool    -
[presence]
detected                   state     bool    -
motion                     state     string  -
distance                   gauge     float   m
[parking_spot]
occupied                   state     bool    -
status                     state     string  -
occupied_duration          gauge     int     s
distance                   gauge     float   m
[parking_zone]
total_spots                gauge     int     {count}
available_spots            gauge     int     {count}
occupied_spots             gauge     int     {count}
out_of_service_spots       gauge     int     {count}
occupancy                  gauge     float   %
[air_quality]
pm1                        gauge     float   ug/m3
pm25                       gauge     float   ug/m3
pm10                       gauge     float   ug/m3
no                         gauge     float   ug/m3
no2                        gauge     float   ug/m3
nox                        gauge     float   ug/m3
o3                         gauge     float   ug/m3
so2                        gauge     float   ug/m3
co                         gauge     float   mg/m3
co2                        gauge     float   [ppm]
benzene                    gauge     float   ug/m3
voc_total                  gauge     float   [ppb]
air_quality_index          gauge     int     1
reliability                gauge     float   %
[noise]
sound_level                gauge     float   dB
laeq                       gauge     float   dB[SPL]{A}
lamax                      gauge     float   dB[SPL]{A}
lamin                      gauge     float   dB[SPL]{A}
las                        gauge     float   dB[SPL]{A}
la10                       gauge     float   dB[SPL]{A}
la90                       gauge     float   dB[SPL]{A}
[weather]
air_temperature            gauge     float   Cel
relative_humidity          gauge     float   %
dew_point                  gauge     float   Cel
station_pressure           gauge     float   hPa
sea_level_pressure         gauge     float   hPa
wind_speed                 gauge     float   m/s
wind_direction             gauge     float   deg
gust_speed                 gauge     float   m/s
precipitation              interval  float   mm
precipitation_rate         gauge     float   mm/h
solar_radiation            gauge     float   W/m2
illuminance                gauge     float   lx
[gateway]
cpu_temperature            gauge     float   Cel
uptime                     counter   int     s
backlog_batches            gauge     int     {count}
clock_synchronised         state     bool    -
line_load                  gauge     float   %
disk_free                  gauge     float   %
certificate_days           gauge     float   d
version                    state     string  -
requests                   counter   int     {count}
answers                    counter   int     {count}
timeouts                   counter   int     {count}
crc_errors                 counter   int     {count}
exceptions                 counter   int     {count}
late_answers               counter   int     {count}
foreign_frames             counter   int     {count}
line_bytes                 counter   int     By
round_trip_p50             gauge     float   s
round_trip_p95             gauge     float   s
line_share                 gauge     float   %
[uplink]
seq                        counter   int     {count}
readings                   gauge     int     {count}
epoch_high                 state     int     -
epoch_low                  state     int     -
delay                      gauge     float   s
clock                      state     string  -
[worker]
dead_letters               gauge     int     {count}
batches                    counter   int     {count}
readings                   counter   int     {count}
rejected                   counter   int     {count}
store_failures             counter   int     {count}
[completeness]
expected                   interval  int     {count}
read                       interval  int     {count}
partly                     interval  int     {count}
silent                     interval  int     {count}
off                        interval  int     {count}
bad                        interval  int     {count}
missed                     interval  int     {count}
[gap]
readings                   gauge     int     {count}
reason                     state     string  -
from_time                  gauge     float   s
to_time                    gauge     float   s
epoch                      state     string  -
first_seq                  gauge     int     {count}
last_seq                   gauge     int     {count}
[device]
model                      state     string  -
serial_number              state     string  -
firmware_version           state     string  -
[event]
kind                       state     string  -
active                     state     bool    -
text                       state     string  -
text_it                    state     string  -
"""


class FieldKind(StrEnum):
    """How a field behaves over time."""

    GAUGE = "gauge"
    COUNTER = "counter"
    INTERVAL = "interval"
    STATE = "state"


class FieldType(StrEnum):
    """The type a field has in every store."""

    FLOAT = "float"
    INT = "int"
    BOOL = "bool"
    STRING = "string"


class Field(msgspec.Struct, frozen=True):
    """One canonical field; `unit` is a UCUM code, or None where a field has no unit."""

    measurement: str
    name: str
    kind: FieldKind
    type: FieldType
    unit: str | None


def _read(table: str) -> dict[str, dict[str, Field]]:
    measurements: dict[str, dict[str, Field]] = {}
    measurement = ""
    for line in table.strip().splitlines():
        if line.startswith("["):
            measurement = line.strip("[]")
            measurements[measurement] = {}
            continue
        name, kind, type_, unit = line.split()
        measurements[measurement][name] = Field(measurement, name, FieldKind(kind), FieldType(type_), None if unit == "-" else unit)
    return measurements


INTERNAL = frozenset({"completeness", "device", "gap", "gateway", "uplink", "worker"})
"""Measurements of the system itself: stored, but not published on the city plane."""

HEALTH_PROFILE = "gateway"
"""The profile name of the stream of a gateway's own health; the streams of line quality have the profiles of devices."""

MEASUREMENTS = _read(_TABLE)
"""Every canonical field: measurement → field name → Field."""
