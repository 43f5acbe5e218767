"""Alert rules in the form of Grafana's provisioning API: query, reduce, threshold with a recovery threshold. Pure."""

from itertools import groupby
from typing import Any

from dashboards.alerts.conditions import CONDITIONS, INTERVAL_S, Condition
from dashboards.documents import DATASOURCE_UID, BoardLanguage
from dashboards.publish.policy import PRODUCT, PRODUCT_LABEL

ALARM_LABEL = "alarm"
"""The label of an alert that contains the name of its condition."""

KEPT_EVALUATIONS = 7 * 24 * 60
"""An alert that fires goes on for a week if its asset reports no more: that is no recovery. Grafana before 12.1 clears it at once."""

_EXPRESSION = "__expr__"


def rule_groups(language: BoardLanguage, folder_uid: str) -> list[dict[str, Any]]:
    """Return the groups of rules of a folder, with texts in a language (`en` or `it`)."""
    return [
        {
            "title": group,
            "folderUid": folder_uid,
            "interval": INTERVAL_S,
            "rules": [{**rule(one, language), "folderUID": folder_uid, "ruleGroup": group, "orgID": 1} for one in members],
        }
        for group, members in groupby(sorted(CONDITIONS, key=lambda one: one.group), lambda one: one.group)
    ]


def rule(condition: Condition, language: BoardLanguage) -> dict[str, Any]:
    """Return one rule.

    No data is a state of its own, which Grafana draws in grey: it never counts as well.
    """
    texts = condition.texts(language)
    whose = "{{ or $labels.asset $labels.gateway $labels.operator }}"
    return {
        "uid": rule_uid(condition.name),
        "title": texts.title,
        "condition": "T",
        "data": queries(condition),
        "noDataState": "NoData",
        "execErrState": "Error",
        "for": f"{condition.for_s}s",
        "missingSeriesEvalsToResolve": KEPT_EVALUATIONS,
        "labels": {PRODUCT_LABEL: PRODUCT, ALARM_LABEL: condition.name, "severity": condition.severity},
        "annotations": {"summary": f"{texts.title}: {whose}", "description": texts.meaning, "first": texts.first},
        "isPaused": False,
    }


def rule_uid(name: str) -> str:
    """Return the uid of the rule of a condition."""
    return f"street-{name.replace('_', '-')}"


def queries(condition: Condition) -> list[dict[str, Any]]:
    """Return the steps of a rule: each query and its last value, the formula if there is one, and the threshold `T`."""
    asked = {"rawQuery": True, "resultFormat": "time_series", "intervalMs": 60_000, "maxDataPoints": 43_200}
    found = {letter: f"{letter}1" if condition.formula else "Q" for letter in condition.queries}
    steps = [
        _step(found[letter], DATASOURCE_UID, {"query": query, **asked}, condition.range_s) for letter, query in condition.queries.items()
    ]
    if condition.formula:
        steps += [_last(letter, found[letter]) for letter in condition.queries]
        steps.append(_step("R", _EXPRESSION, {"type": "math", "expression": condition.formula}))
    else:
        steps.append(_last("R", "Q"))
    steps.append(_step("T", _EXPRESSION, {"type": "threshold", "expression": "R", "conditions": [_threshold(condition)]}))
    return steps


def _last(name: str, of: str) -> dict[str, Any]:
    """Return the step that takes the last number of each series, without those that are none."""
    return _step(name, _EXPRESSION, {"type": "reduce", "expression": of, "reducer": "last", "settings": {"mode": "dropNN"}})


def _threshold(condition: Condition) -> dict[str, Any]:
    beyond, back = ("lt", "gt") if condition.below else ("gt", "lt")
    return {
        "type": "query",
        "evaluator": {"type": beyond, "params": [condition.set_at]},
        "unloadEvaluator": {"type": back, "params": [condition.clear_at]},
    }


def _step(name: str, source: str, model: dict[str, Any], range_s: int = 0) -> dict[str, Any]:
    kind = _EXPRESSION if source == _EXPRESSION else "influxdb"
    return {
        "refId": name,
        "queryType": "",
        "datasourceUid": source,
        "relativeTimeRange": {"from": range_s, "to": 0},
        "model": {"refId": name, "datasource": {"type": kind, "uid": source}, **model},
    }
