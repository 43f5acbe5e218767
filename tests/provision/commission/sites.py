"""A site file with comments, as a person writes it."""

from gateway.config.site_file import LoadedSite, site_of_text

TEXT = """\
site: prato  # the city
operator: citelum
gateway: gw-0042
uplink: {broker: "mqtt://127.0.0.1:1883"}
lines:
  # the panel on the corner
  - id: panel-7
    tcp: 192.0.2.10:502
    devices:
      - {id: qe-041-meter, profile: eastron_sdm630, unit: 3, asset: qe-041}  # in the door
assets:
  qe-041: {name: Via Roma, lat: 43.88, lon: 11.09}
"""


def loaded(text: str = TEXT) -> LoadedSite:
    return site_of_text(text, "site.yaml")
