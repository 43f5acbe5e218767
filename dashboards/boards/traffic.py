"""Traffic: how much, how fast, which lanes and classes, and how today differs from a week ago."""

from dashboards.boards.common import age, as_of
from dashboards.documents import Say, Settings, area_variable, asset_variable, operator_variable
from dashboards.panels import GREEN, GREY, RED, Colours, Column, Panel, curves, number, table, timeline
from dashboards.queries import ALL_VEHICLES, chosen, computed, days_of, newest, number_of, over_time, rows, sum_over_time, total, within
from dashboards.registry import board

_WHOSE, _ONE = chosen("operator", "area"), chosen("operator", "asset")
_LEVEL_OF_SERVICE = Colours(
    GREY, ((0, RED), (30, "orange"), (40, "yellow"), (50, "light-green"), (67, "semi-dark-green"), (85, "dark-green"))
)
"""Mean speed as a share of the free-flow speed: F, E, D, C, B, A (Highway Capacity Manual 2010, exhibit 16-4, urban streets)."""

_LANES = ("asset", "lane")
_LATEST = newest("traffic", "vehicle_count", _WHOSE)
_KNOWN = Colours(GREY, ((0, "text"),))


def _settings(say: Say) -> Settings:
    crossing = asset_variable(say, "traffic", say("Crossing", "Incrocio"))
    return Settings((operator_variable(say), area_variable(say, "traffic"), crossing))


@board("traffic", "Traffic", "Traffico", _settings)
def panels(say: Say) -> list[Panel]:
    """Return the panels."""
    return [*_all(say), *_one(say)]


def _all(say: Say) -> list[Panel]:
    return [
        _vehicles(say),
        _mean_speed(say),
        _congested(say),
        _reporting(say),
        _flow(say),
        _flow_a_week_earlier(say),
        _crossings(say),
        _lanes(say),
        _vehicles_by_day(say),
        _speed_by_day(say),
    ]


def _vehicles(say: Say) -> Panel:
    return number(
        say("Vehicles in the last hour", "Veicoli nell'ultima ora"),
        say("At all crossings.", "A tutti gli incroci."),
        total("traffic", 'sum("vehicle_count")', "sum", _WHOSE, when=within(60), where=ALL_VEHICLES),
        newest=_LATEST,
        as_of=as_of(say),
        width=6,
        colours=_KNOWN,
    )


def _mean_speed(say: Say) -> Panel:
    return number(
        say("Mean speed in the last hour", "Velocità media nell'ultima ora"),
        say("Mean of all crossings.", "Media di tutti gli incroci."),
        total("traffic", 'mean("average_speed")', "mean", _WHOSE, when=within(60)),
        unit="velocitykmh",
        decimals=0,
        newest=_LATEST,
        as_of=as_of(say),
        width=6,
        colours=_KNOWN,
    )


def _congested(say: Say) -> Panel:
    return number(
        say("Congested now", "Congestionati ora"),
        say(
            "Lanes whose newest reading in the last 15 minutes reports congestion.",
            "Corsie congestionate nell'ultima lettura degli ultimi 15 minuti.",
        ),
        number_of("traffic", "congested", _WHOSE, '"value" = true', when=within(15), by=("asset", "lane")),
        newest=_LATEST,
        as_of=as_of(say),
        width=6,
        colours=Colours(GREY, ((0, GREEN), (1, "orange"))),
    )


def _reporting(say: Say) -> Panel:
    return number(
        say("Crossings reporting", "Incroci attivi"),
        say("Crossings with a reading in the last 15 minutes.", "Incroci con una lettura negli ultimi 15 minuti."),
        total("traffic", 'last("vehicle_count")', "count", _WHOSE, when=within(15)),
        newest=_LATEST,
        as_of=as_of(say),
        width=6,
        colours=Colours(GREY, ((1, "text"),)),
    )


def _flow(say: Say) -> Panel:
    return curves(
        say("Flow of all crossings", "Flusso di tutti gli incroci"),
        say("Vehicles in each quarter hour, by area.", "Veicoli in ogni quarto d'ora, per zona."),
        sum_over_time("traffic", 'sum("vehicle_count")', _WHOSE, where=ALL_VEHICLES, by="area", every="15m"),
        alias="$tag_area",
        every="15m",
        least=0,
    )


def _flow_a_week_earlier(say: Say) -> Panel:
    return curves(
        say("Flow of all crossings a week earlier", "Flusso di tutti gli incroci una settimana prima"),
        say(
            "The same time, seven days before: the usual day to compare with.",
            "Lo stesso periodo, sette giorni prima: il giorno tipico con cui confrontare.",
        ),
        sum_over_time("traffic", 'sum("vehicle_count")', _WHOSE, where=ALL_VEHICLES, by="area", every="15m"),
        alias="$tag_area",
        every="15m",
        least=0,
    ) | {"timeShift": "7d"}


def _crossings(say: Say) -> Panel:
    return table(
        say("Crossings: speed and level of service", "Incroci: velocità e livello di servizio"),
        say(
            "Service: mean speed in the selected time as a share of the free-flow speed, its 95th percentile: above 85 A, 67 B, 50 C, "
            "40 D, 30 E, below F (Highway Capacity Manual 2010, urban streets).",
            "Servizio: velocità media del periodo rispetto a quella libera (95° percentile): oltre 85 A, 67 B, 50 C, 40 D, 30 E, "
            "sotto F (Highway Capacity Manual 2010, strade urbane).",
        ),
        computed(
            "traffic",
            {
                "service": '100.0 * mean("average_speed") / percentile("average_speed", 95)',
                "mean": 'mean("average_speed")',
                "p50": 'percentile("average_speed", 50)',
                "p85": 'percentile("average_speed", 85)',
                "busy": 'mean("occupancy")',
            },
            ("asset", "area"),
            _WHOSE,
            where=ALL_VEHICLES,
        ),
        [
            Column("asset", say("crossing", "incrocio")),
            Column("area", say("area", "zona")),
            Column("service", say("service", "servizio"), unit="percent", decimals=0, colours=_LEVEL_OF_SERVICE),
            Column("mean", say("mean speed", "velocità media"), unit="velocitykmh", decimals=0),
            Column("p50", say("median", "mediana"), unit="velocitykmh", decimals=0),
            Column("p85", "V85", unit="velocitykmh", decimals=0),
            Column(
                "busy",
                say("occupancy", "occupazione"),
                unit="percent",
                decimals=1,
                colours=Colours(GREY, ((0, "text"), (25, "orange"), (40, RED))),
            ),
        ],
        by=say("service", "servizio"),
        descending=False,
        width=14,
        height=10,
    )


def _lanes(say: Say) -> Panel:
    return table(
        say("Lanes now", "Corsie adesso"),
        say("The newest reading of each lane and its age.", "L'ultima lettura di ogni corsia e la sua età."),
        rows(
            "traffic",
            {"count": "vehicle_count", "speed": "average_speed", "busy": "occupancy"},
            ("asset", "lane", "direction"),
            _WHOSE,
            where=ALL_VEHICLES,
        ),
        [
            Column("asset", say("crossing", "incrocio")),
            Column("lane", say("lane", "corsia")),
            Column("direction", say("direction", "verso")),
            Column("count", say("vehicles", "veicoli")),
            Column("speed", say("speed", "velocità"), unit="velocitykmh", decimals=0),
            Column("busy", say("occupancy", "occupazione"), unit="percent", decimals=1),
        ],
        age=age(say),
        by=say("vehicles", "veicoli"),
        width=10,
        height=10,
    )


def _vehicles_by_day(say: Say) -> Panel:
    return curves(
        say("Vehicles by day", "Veicoli al giorno"),
        say("The last year, by area, rolled up by the store.", "L'ultimo anno, per zona, aggregato dall'archivio."),
        days_of("traffic", 'sum("vehicle_count")', _WHOSE, by=("area",), where=ALL_VEHICLES),
        alias="$tag_area",
        every="1d",
        bars=True,
        stacked=True,
        period="1y",
        least=0,
    )


def _speed_by_day(say: Say) -> Panel:
    return curves(
        say("Mean speed by day", "Velocità media al giorno"),
        say("The last year, by area, rolled up by the store.", "L'ultimo anno, per zona, aggregato dall'archivio."),
        days_of("traffic", 'mean("average_speed")', _WHOSE, by=("area",)),
        alias="$tag_area",
        every="1d",
        unit="velocitykmh",
        period="1y",
    )


def _one(say: Say) -> list[Panel]:
    return [_flow_by_lane(say), _speed_by_lane(say), _classes(say), _congestion(say)]


def _lane_name(say: Say) -> str:
    return say("$tag_asset lane $tag_lane", "$tag_asset corsia $tag_lane")


def _flow_by_lane(say: Say) -> Panel:
    return curves(
        say("Crossing $asset: flow by lane", "Incrocio $asset: flusso per corsia"),
        say("Of the crossing selected above: vehicles in each quarter hour.", "Dell'incrocio scelto in alto: veicoli ogni quarto d'ora."),
        over_time("traffic", 'sum("vehicle_count")', _ONE, by=_LANES, where=ALL_VEHICLES, every="15m"),
        alias=_lane_name(say),
        every="15m",
        least=0,
    )


def _speed_by_lane(say: Say) -> Panel:
    return curves(
        say("Crossing $asset: speed by lane", "Incrocio $asset: velocità per corsia"),
        say("Mean speed.", "Velocità media."),
        over_time("traffic", 'mean("average_speed")', _ONE, by=_LANES, where=ALL_VEHICLES, every="15m"),
        alias=_lane_name(say),
        unit="velocitykmh",
        every="15m",
        least=0,
    )


def _classes(say: Say) -> Panel:
    return curves(
        say("Crossing $asset: vehicles by class", "Incrocio $asset: veicoli per classe"),
        say("In each hour, by the classes of the sensor.", "Ogni ora, per classe del sensore."),
        over_time("traffic", 'sum("vehicle_count")', _ONE, by=("asset", "vehicle_class"), where="\"vehicle_class\" != ''", every="1h"),
        alias=say("$tag_asset class $tag_vehicle_class", "$tag_asset classe $tag_vehicle_class"),
        every="1h",
        bars=True,
        stacked=True,
        least=0,
    )


def _congestion(say: Say) -> Panel:
    return timeline(
        say("Crossing $asset: congestion", "Incrocio $asset: congestione"),
        say("A row for each lane. Nothing is drawn without readings.", "Una riga per corsia. Nessun segno senza letture."),
        over_time("traffic", 'last("congested")', _ONE, by=_LANES, where=ALL_VEHICLES),
        {"true": (say("congested", "congestionata"), RED), "false": (say("flowing", "scorrevole"), GREEN)},
        alias=_lane_name(say),
        width=12,
        paged=False,
    )
