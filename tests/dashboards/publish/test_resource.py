"""What is published, piece by piece."""

from dashboards.publish.resource import Resource, ResourceKind


def test_resources_of_different_kinds_can_have_the_same_name() -> None:
    assert Resource(ResourceKind.FOLDER, "street", "Street", {}).key == "folder/street"
    assert Resource(ResourceKind.DATA_SOURCE, "street", "Street", {}).key == "data source/street"
