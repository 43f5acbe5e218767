"""This product's routes in a tree of policies."""

from dashboards.publish.policy import own_routes, with_own_routes

THEIRS = {"receiver": "water", "object_matchers": [["team", "=", "water"]]}
OURS = {"receiver": "Street centre", "object_matchers": [["product", "=", "street-gateway"]]}


def test_own_routes_come_first_and_those_of_others_stay_in_their_order() -> None:
    tree = {"receiver": "default", "group_by": ["alertname"], "provenance": "api", "routes": [THEIRS, OURS]}
    new = {**OURS, "repeat_interval": "1h"}
    assert with_own_routes(tree, [new]) == {"receiver": "default", "group_by": ["alertname"], "routes": [new, THEIRS]}
    assert own_routes(tree) == [OURS]


def test_a_tree_without_routes_has_none_of_ours() -> None:
    assert own_routes({"receiver": "default"}) == []
    assert with_own_routes({"receiver": "default"}, []) == {"receiver": "default", "routes": []}
