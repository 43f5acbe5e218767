"""Pushes resources into one Grafana, and says what it would do."""

from collections.abc import Iterator, Sequence

from dashboards.publish.api import GrafanaApi
from dashboards.publish.endpoints import ENDPOINTS
from dashboards.publish.plan import Published, PublishStep, PublishVerb, published_after, step_for, step_for_gone
from dashboards.publish.record import fingerprint, read_record, write_record
from dashboards.publish.resource import FoundResource, Resource, ResourceKind

_ORDER = list(ResourceKind)


class Publisher:
    """Compares resources with one Grafana, and brings them there. Each method raises GrafanaError if Grafana refuses or does not answer."""

    def __init__(self, api: GrafanaApi, site: str, resources: Sequence[Resource]) -> None:
        """Prepare to publish the resources of a site, each of a key of its own."""
        self._api, self._site = api, site
        self._endpoints = {kind: make(api) for kind, make in ENDPOINTS.items()}
        self._resources = sorted(resources, key=lambda one: _ORDER.index(one.kind))
        self._before: dict[str, Published] = {}
        self._secrets: dict[str, str] = {}

    def plan(self, *, force: bool = False) -> list[PublishStep]:
        """Return the steps in the order in which they must be done; what is not wanted any more goes last, in reverse order."""
        self._before = read_record(self._api, self._site)
        steps = []
        for resource in self._resources:
            before = self._before.get(resource.key)
            self._secrets[resource.key] = fingerprint(resource.secrets, before.secrets if before else "")
            found = self._endpoints[resource.kind].read(resource.uid)
            steps.append(step_for(resource, found, before, secrets=self._secrets[resource.key], force=force))
        return steps + list(self._gone(force=force))

    def do(self, step: PublishStep, message: str) -> None:
        """Do one step of a plan; `message` is for the history of a dashboard."""
        endpoint = self._endpoints[step.resource.kind]
        if step.verb in (PublishVerb.CREATE, PublishVerb.UPDATE):
            endpoint.write(step.resource, step.found, message)
        elif step.verb is PublishVerb.DELETE:
            endpoint.delete(step.resource.uid)

    def remember(self, steps: Sequence[PublishStep], text: str) -> None:
        """Record in Grafana what these steps left; nothing, if the record says so already."""
        found: dict[str, FoundResource] = {}
        for step in steps:
            one = self._endpoints[step.resource.kind].read(step.resource.uid)
            if one is not None:
                found[step.resource.key] = one
        left = published_after(steps, found, self._before, self._secrets)
        if left != self._before:
            write_record(self._api, self._site, text, left)

    def _gone(self, *, force: bool) -> Iterator[PublishStep]:
        wanted = {one.key for one in self._resources}
        keys = [key for key in self._before if key not in wanted and key.partition("/")[0] in _ORDER]
        for key in sorted(keys, key=lambda key: _ORDER.index(ResourceKind(key.partition("/")[0])), reverse=True):
            kind, _, uid = key.partition("/")
            step = step_for_gone(key, self._endpoints[ResourceKind(kind)].read(uid), self._before[key], force=force)
            if step is not None:
                yield step
