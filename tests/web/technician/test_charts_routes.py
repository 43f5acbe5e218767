"""The routes of charts: what they ask the service for."""

import msgspec

from gateway.web.technician.app import local_api
from gateway.web.technician.charts_routes import ChartField, ChartRequest, ChartView, routes
from tests.web.asgi import request

FIELD = ChartField("d-1", "panel-1", "traffic", "vehicle_count_total", "{count}")
QUERY = "device=d-1&asset=panel-1&measurement=traffic&field=vehicle_count_total"


class Charts:
    def __init__(self) -> None:
        self.asked: list[ChartRequest] = []

    def fields(self) -> list[ChartField]:
        return [FIELD]

    async def chart(self, wanted: ChartRequest) -> ChartView:
        self.asked.append(wanted)
        return ChartView(0, 10, "{count}", 1.0, [(5, 1.0), (6, None)])


CHARTS = Charts()
APP = local_api(routes(CHARTS))


async def test_fields_and_points_are_served_as_json() -> None:
    assert msgspec.json.decode((await request(APP, "/api/charts")).body, type=list[ChartField]) == [FIELD]
    answer = await request(APP, f"/api/charts/points?{QUERY}&hours=0.5")
    assert msgspec.json.decode(answer.body)["points"] == [[5, 1.0], [6, None]]
    await request(APP, f"/api/charts/points?{QUERY}")
    assert [one.hours for one in CHARTS.asked] == [0.5, 24]


async def test_a_request_that_names_no_field_or_too_long_a_time_is_refused() -> None:
    for query in (
        "",
        "device=d-1",
        f"{QUERY}&hours=0",
        f"{QUERY}&hours=-1",
        f"{QUERY}&hours=inf",
        f"{QUERY}&hours=nan",
        f"{QUERY}&hours=a",
    ):
        answer = await request(APP, f"/api/charts/points?{query}")
        assert (answer.status, "required" in answer.body.decode()) == (400, True), query
