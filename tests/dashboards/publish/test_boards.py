"""The dashboards that are published."""

from dashboards.publish.boards import dashboards_in


def test_a_published_dashboard_has_no_number_of_a_grafana() -> None:
    boards = dashboards_in("en")
    assert boards
    assert not any({"id", "version"} & board.keys() for board in boards)
