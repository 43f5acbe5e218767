"""The operator's page of a simulated town: values, faults and alarms of hundreds of assets, and a centre that applies what operators do."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from gateway.alarms.details import bad_device, plain
from gateway.alarms.messages import message_of
from gateway.alarms.observation import Observation, Subject
from gateway.alarms.state import Action, AlarmBook, Transition
from gateway.centre.alarms.file import AlarmFile
from gateway.centre.stores.port import SelectedPoint, SelectedSeries, Series, Span
from gateway.model import topics
from gateway.model.instants import iso_utc
from gateway.model.messages import AlarmText, CityMessage, CityPoint, CityReading, CityValue
from gateway.simulate.history.town import SITE, Town, TownPanel, TownSensor, town
from gateway.web.operator.completeness import HOUR_MS
from gateway.web.operator.feed import CityFeed
from tests.web.operator.test_feed import receive

LAT, LON = 43.8777, 11.1022
_DEGREES_EAST = 1 / math.cos(math.radians(LAT))
_SPACING = 0.0028
"""Degrees between two panels; lamps are 30 m apart along the two streets of their panel."""

_LAMP_STEP = 0.00027
_SENSOR_VALUES: dict[str, dict[str, CityValue]] = {
    "traffic": {"vehicle_count_total": CityValue("Good", 18_240, "{count}"), "average_speed": CityValue("Good", 41.5, "km/h")},
    "air_quality": {"no2": CityValue("Good", 31.0, "ug/m3"), "pm10": CityValue("Good", 22.4, "ug/m3")},
    "noise": {"laeq": CityValue("Good", 58.2, "dB")},
    "weather": {"air_temperature": CityValue("Good", 7.4, "Cel"), "relative_humidity": CityValue("Good", 81.0, "%")},
}


class TownPage:
    """A town at one time, as the broker's messages say it: a dark panel, a silent gateway, failed lamps, and what else happens in a night.

    Args:
        assets: How many assets.
        now_ms: The time.
        file: Where the file of alarms is.
    """

    def __init__(self, assets: int, now_ms: int, file: Path) -> None:
        self.town: Town = town(assets)
        self._now_ms = now_ms
        self._places = {panel.asset: place_of(number, len(self.town.panels)) for number, panel in enumerate(self.town.panels)}
        lamps = [lamp for panel in self.town.panels for lamp in panel.lamps]
        self.dark, self.silent_gateway = self.town.panels[2 % len(self.town.panels)], self.town.panels[-1].gateway
        self.failed = set(lamps[7::97])
        self._book, self._file = AlarmBook(), AlarmFile(file)
        transitions = list[Transition]()
        for t_ms, observation in self._observations():
            transitions += [*self._book.observe(observation, t_ms), *self._book.tick(now_ms)]
        transitions.sort(key=lambda one: one.at_ms)
        self._save(transitions)
        self._save([*self._book.hide(now_ms)])
        acknowledged = next(key for key in self._book.alarms if key.kind == "door_open")
        self._save([*self._book.apply(Action(acknowledged, "ack", "anna", comment="team on site until 19:00"), now_ms)])
        self._file.save_followed(now_ms)

    def tell(self, feed: CityFeed) -> None:
        """Have a page receive everything."""
        for one in self.town.gateways:
            state = "offline" if one == self.silent_gateway else "online"
            receive(
                feed,
                f"{SITE}/v1/{one.operator}/gw/{one.gateway}/state",
                msgspec.json.encode({"state": state, "version": "0.1.0", "clock": "synced"}),
            )
        for message in self.messages():
            receive(feed, topics.city(SITE, message.operator, message.measurement, message.asset), msgspec.json.encode(message))
        self.tell_alarms(feed)
        feed.mqtt.state.connected = True

    def tell_alarms(self, feed: CityFeed) -> None:
        """Have a page receive the alarms."""
        for operator, asset in dict.fromkeys(key[:2] for key in self._book.alarms):
            mine = {key: alarm for key, alarm in self._book.alarms.items() if key[:2] == (operator, asset)}
            message = message_of(operator, asset, mine)
            receive(feed, topics.alarm(SITE, operator, asset), b"" if message is None else msgspec.json.encode(message))

    def apply(self, feed: CityFeed, now_ms: int) -> None:
        """Do what the role `alarms` does: apply what operators did, and publish what changed."""
        for number, action in self._file.waiting():
            transitions = [*self._book.apply(action, now_ms)]
            self._save(transitions, [number])
        self._file.save_followed(now_ms)
        self.tell_alarms(feed)
        feed.publish_alarms()

    def messages(self) -> Iterator[CityMessage]:
        """Yield the latest message of every asset."""
        for panel in self.town.panels:
            yield from self._of_panel(panel)
        for number, sensor in enumerate(self.town.sensors):
            yield self._of_sensor(number, sensor)

    def _of_panel(self, panel: TownPanel) -> Iterator[CityMessage]:
        lat, lon = self._places[panel.asset]
        is_dark = panel is self.dark
        watts = 0.0 if is_dark else 68.0 * len(panel.lamps)
        meter = {
            "active_power": CityValue("Good", watts, "W"),
            "voltage_l1": CityValue("Good", 231.2, "V"),
            "active_energy": CityValue("Good", 812_345.0, "W.h"),
        }
        yield self._message(panel.asset, f"Quadro {panel.asset[3:]}", "lighting_meter", panel.gateway, meter, (lat, lon))
        for number, lamp in enumerate(panel.lamps):
            along = (number // 2 + 1) * _LAMP_STEP * (1 if number % 2 else -1)
            at = (lat + along, lon) if number % 4 < 2 else (lat, lon + along * _DEGREES_EAST)
            values = {
                "power_state": CityValue("Good", "off" if is_dark else "on"),
                "dim_level": CityValue("Good", 0.0 if is_dark else 70.0, "%"),
                "active_power": CityValue("Good", 0.0 if is_dark else 48.5, "W"),
                "lamp_failure": CityValue("Good", lamp in self.failed),
            }
            yield self._message(lamp, f"Palo {lamp[3:]}", "lamp", panel.gateway, values, at)

    def _of_sensor(self, number: int, sensor: TownSensor) -> CityMessage:
        lat, lon = place_of(number * 3 + 1, 3 * len(self.town.sensors))
        values = _SENSOR_VALUES[sensor.kind]
        if number == 3:
            values = {name: CityValue("BadNoCommunication") for name in values}
        return self._message(sensor.asset, f"Sensore {sensor.asset[3:]}", sensor.kind, sensor.gateway, values, (lat + 0.0011, lon + 0.0009))

    def _message(
        self, asset: str, name: str, measurement: str, gateway: topics.GatewayId, values: dict[str, CityValue], at: tuple[float, float]
    ) -> CityMessage:
        age_ms = 6 * 3_600_000 if gateway == self.silent_gateway else 4_000
        time = iso_utc(self._now_ms - age_ms)
        reading = CityReading(f"{asset}-device", time, 10.0, values)
        return CityMessage(1, asset, measurement, gateway.operator, gateway.gateway, [reading], time, name, CityPoint((at[1], at[0])), 60.0)

    def _observations(self) -> Iterator[tuple[int, Observation]]:
        """Yield what raises the alarms of the night."""
        panels, sensors, hour_ms = self.town.panels, self.town.sensors, 3_600_000

        def about(asset: str, gateway: topics.GatewayId) -> Subject:
            return Subject(gateway.operator, asset, gateway.gateway)

        silent = about(self.silent_gateway.gateway, self.silent_gateway)
        yield self._now_ms - 6 * hour_ms, Observation(silent, "gateway_silent", True)
        yield (
            self._now_ms - hour_ms // 2,
            Observation(
                about(self.dark.asset, self.dark.gateway),
                "panel_outage",
                True,
                "lighting_meter",
                AlarmText("0 W, 952 W when lit", "0 W, 952 W da acceso"),
            ),
        )
        fourth, sixth, first = (panels[number % len(panels)] for number in (7, 9, 12))
        yield (
            self._now_ms - 4 * hour_ms,
            Observation(about(fourth.asset, fourth.gateway), "phase_loss", True, "lighting_meter", plain("231 V, 0 V, 229 V")),
        )
        yield (
            self._now_ms - 2 * hour_ms,
            Observation(about(sixth.asset, sixth.gateway), "door_open", True, "lighting_cabinet door_open", plain("cabinet")),
        )
        ups = AlarmText("UPS on battery", "UPS a batteria")
        yield (
            self._now_ms - hour_ms,
            Observation(about(first.asset, first.gateway), "device_alarm", True, "ups-1 on_battery", plain("ups-1"), ups),
        )
        stuck = sensors[3 % len(sensors)]
        yield (
            self._now_ms - 3 * hour_ms,
            Observation(
                about(stuck.asset, stuck.gateway),
                "device_silent",
                True,
                f"{stuck.kind} {stuck.asset}-device",
                bad_device(f"{stuck.asset}-device", "BadNoCommunication"),
            ),
        )
        for panel in panels:
            for lamp in panel.lamps:
                if lamp in self.failed:
                    yield (
                        self._now_ms - 20 * hour_ms,
                        Observation(
                            about(lamp, panel.gateway), "lamp_failed", True, f"lamp {lamp}-device lamp_failure", plain(f"{lamp}-device")
                        ),
                    )
                if panel.gateway == self.silent_gateway:
                    yield (
                        self._now_ms - 5 * hour_ms,
                        Observation(about(lamp, panel.gateway), "device_silent", True, f"lamp {lamp}-device", plain(f"{lamp}-device")),
                    )

    def _save(self, transitions: list[Transition], applied: list[int] | None = None) -> None:
        alarms = {key: self._book.alarms.get(key) for key in self._book.changed}
        self._file.save(alarms, transitions, applied or [])
        self._book.changed.clear()


class TownStore:
    """What the page reads of the past of a town: completeness with a night of a dead gateway and a disturbed line, and a gap.

    Args:
        of: The town.
        now_ms: The time.
    """

    shows_within_s = 0.0

    def __init__(self, of: Town, now_ms: int) -> None:
        self._town, self._now_ms = of, now_ms

    def select(
        self, measurement: str, fields: Sequence[str], where: Mapping[str, str], span: Span, step_ms: int | None = None
    ) -> Iterator[SelectedSeries]:
        """Yield completeness, gaps, or a curve."""
        gateways = [one for one in self._town.gateways if where.get("gateway") in (None, one.gateway)]
        if measurement == "completeness":
            for gateway in gateways:
                yield from self._completeness(self._town.gateways.index(gateway), gateway, span)
        elif measurement == "gap":
            tags = (("gateway", self._town.gateways[-1].gateway), ("operator", self._town.gateways[-1].operator))
            reason = "the gateway was killed or lost power: the readings since its last flush are lost"
            begin_s = self._now_ms / 1000 - 30 * 3600
            yield SelectedSeries(tags, [SelectedPoint(int(1000 * begin_s), (412, reason, begin_s - 60, begin_s))])
        elif measurement != "uplink" and fields != ["active_energy"]:
            every_ms = step_ms or 10_000
            times = range(span.from_ms // every_ms * every_ms, span.to_ms, every_ms)
            yield SelectedSeries(
                (), [SelectedPoint(t_ms, (1020 + 15 * math.sin(t_ms / 41e3) + 9 * math.sin(t_ms / 7e3),)) for t_ms in times]
            )

    def _completeness(self, number: int, gateway: topics.GatewayId, span: Span) -> Iterator[SelectedSeries]:
        for device in range(3):
            tags = (("device", f"device-{number + 1}-{device + 1}"), ("gateway", gateway.gateway), ("operator", gateway.operator))
            points = []
            for t_ms in range(-(-span.from_ms // HOUR_MS) * HOUR_MS, span.to_ms, HOUR_MS):
                hours_ago = (self._now_ms - t_ms) // HOUR_MS
                if gateway == self._town.gateways[len(self._town.gateways) // 2] and 24 <= hours_ago < 31:
                    continue
                missed = 60 if number == 1 and device == 0 and hours_ago < 40 else 0
                silent = 360 if number == 3 and device == 1 and 8 <= hours_ago < 14 else 0
                points.append(SelectedPoint(t_ms, (360, 360 - missed - silent, silent, missed, 0, 0, 0)))
            yield SelectedSeries(tags, points)

    def latest(self, measurement: str, fields: Sequence[str], where: Mapping[str, str], since_ms: int) -> Iterator[SelectedSeries]:
        """Yield the health of the gateways."""
        if measurement == "gateway":
            for number, one in enumerate(self._town.gateways):
                if one == self._town.panels[-1].gateway:
                    continue
                values = {"backlog_batches": 0.0, "line_load": 12.0 + number % 40, "disk_free": 71.0}
                tags = (("gateway", one.gateway), ("operator", one.operator))
                yield SelectedSeries(tags, [SelectedPoint(self._now_ms - 30_000, tuple(values.get(field) for field in fields))])

    def counts(
        self, of: topics.GatewayId, measurement: str, from_ms: int, part_ms: int, to_ms: int | None = None
    ) -> Iterator[tuple[Series, int, int]]:
        """Yield nothing: the page does not count."""
        yield from ()

    def close(self) -> None:
        """Do nothing."""


def place_of(number: int, of: int) -> tuple[float, float]:
    """Return the latitude and longitude of a panel: in rows, not quite straight."""
    columns = math.ceil(math.sqrt(of * 1.6))
    row, column = divmod(number, columns)
    wobble_lat, wobble_lon = math.sin(number * 2.4) * 0.0006, math.cos(number * 1.7) * 0.0008
    return LAT + row * _SPACING + wobble_lat, LON + column * _SPACING * _DEGREES_EAST + wobble_lon
