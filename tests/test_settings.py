"""Settings: all problems at once, each with the name of its variable and what was expected."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectops.errors import SettingsError
from connectops.model import KafkaConnectCluster
from connectops.settings import NotifySettings, PollSettings, ReadSettings, RespondSettings

POLL = {
    "CONNECTOPS_TABLE_NAME": "ledger",
    "CONNECTOPS_FINDINGS_QUEUE_URL": "https://queue",
    "CONNECTOPS_KAFKA_CONNECT_CLUSTERS": "[]",
    "CONNECTOPS_WATCH_MSK_CONNECT": "true",
    "CONNECTOPS_METRIC_PERIOD_SECONDS": "60",
    "CONNECTOPS_METRIC_WINDOW_SECONDS": "600",
    "CONNECTOPS_QUIET_METRICS_SECONDS": "900",
    "CONNECTOPS_WORKER_LOG_GROUPS": "",
    "CONNECTOPS_HEALTH_SERIES": "true",
}


def test_good_settings_are_typed():
    settings = PollSettings.from_env(POLL | {"CONNECTOPS_METRIC_PERIOD_SECONDS": "7.5"})
    assert settings.metric_period == timedelta(seconds=7.5)
    assert settings.watch_msk_connect is True


@pytest.mark.parametrize(("value", "groups"), [("", set()), (",,,,,", set()), ("/a,,/b, /c ,,", {"/a", "/b", "/c"})])
def test_log_groups_are_those_of_the_slots_that_are_filled(value, groups):
    assert PollSettings.from_env(POLL | {"CONNECTOPS_WORKER_LOG_GROUPS": value}).worker_log_groups == groups


@pytest.mark.parametrize("settings", [PollSettings, ReadSettings, RespondSettings, NotifySettings])
def test_every_missing_variable_is_named_at_once(settings):
    with pytest.raises(SettingsError) as caught:
        settings.from_env({})
    assert len(caught.value.problems) >= 4
    assert all(problem.startswith("CONNECTOPS_") for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("METRIC_PERIOD_SECONDS", "a minute", "expected a number of seconds above 0"),
        ("METRIC_PERIOD_SECONDS", "0", "expected a number of seconds above 0"),
        ("METRIC_PERIOD_SECONDS", "nan", "expected a number of seconds above 0"),
        ("WATCH_MSK_CONNECT", "yes", "expected 'true' or 'false'"),
        ("KAFKA_CONNECT_CLUSTERS", "{", "a JSON list"),
        ("KAFKA_CONNECT_CLUSTERS", '[{"name": "a"}]', r"CLUSTERS\[0\] must be an object with name, url"),
        ("KAFKA_CONNECT_CLUSTERS", '[{"name": "msk", "url": "http://x"}]', r"\[0\].name is 'msk'"),
        ("KAFKA_CONNECT_CLUSTERS", '[{"name": "a/b", "url": "http://x"}]', r"\[0\].name is 'a/b'"),
        ("KAFKA_CONNECT_CLUSTERS", '[{"name": "#source", "url": "http://x"}]', r"\[0\].name is '#source'.* and '#'"),
        ("KAFKA_CONNECT_CLUSTERS", '[{"name": "a", "url": "ftp://x"}]', r"\[0\].url is 'ftp://x'"),
        ("KAFKA_CONNECT_CLUSTERS", '[{"name": "a", "url": "http://u:p@x"}]', "carries credentials"),
        ("KAFKA_CONNECT_CLUSTERS", '[{"name": "a", "url": "http://x", "timeout_seconds": 0}]', "timeout_seconds is 0"),
        (
            "KAFKA_CONNECT_CLUSTERS",
            '[{"name": "a", "url": "http://x"}, {"name": "a", "url": "http://y"}]',
            "names cluster 'a' twice",
        ),
    ],
)
def test_a_bad_value_is_named_with_what_was_expected(variable, value, said):
    with pytest.raises(SettingsError, match=said):
        PollSettings.from_env(POLL | {f"CONNECTOPS_{variable}": value})


def test_a_cluster_with_credentials_in_its_url_is_refused_without_repeating_them():
    bad = POLL | {"CONNECTOPS_KAFKA_CONNECT_CLUSTERS": '[{"name": "a", "url": "http://u:sesame@x"}]'}
    with pytest.raises(SettingsError) as caught:
        PollSettings.from_env(bad)
    assert "sesame" not in str(caught.value)


def test_clusters_are_read_whole():
    text = (
        '[{"name": "onprem", "url": "https://connect:8083/", "secret": "kc", "log_group": "/kc", "timeout_seconds": 2}]'
    )
    settings = PollSettings.from_env(POLL | {"CONNECTOPS_KAFKA_CONNECT_CLUSTERS": text})
    assert settings.clusters == (
        KafkaConnectCluster("onprem", "https://connect:8083", "kc", "/kc", timedelta(seconds=2)),
    )


@pytest.mark.parametrize(
    ("parameter", "secret", "is_right"),
    [
        ("arn:aws:ssm:eu-west-1:123456789012:parameter/slack", "", True),
        ("", "connectops/slack", True),
        ("", "", False),
        ("arn:aws:ssm:eu-west-1:123456789012:parameter/slack", "connectops/slack", False),
        ("/connectops/slack", "", False),
    ],
)
def test_the_webhook_is_in_a_parameter_or_in_a_secret(parameter, secret, is_right):
    environ = {
        "CONNECTOPS_SLACK_WEBHOOK_PARAMETER": parameter,
        "CONNECTOPS_SLACK_WEBHOOK_SECRET": secret,
        "CONNECTOPS_SLACK_DLQ_URL": "https://dead",
        "CONNECTOPS_SLACK_QUEUE_URL": "https://queue",
        "CONNECTOPS_SLACK_TIMEOUT_SECONDS": "10",
    }
    if is_right:
        settings = NotifySettings.from_env(environ)
        assert (settings.webhook_parameter, settings.webhook_secret) == (parameter, secret)
    else:
        with pytest.raises(SettingsError, match="SLACK_WEBHOOK"):
            NotifySettings.from_env(environ)
