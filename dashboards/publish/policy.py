"""This product's routes in Grafana's one tree of notification policies. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

PRODUCT_LABEL, PRODUCT = "product", "street-gateway"
"""The label that every alert of this product has."""

_OURS = [PRODUCT_LABEL, "=", PRODUCT]


def own_routes(tree: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the routes at the top of a tree that are for this product's alerts."""
    return [route for route in tree.get("routes") or [] if _OURS in (route.get("object_matchers") or [])]


def with_own_routes(tree: Mapping[str, Any], routes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a tree with these routes for this product's alerts, before all others, which stay as they are."""
    others = [route for route in tree.get("routes") or [] if _OURS not in (route.get("object_matchers") or [])]
    return {**{key: value for key, value in tree.items() if key != "provenance"}, "routes": [*routes, *others]}
