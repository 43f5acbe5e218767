"""What Grafana makes of an alert rule: query, reduce, math, threshold with recovery threshold, pending for a while, and no data.

As its documentation says ("Create and query alert rules", "State and health of alerts", "Expression queries").
"""

import json
import re
import urllib.parse
import urllib.request
from typing import Any, NamedTuple

Labels = frozenset[tuple[str, str]]
Numbers = dict[Labels, float]


class Influx(NamedTuple):
    """A database of an InfluxDB."""

    url: str
    database: str

    def post(self, path: str, body: str = "") -> None:
        """Send a request; the response is read to its end, without which InfluxDB interrupts a statement."""
        with urllib.request.urlopen(self.url + path, body.encode(), timeout=60) as answer:
            answer.read()

    def series(self, query: str) -> list[dict[str, Any]]:
        asked = urllib.parse.urlencode({"db": self.database, "q": query, "epoch": "ms"})
        with urllib.request.urlopen(f"{self.url}/query?{asked}", timeout=60) as answer:
            results = json.load(answer)["results"]
        (result,) = results  # of several statements, Grafana uses only the last
        assert "error" not in result, result
        return list(result.get("series", []))


def numbers_of(rule: dict[str, Any], influx: Influx, now_ms: int) -> Numbers:
    """Return the numbers that a rule's threshold sees, by the labels of their series; none if there is no data."""
    values: dict[str, Numbers] = {}
    for step in rule["data"]:
        model = step["model"]
        if step["datasourceUid"] != "__expr__":
            values[step["refId"]] = _asked(model["query"], influx, now_ms, step["relativeTimeRange"]["from"])
        elif model["type"] == "reduce":
            assert (model["reducer"], model["settings"]) == ("last", {"mode": "dropNN"})
            values[step["refId"]] = values[model["expression"]]
        elif model["type"] == "math":
            values[step["refId"]] = _computed(model["expression"], values)
    return values[_threshold_of(rule)["expression"]]


def beyond(rule: dict[str, Any], numbers: Numbers, raised: set[Labels]) -> set[Labels]:
    """Return the labels of what is wrong: beyond the threshold, or raised before and not yet beyond the recovery threshold."""
    (condition,) = _threshold_of(rule)["conditions"]
    wrong = _comparison(condition["evaluator"])
    well = _comparison(condition["unloadEvaluator"])
    return {labels for labels, number in numbers.items() if (not well(number) if labels in raised else wrong(number))}


class RuleState:
    """The states of a rule's alerts over its evaluations: Normal, Pending, Alerting, and NoData if there are no series at all."""

    def __init__(self, rule: dict[str, Any]) -> None:
        self._rule = rule
        self._since_s: dict[Labels, float] = {}

    def evaluate(self, numbers: Numbers, now_s: float) -> dict[Labels, str]:
        """Return the states after one evaluation."""
        if not numbers:
            return {frozenset(): self._rule["noDataState"]}
        wrong = beyond(self._rule, numbers, set(self._since_s))
        self._since_s = {labels: self._since_s.get(labels, now_s) for labels in wrong}
        for_s = float(self._rule["for"].removesuffix("s"))
        return {
            labels: "Normal" if labels not in wrong else "Alerting" if now_s - self._since_s[labels] >= for_s else "Pending"
            for labels in numbers
        }


def _threshold_of(rule: dict[str, Any]) -> dict[str, Any]:
    (step,) = (one for one in rule["data"] if one["refId"] == rule["condition"])
    model: dict[str, Any] = step["model"]
    assert model["type"] == "threshold"
    return model


def _comparison(evaluator: dict[str, Any]) -> Any:
    (limit,) = evaluator["params"]
    return {"gt": lambda number: number > limit, "lt": lambda number: number < limit}[evaluator["type"]]


def _asked(query: str, influx: Influx, now_ms: int, range_s: int) -> Numbers:
    """Return the last number of each series that is not null; a boolean is 0 or 1."""
    when = f"time >= {now_ms - range_s * 1000}ms and time <= {now_ms}ms"
    found: Numbers = {}
    for series in influx.series(query.replace("$timeFilter", when)):
        labels = frozenset(series["tags"].items())
        assert labels not in found, f"Grafana refuses series with the same labels: {sorted(labels)}"
        column = series["columns"].index("value")
        known = [row[column] for row in series["values"] if row[column] is not None]
        if known:
            found[labels] = float(known[-1])
    return found


def _computed(expression: str, values: dict[str, Numbers]) -> Numbers:
    """Return a formula of the numbers; of labels that one of them does not have there is no result."""
    letters = sorted(set(re.findall(r"\$([A-Z])", expression)))
    formula = re.sub(r"\$([A-Z])", r"\1", expression)
    common = set.intersection(*(set(values[letter]) for letter in letters))
    return {labels: float(eval(formula, {letter: values[letter][labels] for letter in letters})) for labels in common}
