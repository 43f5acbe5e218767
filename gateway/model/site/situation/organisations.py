"""The key `centre.situation.organisations`: who takes part in the Situation Room."""

from typing import Annotated, Literal

from gateway.model.scalar_types import HttpUrl, Name, says
from gateway.model.site.part import SitePart


class SituationWebhookSettings(SitePart, frozen=True, kw_only=True):
    """Where an organisation is sent what changes in the Situation Room."""

    url: Annotated[HttpUrl, says("Address that JSON is posted to. `http://` is for this machine only.")]
    secret_file: Annotated[str, says("File of mode 0600 that contains only the secret of the signatures, `whsec_` and base64.")]
    ca: Annotated[str | None, says("File of the authorities to trust; by default, the system's.")] = None
    private: Annotated[bool, says("`true`: the address may be in a private network.")] = False
    exercises: Annotated[bool, says("`true`: tests and exercises are sent, too; they are marked in `information_status`.")] = False


class SigningKeySettings(SitePart, frozen=True, kw_only=True):
    """The key of a program that signs its tokens for the API of the Situation Room."""

    file: Annotated[
        str,
        says(
            "File of its public key or certificate, in PEM: of P-256, or of RSA with 2048 to 4096 bits. Without the file, its tokens count "
            "no more."
        ),
    ]
    role: Annotated[Literal["reader", "editor"], says("What the program may do: only read, or also publish, change and answer.")] = "reader"
    integrity: Annotated[bool, says("`true`: it must also sign the bodies that it sends (AgID, INTEGRITY_REST_01).")] = False


class OrganisationSettings(SitePart, frozen=True, kw_only=True):
    """An organisation of the Situation Room."""

    title: Annotated[str | None, says("Its name for people.")] = None
    authority: Annotated[
        bool, says("`true`: it answers what others plan on the road, before that is planned; such as the municipality.")
    ] = False
    kinds: Annotated[
        list[
            Literal[
                "roadworks",
                "closure",
                "traffic",
                "accident",
                "parking",
                "outage",
                "damage",
                "lighting",
                "environment",
                "publicevent",
                "safety",
            ]
        ],
        says("What it may publish; by default, everything."),
    ] = []
    people: Annotated[
        dict[Name, Literal["reader", "editor"]], says("Its people, by name: who only reads, and who may also publish, change and answer.")
    ] = {}
    keys: Annotated[
        dict[Name, SigningKeySettings],
        says("Its programs that sign their tokens for the API (AgID, ID_AUTH_REST_02), by name. They need `api: url:`."),
    ] = {}
    webhook: Annotated[SituationWebhookSettings | None, says("Where it is sent what changes; by default, nowhere.")] = None
    layer: Annotated[
        str | None,
        says("GeoJSON file, of mode 0600, of what it owns in the ground. It alone is told which works come within `near_m` of it."),
    ] = None
