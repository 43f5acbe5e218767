"""Alert rules in the form of Grafana's provisioning API."""

import re

import pytest

from dashboards.alerts.conditions import CONDITIONS, Condition
from dashboards.alerts.rules import rule, rule_groups
from dashboards.documents import LANGUAGES
from gateway.model.canonical import MEASUREMENTS


def test_uids_and_titles_are_unique_and_as_grafana_wants_them() -> None:
    for language in LANGUAGES:
        rules = [one for group in rule_groups(language, "f") for one in group["rules"]]
        assert len({one["uid"] for one in rules}) == len({one["title"] for one in rules}) == len(rules) == len(CONDITIONS)
        assert all(re.fullmatch(r"[a-z0-9-]{1,40}", one["uid"]) for one in rules)


def test_a_group_is_whole_and_evaluated_every_minute() -> None:
    groups = rule_groups("en", "f")
    assert len({one["title"] for one in groups}) == len(groups)
    assert {one["interval"] for one in groups} == {60}


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda one: one.name)
def test_every_rule_says_what_it_means_and_what_to_do_first_in_both_languages(condition: Condition) -> None:
    english, italian = (rule(condition, language)["annotations"] for language in LANGUAGES)
    assert english.keys() == italian.keys() == {"summary", "description", "first"}
    assert all(english[key] != italian[key] for key in english)


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda one: one.name)
def test_no_data_is_never_well_and_recovery_is_not_beyond_the_limit(condition: Condition) -> None:
    made = rule(condition, "en")
    assert (made["noDataState"], made["execErrState"]) == ("NoData", "Error")
    assert condition.clear_at >= condition.set_at - 1 if condition.below else condition.clear_at <= condition.set_at


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda one: one.name)
def test_queries_ask_for_canonical_fields_within_the_rules_range(condition: Condition) -> None:
    for query in condition.queries.values():
        for measurement in re.findall(r'FROM "(\w+)"', query):
            assert measurement in MEASUREMENTS
            for field in re.findall(r'(?:last|count|mean|sum|spread)\("(\w+)"\)', query):
                assert field in {"n", "a", "f", "s"} or any(field in MEASUREMENTS[one] for one in re.findall(r'FROM "(\w+)"', query))
        assert query.count("SELECT") == query.count("$timeFilter")
