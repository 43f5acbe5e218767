"""The canonical measurements and fields: their kind, type and unit.

Names follow TALQ 2.7.1 in snake_case; units are UCUM codes, unscaled (W, Wh, V, A; percent 0-100; TALQ's kW becomes W).
Profiles can use only the fields in this table, and stores receive each field in the type given here.
"""

from enum import StrEnum

import msgspec

_TABLE = """
[lamp]
dim_level                  gauge     int     %                 Light output, as set now
dim_level_target           state     int     %                 Light output that was commanded
command_reason             state     string  -                 Why the lamp is as it is
power_state                state     string  -                 Whether the lamp has power
supply_voltage             gauge     float   V                 Mains voltage at the lamp
supply_current             gauge     float   A                 Mains current of the lamp
active_power               gauge     float   W                 Active power
apparent_power             gauge     float   V.A               Apparent power
reactive_power             gauge     float   V.A{reactive}     Reactive power
power_factor               gauge     float   1                 Power factor, from -1 to 1
active_energy              counter   float   W.h               Energy since the lamp was installed
operating_time             counter   int     s                 Time for which the light source has been on
switch_on_count            counter   int     {count}           How often the lamp was switched on
supply_loss_count          counter   int     {count}           How often the mains failed
control_gear_temperature   gauge     int     Cel               Temperature of the control gear
light_source_temperature   gauge     int     Cel               Temperature of the light source
light_source_voltage       gauge     float   V                 Voltage at the light source
light_source_current       gauge     float   A                 Current through the light source
lamp_failure               state     bool    -                 The light source has failed
dimming_failure            state     bool    -                 The lamp does not dim as commanded
lamp_unexpected_on         state     bool    -                 The lamp is on, though it should be off
cycling_failure            state     bool    -                 The lamp switches on and off by itself
control_gear_comm_failure  state     bool    -                 The control gear does not respond
supply_loss                state     bool    -                 The mains has failed
light_level                gauge     float   lx                Ambient light at the lamp
[lighting_meter]
voltage_l1                 gauge     float   V                 Voltage of phase 1 to neutral
current_l1                 gauge     float   A                 Current of phase 1
active_power_l1            gauge     float   W                 Active power of phase 1
reactive_power_l1          gauge     float   V.A{reactive}     Reactive power of phase 1
apparent_power_l1          gauge     float   V.A               Apparent power of phase 1
power_factor_l1            gauge     float   1                 Power factor of phase 1, from -1 to 1
voltage_thd_l1             gauge     float   %                 Total harmonic distortion of the voltage of phase 1
current_thd_l1             gauge     float   %                 Total harmonic distortion of the current of phase 1
voltage_l2                 gauge     float   V                 Voltage of phase 2 to neutral
current_l2                 gauge     float   A                 Current of phase 2
active_power_l2            gauge     float   W                 Active power of phase 2
reactive_power_l2          gauge     float   V.A{reactive}     Reactive power of phase 2
apparent_power_l2          gauge     float   V.A               Apparent power of phase 2
power_factor_l2            gauge     float   1                 Power factor of phase 2, from -1 to 1
voltage_thd_l2             gauge     float   %                 Total harmonic distortion of the voltage of phase 2
current_thd_l2             gauge     float   %                 Total harmonic distortion of the current of phase 2
voltage_l3                 gauge     float   V                 Voltage of phase 3 to neutral
current_l3                 gauge     float   A                 Current of phase 3
active_power_l3            gauge     float   W                 Active power of phase 3
reactive_power_l3          gauge     float   V.A{reactive}     Reactive power of phase 3
apparent_power_l3          gauge     float   V.A               Apparent power of phase 3
power_factor_l3            gauge     float   1                 Power factor of phase 3, from -1 to 1
voltage_thd_l3             gauge     float   %                 Total harmonic distortion of the voltage of phase 3
current_thd_l3             gauge     float   %                 Total harmonic distortion of the current of phase 3
neutral_current            gauge     float   A                 Current of the neutral conductor
active_power               gauge     float   W                 Active power, sum of the phases
reactive_power             gauge     float   V.A{reactive}     Reactive power, sum of the phases
apparent_power             gauge     float   V.A               Apparent power, sum of the phases
power_factor               gauge     float   1                 Power factor of the whole, from -1 to 1
frequency                  gauge     float   Hz                Mains frequency
active_energy              counter   float   W.h               Energy drawn since the meter was installed
reactive_energy            counter   float   V.A.h{reactive}   Reactive energy since the meter was installed
active_energy_register     counter   float   W.h               The meter's own register of active energy, without transformer ratios
reactive_energy_register   counter   float   V.A.h{reactive}   The meter's own register of reactive energy, without transformer ratios
active_energy_interval     interval  float   W.h               Energy of the quarter hour that ends at this time
reactive_energy_interval   interval  float   V.A.h{reactive}   Reactive energy of the quarter hour that ends at this time
max_demand_power           gauge     float   W                 Greatest mean power since the meter's demand was reset
supply_loss                state     bool    -                 The mains has failed
[lighting_cabinet]
door_open                  state     bool    -                 The door is open
leakage_detected           state     bool    -                 Earth leakage is detected
circuit_breaker_tripped    state     bool    -                 A circuit breaker has tripped
switching_error_on         state     bool    -                 The lighting did not switch on
switching_error_off        state     bool    -                 The lighting did not switch off
relay_state                state     bool    -                 The lighting is switched on
local_override             state     string  -                 The switch for local operation
working_mode               state     string  -                 Operating mode of the controller
[dali_bus]
powered                    state     bool    -                 The bus has power
overheated                 state     bool    -                 The bus power supply is too hot
temperature                gauge     float   Cel               Temperature of the bus power supply
[relay]
state                      state     bool    -                 The relay is on
[digital_input]
active                     state     bool    -                 The input is active
count                      counter   int     {count}           Pulses counted
[ups]
input_voltage              gauge     float   V                 Voltage of the supply
output_voltage             gauge     float   V                 Voltage at the output
output_current             gauge     float   A                 Current at the output
battery_voltage            gauge     float   V                 Voltage of the battery
battery_current            gauge     float   A                 Current of the battery
battery_charge             gauge     float   %                 Charge of the battery
battery_temperature        gauge     float   Cel               Temperature of the battery
temperature                gauge     float   Cel               Temperature of the device
on_battery                 state     bool    -                 The battery supplies the output
battery_state              state     string  -                 What the battery does
[traffic]
vehicle_count              interval  int     {count}           Vehicles since the reading before
vehicle_count_total        counter   int     {count}           Vehicles counted since the start of the device
average_speed              gauge     float   km/h              Mean speed in the device's interval
occupancy                  gauge     float   %                 Share of time for which the detector is occupied
average_headway            gauge     float   s                 Mean time between the fronts of two vehicles
average_gap                gauge     float   m                 Mean distance between two vehicles
average_length             gauge     float   m                 Mean length of the vehicles
above_limit_share          gauge     float   %                 Share of vehicles above the speed limit
congested                  state     bool    -                 Traffic is congested
[presence]
detected                   state     bool    -                 Somebody is there
motion                     state     string  -                 Kind of movement
distance                   gauge     float   m                 Distance to the nearest target
[parking_spot]
occupied                   state     bool    -                 The spot is occupied
status                     state     string  -                 State as the sensor reports it
occupied_duration          gauge     int     s                 For how long the spot has been occupied
distance                   gauge     float   m                 Distance to the nearest object
[parking_zone]
total_spots                gauge     int     {count}           Spots in the zone
available_spots            gauge     int     {count}           Free spots
occupied_spots             gauge     int     {count}           Occupied spots
out_of_service_spots       gauge     int     {count}           Spots that can't be used
occupancy                  gauge     float   %                 Share of spots that are occupied
[air_quality]
pm1                        gauge     float   ug/m3             Particulate matter up to 1 µm
pm25                       gauge     float   ug/m3             Particulate matter up to 2.5 µm
pm10                       gauge     float   ug/m3             Particulate matter up to 10 µm
no                         gauge     float   ug/m3             Nitrogen monoxide
no2                        gauge     float   ug/m3             Nitrogen dioxide
nox                        gauge     float   ug/m3             Nitrogen oxides
o3                         gauge     float   ug/m3             Ozone
so2                        gauge     float   ug/m3             Sulphur dioxide
co                         gauge     float   mg/m3             Carbon monoxide
co2                        gauge     float   [ppm]             Carbon dioxide
benzene                    gauge     float   ug/m3             Benzene
voc_total                  gauge     float   [ppb]             Volatile organic compounds, all together
air_quality_index          gauge     int     1                 Air quality index as the device computes it
reliability                gauge     float   %                 How far the device trusts its values
[noise]
sound_level                gauge     float   dB                Sound pressure level, unweighted
laeq                       gauge     float   dB[SPL]{A}        Equivalent continuous sound level, A-weighted
lamax                      gauge     float   dB[SPL]{A}        Greatest sound level, A-weighted
lamin                      gauge     float   dB[SPL]{A}        Least sound level, A-weighted
las                        gauge     float   dB[SPL]{A}        Sound level, A-weighted, slow
la10                       gauge     float   dB[SPL]{A}        Sound level exceeded for 10 % of the time, A-weighted
la90                       gauge     float   dB[SPL]{A}        Sound level exceeded for 90 % of the time, A-weighted
[weather]
air_temperature            gauge     float   Cel               Air temperature
relative_humidity          gauge     float   %                 Relative humidity
dew_point                  gauge     float   Cel               Dew point
station_pressure           gauge     float   hPa               Air pressure at the station
sea_level_pressure         gauge     float   hPa               Air pressure reduced to sea level
wind_speed                 gauge     float   m/s               Mean wind speed
wind_direction             gauge     float   deg               Direction from which the wind blows, clockwise from north
gust_speed                 gauge     float   m/s               Greatest wind speed
precipitation              interval  float   mm                Precipitation since the reading before
precipitation_rate         gauge     float   mm/h              Intensity of precipitation
solar_radiation            gauge     float   W/m2              Global solar radiation
illuminance                gauge     float   lx                Illuminance
[water]
level                      gauge     float   m                 Height of the water above the zero of its gauge
distance                   gauge     float   m                 Distance from the sensor to the water below it
flooded                    state     bool    -                 The water is as high as the place can bear
[lighting_quarter]
scheduled_level            gauge     float   %                 Mean light output that the calendar asks for; 0 while it is off
lamps_out                  gauge     float   {count}           Lamps that do not burn, estimated from the power; absent by day
active_power               gauge     float   W                 Mean active power of the panel's meters
expected_power             gauge     float   W                 Power that lamps, dimming and calendar let expect
energy                     interval  float   W.h               Energy of the quarter hour, from the meters' registers
expected_energy            interval  float   W.h               Energy that lamps, dimming and calendar let expect
voltage                    gauge     float   V                 Mean voltage of the phases
power_factor               gauge     float   1                 Mean power factor while the lamps burn
burning_time               interval  float   s                 Time for which the lamps burned
scheduled_time             interval  float   s                 Time for which the calendar asks for light
full_energy                interval  float   W.h               Energy that the same calendar needs without dimming
[lighting_day]
energy                     interval  float   W.h               Energy from this noon to the next, from the meters' registers
expected_energy            interval  float   W.h               Energy that lamps, dimming and calendar let expect
full_energy                interval  float   W.h               Energy that the same calendar needs without dimming
energy_deviation           gauge     float   %                 Energy above (or below) the expected energy
burning_time               interval  float   s                 Time for which the lamps burned
scheduled_time             interval  float   s                 Time for which the calendar asks for light
switch_on_delay            gauge     float   s                 How much later than the calendar the lamps switched on
switch_off_delay           gauge     float   s                 How much later than the calendar the lamps switched off
clock_offset               gauge     float   s                 How late the clock of the switching is, median of seven nights
lamps                      gauge     int     {count}           Lamps of the panel's inventory
lamps_out                  gauge     float   {count}           Lamps that did not burn at the end of the night, estimated
lamp_time_due              interval  float   s                 Lamps times the time for which they should have burned and were watched
lamp_time_lost             interval  float   s                 Lamps times the time of those in which they did not burn
availability               gauge     float   %                 Share of the lamps' time in which they burned
power_factor               gauge     float   1                 Mean power factor while the lamps burned
voltage_min                gauge     float   V                 Lowest ten-minute mean of a phase, without interruptions
voltage_max                gauge     float   V                 Highest ten-minute mean of a phase
voltage_intervals          interval  int     {count}           Ten-minute means of voltages
voltage_outside            interval  int     {count}           Those more than 10 % from the nominal voltage (EN 50160)
voltage_in_band            gauge     float   %                 Share of a week's ten-minute means within 10 % (EN 50160: 95 %)
completeness               gauge     float   %                 Share of the minutes with a power
[lighting_finding]
duration                   gauge     float   s                 How long it has lasted; 0 if later readings have shown that there was nothing
active                     state     bool    -                 It has not ended
critical                   state     bool    -                 Somebody must go at once
magnitude                  gauge     float   -                 How much: lamps out, share of the power lost (%), seconds of the clock, volts
[gateway]
cpu_temperature            gauge     float   Cel               Temperature of the processor
undervoltage               state     bool    -                 The supply's voltage was too low since the machine started
throttled                  state     bool    -                 The processor was slowed down since the machine started
uptime                     counter   int     s                 Time since the gateway's process started
backlog_batches            gauge     int     {count}           Batches in the journal that wait for a receipt
clock_synchronised         state     bool    -                 The clock is synchronised
line_load                  gauge     float   %                 Use of the busiest line
disk_free                  gauge     float   %                 Free part of the journal's disk
certificate_days           gauge     float   d                 Days until the client certificate expires
version                    state     string  -                 Version of the program
requests                   counter   int     {count}           Requests to the device
answers                    counter   int     {count}           Requests that were answered
timeouts                   counter   int     {count}           Requests without any response
crc_errors                 counter   int     {count}           Requests answered by noise
exceptions                 counter   int     {count}           Requests that the device refused
late_answers               counter   int     {count}           Responses after the time-out
foreign_frames             counter   int     {count}           Frames of others received instead
line_bytes                 counter   int     By                Bytes on the line
round_trip_p50             gauge     float   s                 Median of the last round trips
round_trip_p95             gauge     float   s                 95th percentile of the last round trips
line_share                 gauge     float   %                 The device's share of the line's time
[uplink]
seq                        counter   int     {count}           Number of the batch in its epoch
readings                   gauge     int     {count}           Readings in the batch
epoch_high                 state     int     -                 Upper 32 bits of the epoch
epoch_low                  state     int     -                 Lower 32 bits of the epoch
delay                      gauge     float   s                 From the first reading of the batch until it was stored
clock                      state     string  -                 How far the times can be trusted: `synced`, `holdover` or `unsynced`
[worker]
dead_letters               gauge     int     {count}           Dead letters that wait for a decision
batches                    counter   int     {count}           Batches stored
readings                   counter   int     {count}           Readings stored
rejected                   counter   int     {count}           Batches rejected for good
store_failures             counter   int     {count}           Writes that failed because the store was unavailable
lost_parts                 gauge     int     {count}           Parts of ten minutes of which the store lost readings for good
[rollout]
state                      state     string  -                 What the roll-out does: running, paused, stopped, aborted, finished
model                      state     string  -                 Model of the devices that it is for
version                    state     string  -                 Version of the firmware that it brings
wave                       gauge     int     1                 Its present wave; 0 are the canaries
waves                      gauge     int     {count}           Waves that it has, the canaries included
devices                    gauge     int     {count}           Devices that it is for
waiting                    gauge     int     {count}           Devices that wait for their update
in_hand                    gauge     int     {count}           Devices that are being updated, or will be within minutes
watched                    gauge     int     {count}           Devices that are updated, and must show that they work
healthy                    gauge     int     {count}           Devices that are updated and work as before
failed                     gauge     int     {count}           Devices whose update failed, or that do not work after it
left_out                   gauge     int     {count}           Devices that were refused or not reached
[completeness]
expected                   interval  int     {count}           Readings that were due
read                       interval  int     {count}           Readings that came
partly                     interval  int     {count}           Readings of which only a part came
silent                     interval  int     {count}           Readings that failed because the device did not respond
off                        interval  int     {count}           Readings that were not due because the device had no power
bad                        interval  int     {count}           Readings that the device refused
missed                     interval  int     {count}           Readings for which the line had no time
[gap]
readings                   gauge     int     {count}           Readings that are lost, if known
reason                     state     string  -                 Why they are lost
from_time                  gauge     float   s                 Start of the gap, in seconds since 1970
to_time                    gauge     float   s                 End of the gap, in seconds since 1970
epoch                      state     string  -                 Epoch of the lost batches, in hexadecimal
first_seq                  gauge     int     {count}           First lost batch
last_seq                   gauge     int     {count}           Last lost batch
[device]
model                      state     string  -                 Model as the device reports it
serial_number              state     string  -                 Serial number as the device reports it
firmware_version           state     string  -                 Firmware version as the device reports it
[event]
kind                       state     string  -                 Name of the alarm
active                     state     bool    -                 The alarm is active; false: it is cleared
text                       state     string  -                 The alarm in English
text_it                    state     string  -                 The alarm in Italian
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
    """One canonical field; `unit` is a UCUM code, or None where a field has no unit. `text` says what it is."""

    measurement: str
    name: str
    kind: FieldKind
    type: FieldType
    unit: str | None
    text: str


def _read(table: str) -> dict[str, dict[str, Field]]:
    measurements: dict[str, dict[str, Field]] = {}
    measurement = ""
    for line in table.strip().splitlines():
        if line.startswith("["):
            measurement = line.strip("[]")
            measurements[measurement] = {}
            continue
        name, kind, type_, unit, text = line.split(maxsplit=4)
        measurements[measurement][name] = Field(measurement, name, FieldKind(kind), FieldType(type_), None if unit == "-" else unit, text)
    return measurements


INTERNAL = frozenset(
    {"completeness", "device", "gap", "gateway", "lighting_day", "lighting_finding", "lighting_quarter", "rollout", "uplink", "worker"}
)
"""Measurements of the system itself, and what it computes from others: stored, but not published on the city plane."""

HEALTH_PROFILE = "gateway"
"""The profile name of the stream of a gateway's own health; the streams of line quality have the profiles of devices."""

MEASUREMENTS = _read(_TABLE)
"""Every canonical field: measurement → field name → Field."""
