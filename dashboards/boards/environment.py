"""Environment: air quality against the limits of the European Union, noise, and weather."""

from dashboards.boards.common import age, as_of
from dashboards.documents import Say, Settings, area_variable, asset_variable, operator_variable
from dashboards.panels import GREEN, GREY, RED, Colours, Column, Panel, curves, number, table
from dashboards.queries import EACH_DAY, chosen, computed, days_of, newest, over_time, rows, silent, total, within
from dashboards.registry import board

_WHOSE, _ONE = chosen("operator", "area"), chosen("operator", "asset")


def _index(fair: float, moderate: float, poor: float, very_poor: float) -> Colours:
    return Colours(GREY, ((0, "#50f0e6"), (fair, "#50ccaa"), (moderate, "#f0e641"), (poor, "#ff5050"), (very_poor, "#960032")))


_EUROPEAN_INDEX = {
    "pm25": _index(10, 20, 25, 50),
    "pm10": _index(20, 35, 50, 100),
    "no2": _index(40, 100, 200, 400),
    "o3": _index(80, 120, 180, 240),
}
"""Good, fair, moderate, poor, very poor, in µg/m³ (European Environment Agency, European Air Quality Index,
discomap.eea.europa.eu/map/AQI/Viewer)."""

_DAILY_LIMIT = {"pm10": (50, 45), "pm25": (None, 25), "no2": (None, 50)}
"""Daily means in µg/m³: the limit now (Directive 2008/50/EC), and from 2030 (Directive (EU) 2024/2881)."""

_UG, _DB = "conμgm3", "dB"
_ENERGY = "0.2302585092994046"
"""A level of L dB has the energy exp(L · ln(10) / 10)."""

_COLUMNS = {"p25": ("pm25", "PM2.5"), "p10": ("pm10", "PM10"), "n": ("no2", "NO₂"), "o": ("o3", "O₃")}
"""The columns of the pollutants: field and title."""


def _settings(say: Say) -> Settings:
    station = asset_variable(say, "air_quality", say("Air station", "Stazione aria"))
    return Settings((operator_variable(say), area_variable(say, "air_quality"), station))


@board("environment", "Environment", "Ambiente", _settings)
def panels(say: Say) -> list[Panel]:
    """Return the panels."""
    return [*_numbers(say), *_air(say), *_noise(say), *_weather(say)]


def _numbers(say: Say) -> list[Panel]:
    latest = newest("air_quality", "pm25", _WHOSE)
    of_hour = say(
        "Highest hourly mean of all stations; colours of the European index.", "Media oraria più alta; colori dell'indice europeo."
    )
    made = [
        number(
            say(f"{title}, worst station", f"{title}, stazione peggiore"),
            of_hour,
            total("air_quality", f'mean("{field}")', "max", _WHOSE, when=within(60)),
            unit=_UG,
            decimals=0,
            colours=_EUROPEAN_INDEX[field],
            newest=latest,
            as_of=as_of(say),
        )
        for field, title in (("pm25", "PM2.5"), ("pm10", "PM10"), ("no2", "NO₂"), ("o3", "O₃"))
    ]
    return [
        *made,
        number(
            say("Loudest place", "Luogo più rumoroso"),
            say("Highest LAeq in the last hour.", "LAeq più alto nell'ultima ora."),
            total("noise", 'max("laeq")', "max", _WHOSE, when=within(60)),
            unit=_DB,
            decimals=0,
            newest=newest("noise", "laeq", _WHOSE),
            as_of=as_of(say),
            colours=Colours(GREY, ((0, "text"),)),
        ),
        number(
            say("Silent stations", "Stazioni mute"),
            say(
                "Air stations that reported in the selected time, but not in the last minutes.",
                "Stazioni dell'aria che hanno trasmesso nel periodo scelto ma non negli ultimi minuti.",
            ),
            silent("air_quality", "pm25", _WHOSE),
            colours=Colours(GREY, ((0, GREEN), (1, RED))),
            newest=latest,
            as_of=as_of(say),
        ),
    ]


def _air(say: Say) -> list[Panel]:
    return [
        _stations(say),
        _stuck(say),
        *[_days(say, field, title) for field, title in (("pm10", "PM10"), ("pm25", "PM2.5"), ("no2", "NO₂"))],
        _dust(say),
        _gases(say),
    ]


def _stations(say: Say) -> Panel:
    return table(
        say("Air stations, last hour", "Stazioni dell'aria, ultima ora"),
        say(
            "Hourly means in µg/m³; colours of the European Air Quality Index (European Environment Agency): good, fair, moderate, "
            "poor, very poor.",
            "Medie orarie in µg/m³; colori dell'indice europeo della qualità dell'aria (Agenzia europea dell'ambiente): buona, "
            "discreta, moderata, scarsa, molto scarsa.",
        ),
        computed(
            "air_quality",
            {column: f'mean("{field}")' for column, (field, _) in _COLUMNS.items()},
            ("asset", "area"),
            _WHOSE,
            when=within(60),
        ),
        [
            Column("asset", say("station", "stazione")),
            Column("area", say("area", "zona")),
            *[Column(column, title, unit=_UG, decimals=0, colours=_EUROPEAN_INDEX[field]) for column, (field, title) in _COLUMNS.items()],
        ],
        by="PM2.5",
        none=say("no station reported in the last hour", "nessuna stazione nell'ultima ora"),
        height=9,
    )


def _stuck(say: Say) -> Panel:
    return table(
        say("Values that do not change", "Valori che non cambiano"),
        say(
            "Spread of PM2.5 in the selected time: a sensor that does not move for hours is stuck.",
            "Escursione del PM2,5 nel periodo: un sensore immobile per ore è bloccato.",
        ),
        computed(
            "air_quality",
            {"spread": 'spread("pm25")', "deviation": 'stddev("pm25")', "mean": 'mean("pm25")', "count": 'count("pm25")'},
            ("asset", "area"),
            _WHOSE,
        ),
        [
            Column("asset", say("station", "stazione")),
            Column("area", say("area", "zona")),
            Column("spread", say("spread", "escursione"), unit=_UG, decimals=1, colours=Colours(GREY, ((0, RED), (0.2, "text")))),
            Column("deviation", say("deviation", "deviazione"), unit=_UG, decimals=1),
            Column("mean", say("mean", "media"), unit=_UG, decimals=1),
            Column("count", say("readings", "letture")),
        ],
        by=say("spread", "escursione"),
        descending=False,
        height=9,
    )


def _dust(say: Say) -> Panel:
    return curves(
        say("Station $asset: dust", "Stazione $asset: polveri"),
        say("Of the station selected above.", "Della stazione scelta in alto."),
        {
            "$tag_asset PM2.5": over_time("air_quality", 'mean("pm25")', _ONE),
            "$tag_asset PM10": over_time("air_quality", 'mean("pm10")', _ONE),
        },
        unit=_UG,
        least=0,
    )


def _gases(say: Say) -> Panel:
    return curves(
        say("Station $asset: gases", "Stazione $asset: gas"),
        say("Of the station selected above.", "Della stazione scelta in alto."),
        {
            "$tag_asset NO₂": over_time("air_quality", 'mean("no2")', _ONE),
            "$tag_asset O₃": over_time("air_quality", 'mean("o3")', _ONE),
        },
        unit=_UG,
        least=0,
    )


def _days(say: Say, field: str, title: str) -> Panel:
    """Return the daily means of a year against the limits of a day."""
    now, later = _DAILY_LIMIT[field]
    steps = [(float(later), "orange")] + ([(float(now), RED)] if now else [])
    each = days_of("air_quality", f'mean("{field}") AS "level"', _WHOSE, by=("asset",))
    in_force = say(f"{now} now (Directive 2008/50/EC), ", f"{now} ora (direttiva 2008/50/CE), ") if now else ""
    return curves(
        say(f"{title} by day against the limits", f"{title} al giorno e limiti"),
        say(
            f"Daily means of the last year: the highest of all stations, and their mean. Limits of a day: {in_force}{later} from 2030 "
            "(Directive (EU) 2024/2881).",
            f"Medie giornaliere dell'ultimo anno: la più alta delle stazioni e la media. Limiti di un giorno: {in_force}{later} dal 2030 "
            "(direttiva (UE) 2024/2881).",
        ),
        {
            say("highest station", "stazione più alta"): _of_all(each, "max", EACH_DAY),
            say("mean of stations", "media delle stazioni"): _of_all(each, "mean", EACH_DAY),
        },
        unit=_UG,
        every="1d",
        period="1y",
        least=0,
        width=8,
        colours=Colours(GREEN, tuple(steps)),
    )


def _of_all(each: str, function: str, every: str) -> str:
    """Return the query of the highest or mean "level" of all assets: of many, a curve for each could not be told apart."""
    return f'SELECT {function}("level") FROM ({each}) WHERE $timeFilter GROUP BY time({every}) fill(none)'


def _noise(say: Say) -> list[Panel]:
    return [_noise_by_hour(say), _noise_levels(say)]


def _noise_by_hour(say: Say) -> Panel:
    each = f'SELECT exp("laeq" * {_ENERGY}) AS "energy" FROM "noise" WHERE $timeFilter AND {_WHOSE} GROUP BY "asset"'
    hourly = f'SELECT ln(mean("energy")) / {_ENERGY} AS "level" FROM ({each}) WHERE $timeFilter GROUP BY time(1h), "asset" fill(null)'
    return curves(
        say("Noise by hour", "Rumore per ora"),
        say(
            "LAeq of each hour at the loudest and the quietest place: the mean of the energy, not of the decibels.",
            "LAeq orario del luogo più rumoroso e del più quieto: media dell'energia, non dei decibel.",
        ),
        {
            say("loudest place", "luogo più rumoroso"): _of_all(hourly, "max", "1h"),
            say("quietest place", "luogo più quieto"): _of_all(hourly, "min", "1h"),
        },
        unit=_DB,
        every="1h",
    )


def _noise_levels(say: Say) -> Panel:
    return table(
        say("Noise in the selected time", "Rumore nel periodo scelto"),
        say(
            "Levels exceeded for 10 % and 90 % of the readings, and the greatest. Lden and Lnight (Directive 2002/49/EC) are means of "
            "a year, not shown here.",
            "Livelli superati dal 10 % e dal 90 % delle letture, e il massimo. Lden e Lnight (direttiva 2002/49/CE) sono medie "
            "annuali, non mostrate qui.",
        ),
        computed(
            "noise",
            {"p90": 'percentile("laeq", 90)', "p50": 'percentile("laeq", 50)', "p10": 'percentile("laeq", 10)', "most": 'max("lamax")'},
            ("asset", "area"),
            _WHOSE,
        ),
        [
            Column("asset", say("place", "luogo")),
            Column("area", say("area", "zona")),
            Column("p90", "LA10", unit=_DB, decimals=1),
            Column("p50", "LA50", unit=_DB, decimals=1),
            Column("p10", "LA90", unit=_DB, decimals=1),
            Column("most", "LAmax", unit=_DB, decimals=1),
        ],
        by="LA10",
    )


def _weather(say: Say) -> list[Panel]:
    return [_temperature(say), _humidity(say), _gusts(say), _precipitation(say), _stations_now(say), _temperature_by_day(say)]


def _by_area(field: str, function: str = "mean") -> str:
    return over_time("weather", f'{function}("{field}")', _WHOSE, by=("area",))


def _temperature(say: Say) -> Panel:
    return curves(
        say("Air temperature", "Temperatura dell'aria"),
        say("Mean by area.", "Media per zona."),
        _by_area("air_temperature"),
        alias="$tag_area",
        unit="celsius",
        width=6,
    )


def _humidity(say: Say) -> Panel:
    return curves(
        say("Relative humidity", "Umidità relativa"),
        say("Mean by area.", "Media per zona."),
        _by_area("relative_humidity"),
        alias="$tag_area",
        unit="percent",
        width=6,
    )


def _gusts(say: Say) -> Panel:
    return curves(
        say("Gusts", "Raffiche"),
        say("Greatest by area.", "Massimo per zona."),
        _by_area("gust_speed", "max"),
        alias="$tag_area",
        unit="velocityms",
        width=6,
        least=0,
    )


def _precipitation(say: Say) -> Panel:
    return curves(
        say("Precipitation by hour", "Precipitazioni orarie"),
        say("Greatest sum of a station in each area.", "Somma massima di una stazione per zona."),
        f'SELECT max("sum") FROM (SELECT sum("precipitation") AS "sum" FROM "weather" WHERE $timeFilter AND {_WHOSE}'
        ' GROUP BY time(1h), "asset", "area") WHERE $timeFilter GROUP BY time(1h), "area" fill(null)',
        alias="$tag_area",
        unit="lengthmm",
        every="1h",
        bars=True,
        width=6,
        least=0,
    )


def _stations_now(say: Say) -> Panel:
    return table(
        say("Weather stations now", "Stazioni meteo adesso"),
        say("The newest reading of each station and its age.", "L'ultima lettura di ogni stazione e la sua età."),
        rows(
            "weather",
            {"t": "air_temperature", "h": "relative_humidity", "w": "wind_speed", "g": "gust_speed", "p": "station_pressure"},
            ("asset", "area"),
            _WHOSE,
        ),
        [
            Column("asset", say("station", "stazione")),
            Column("area", say("area", "zona")),
            Column("t", say("temperature", "temperatura"), unit="celsius", decimals=1),
            Column("h", say("humidity", "umidità"), unit="percent", decimals=0),
            Column("w", say("wind", "vento"), unit="velocityms", decimals=1),
            Column("g", say("gusts", "raffiche"), unit="velocityms", decimals=1),
            Column("p", say("pressure", "pressione"), unit="pressurehpa"),
        ],
        age=age(say),
        width=12,
    )


def _temperature_by_day(say: Say) -> Panel:
    return curves(
        say("Temperature by day", "Temperatura al giorno"),
        say("Daily means of the last year, by area, rolled up by the store.", "Medie giornaliere dell'ultimo anno, per zona."),
        days_of("weather", 'mean("air_temperature")', _WHOSE, by=("area",)),
        alias="$tag_area",
        unit="celsius",
        every="1d",
        period="1y",
    )
