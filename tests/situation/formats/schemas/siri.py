"""Documents of SIRI-IT Situation Exchange: the order of elements in SIRI 2.1, and the enumerations of the Italian profile 2.0.0."""

import re
from xml.etree.ElementTree import Element, fromstring

_NAMESPACE = "{http://www.siri.org.uk/siri}"

_ORDER = {
    "Siri": ["ServiceDelivery"],
    "ServiceDelivery": ["ResponseTimestamp", "ProducerRef", "SituationExchangeDelivery"],
    "SituationExchangeDelivery": ["ResponseTimestamp", "Situations"],
    "Situations": ["PtSituationElement"],
    "PtSituationElement": [
        "CreationTime", "CountryRef", "ParticipantRef", "SituationNumber", "Version", "Source", "VersionedAtTime", "Progress", "Reality",
        "ValidityPeriod", "AlertCause", "Severity", "Planned", "Summary", "Description", "InfoLinks", "Affects", "Consequences",
    ],
    "Source": ["Country", "SourceType", "AgentReference"],
    "ValidityPeriod": ["StartTime", "EndTime"],
    "InfoLinks": ["InfoLink"],
    "InfoLink": ["Uri", "Label"],
    "Affects": ["Networks", "StopPoints"],
    "Networks": ["AffectedNetwork"],
    "AffectedNetwork": ["AffectedLine"],
    "AffectedLine": ["LineRef"],
    "StopPoints": ["AffectedStopPoint"],
    "AffectedStopPoint": ["StopPointRef", "StopPointName"],
    "Consequences": ["Consequence"],
    "Consequence": ["Severity", "Boarding", "Delays"],
    "Boarding": ["ArrivalBoardingActivity", "DepartureBoardingActivity"],
    "Delays": ["Delay"],
}  # fmt: skip

_INSTANT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
_VALUES = {
    **dict.fromkeys(("ResponseTimestamp", "CreationTime", "VersionedAtTime", "StartTime", "EndTime"), _INSTANT),
    **dict.fromkeys(("ProducerRef", "ParticipantRef", "SituationNumber", "LineRef", "StopPointRef"), r"[\w.:-]+"),
    "Version": "[0-9]+",
    "SourceType": "other|directReport",
    "Progress": "draft|pendingApproval|published|open|closing|closed",
    "Reality": "real|securityExercise|technicalExercise|test",
    "AlertCause": "unknown|miscellaneous|technicalProblem|march|demonstration|accident|holiday|poorWeather|closedForMaintenance|constructionWork|policeActivity|emergencyService",
    "Severity": "noImpact|verySlight|slight|normal|severe|verySevere|undefined|unknown",
    "Planned": "true|false",
    "ArrivalBoardingActivity": "alighting|noAlighting|passThru",
    "DepartureBoardingActivity": "boarding|noBoarding|passThru",
    "Delay": "PT[1-9][0-9]*S",
    "Uri": r"https://\S+",
}
_REQUIRED = {"CreationTime", "ParticipantRef", "SituationNumber", "Source", "ValidityPeriod", "AlertCause"}


def check_siri(content: bytes) -> None:
    """Raise AssertionError if a document has not the order, or a value is not one of those that are known."""
    _check(fromstring(content))


def _check(element: Element) -> None:
    name = element.tag.removeprefix(_NAMESPACE)
    children = [one.tag.removeprefix(_NAMESPACE) for one in element]
    if name in _ORDER:
        order = _ORDER[name]
        assert set(children) <= set(order), f"{name}: {set(children) - set(order)}"
        assert children == sorted(children, key=order.index), f"{name}: order of {children}"
        assert name != "PtSituationElement" or set(children) >= _REQUIRED, f"{name}: {_REQUIRED - set(children)}"
    else:
        assert not children, name
        assert re.fullmatch(_VALUES.get(name, "(?s).+"), element.text or "") is not None, f"{name}: '{element.text}'"
    for one in element:
        _check(one)
