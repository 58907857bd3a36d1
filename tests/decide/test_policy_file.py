"""A policy file: what it may say, what that means for a connector, and what is told of each mistake."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectops.decide.intent import tailored
from connectops.decide.policy_file import LONGEST_TEXT, read_rules
from connectops.errors import SettingsError
from connectops.ledger import connector_of
from connectops.model import ConnectorPolicy, ConnectorRecord, Mode, RepairPolicy, Severity, Window
from tests.builders import MINUTE, NOW, a_diagnosis, a_failed_look, a_look, a_refusal
from tests.fakes import World

EVERYTHING = """
mode: advise
max-restarts: 5
first_backoff: 90s
stuck-after: 20m
severity: warning
owner: platform
windows:
  - cron: "0 2 * * SUN"
    zone: Europe/Berlin
    duration: 3h
connectors:
  - match: msk/orders-*
    mode: repair
    restart: off
    severity: page
    windows:
      - until: 2026-12-01T06:00Z
  - match: [onprem/*, "*-test"]
    owner: "team b"
    restarts-per-incident: 0
"""


def rules(text: str) -> tuple[ConnectorPolicy, ...]:
    return read_rules(text, "policy.yaml", NOW)


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as raised:
        rules(text)
    return raised.value.problems


def test_everything_that_a_file_may_say_is_read() -> None:
    assert rules(EVERYTHING) == (
        ConnectorPolicy(
            ("*",),
            (
                ("mode", Mode.ADVISE),
                ("restarts_per_incident", 5),
                ("first_backoff", timedelta(seconds=90)),
                ("stuck_after", timedelta(minutes=20)),
            ),
            severity=Severity.WARNING,
            owner="platform",
            windows=(Window(cron="0 2 * * SUN", zone="Europe/Berlin", lasts=timedelta(hours=3)),),
        ),
        ConnectorPolicy(
            ("msk/orders-*",),
            (("mode", Mode.REPAIR),),
            restart=False,
            severity=Severity.PAGE,
            windows=(Window(until=datetime(2026, 12, 1, 6, tzinfo=UTC)),),
        ),
        ConnectorPolicy(("onprem/*", "*-test"), (("restarts_per_incident", 0),), owner="team b"),
    )


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_an_empty_file_says_nothing(text: str) -> None:
    assert rules(text) == ()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("mode: advice", "line 1: mode is 'advice', expected repair or advise or off"),
        ("\nrestrat: off", "line 2: restrat is not known, expected restart?"),
        ("connector: []", "line 1: connector is not known, expected connectors?"),
        ("colour: red", "line 1: colour is not known, expected one of restart, severity"),
        ("restart: never", "line 1: restart is 'never', expected on or off"),
        ("restart: [off]", "line 1: restart is a list, expected on or off"),
        ("max-restarts: -1", "line 1: max-restarts is '-1', expected a whole number, 0 or more"),
        ("max-restarts: 3\nrestarts_per_incident: 4", "line 2: restarts_per_incident stands there twice"),
        ("looks-needed: 0", "line 1: looks-needed is '0', expected a whole number, 1 or more"),
        ("mode: off\nmode: off", "line 2: mode stands there twice"),
        ("first-backoff: soon", "line 1: first-backoff is 'soon', expected a duration above 0"),
        ("severity: loud", "line 1: severity is 'loud', expected info or warning or page"),
        ("owner:", "line 1: owner is '', expected a name"),
        ("owner: {team: a}", "line 1: owner is keys and values, expected a name"),
        ("connectors: msk/orders", "line 1: connectors is 'msk/orders', expected a list of entries"),
        ("connectors: [msk/orders]", "line 1: connectors[0] is 'msk/orders', expected keys and values"),
        ("connectors:\n  - mode: off", "line 2: connectors[0] has no match, expected a glob"),
        ("connectors:\n  - match: orders", "line 2: connectors[0].match is 'orders', expected a glob on cluster/name"),
        ("connectors:\n  - match: [msk/a, '']", "line 2: connectors[0].match[1] is '', expected a glob"),
        ("connectors:\n  - match: msk/a\n    mdoe: off", "line 3: connectors[0].mdoe is not known, expected mode?"),
        ("? [a]\n: b", "a key that is no text is not known"),
        ("- mode", "expected keys and values"),
        ("mode: [", "is not YAML"),
        ("mode: \x00", "is not YAML"),
        ("a: &a [*a]", "line 1: a is not known"),
        ("mode: !!python/object/apply:os.system ['true']", "line 1: mode is a list, expected repair"),
        ("mode: repair\n---\nmode: off", "is not YAML"),
    ],
)
def test_a_mistake_is_told_by_line_and_key(text: str, complaint: str) -> None:
    told = problems(text)
    assert any(complaint in problem for problem in told), told
    assert all(problem.startswith("policy.yaml") for problem in told)


@pytest.mark.parametrize(
    ("window", "complaint"),
    [
        ("- cron: '0 2 * *'\n  duration: 1h", "line 2: windows[0].cron '0 2 * *' has not five fields"),
        ("- cron: '0 0 2 * * *'\n  duration: 1h", "has not five fields"),
        ("- cron: '@daily'\n  duration: 1h", "has not five fields"),
        ("- cron: '61 2 * * *'\n  duration: 1h", "'61 2 * * *' is not possible: the minute is wrong"),
        ("- cron: '0 0 30 2 *'\n  duration: 1h", "'0 0 30 2 *' is not possible: the day-of-month is wrong, or"),
        ("- cron: '0 2 * * *'", "line 2: windows[0] has a cron and no duration"),
        (
            "- cron: '0 2 * * *'\n  duration: 30s",
            "line 3: windows[0].duration is '30s', expected a duration of 1m to 31d",
        ),
        ("- cron: '0 2 * * *'\n  duration: 32d", "expected a duration of 1m to 31d"),
        (
            "- cron: '0 2 * * *'\n  duration: 1h\n  zone: Berlin",
            "line 4: windows[0].zone is 'Berlin', expected a name of",
        ),
        ("- cron: '0 2 * * *'\n  duration: 1h\n  zone: Europe", "expected a name of the IANA time zone database"),
        ("- cron: '0 2 * * *'\n  duration: 1h\n  zone: ../../etc/passwd", "expected a name of the IANA"),
        ("- cron: '0 2 * * *'\n  duration: 1h\n  from: 2026-12-01T00:00Z", "windows[0].from does not go with cron"),
        ("- until: tomorrow", "line 2: windows[0].until is 'tomorrow', expected a time with its offset from UTC"),
        ("- until: 2026-12-01T06:00", "expected a time with its offset from UTC, such as 2026-12-01T06:00Z"),
        ("- from: 2026-12-01T06:00Z", "windows[0] has neither cron nor until: a window has to end"),
        ("- {from: 2026-12-02T00:00Z, until: 2026-12-01T00:00Z}", "windows[0].until is not after from"),
        ("- {until: 2026-12-01T00:00Z, zone: Europe/Berlin}", "windows[0].zone does not go without cron"),
        ("- {corn: '0 2 * * *', until: 2026-12-01T00:00Z}", "windows[0].corn is not known, expected one of cron, zone"),
        ("- until: 2099-01-01T00:00Z", "line 1: windows never ends: it holds for more than 31 days"),
        ("- {cron: '0 0 * * *', duration: 1d}", "windows never ends"),
        ("- {cron: '0 0 * * *', duration: 12h}\n- {cron: '0 12 * * *', duration: 12h}", "windows never ends"),
        ("every sunday", "windows is 'every sunday', expected a list of windows"),
        ("- sunday", "windows[0] is 'sunday', expected keys and values"),
    ],
)
def test_a_mistake_in_a_window_is_told_by_line_and_key(window: str, complaint: str) -> None:
    text = "windows:\n" + window if window.startswith("-") else f"windows: {window}"
    told = problems(text)
    assert any(complaint in problem for problem in told), told


def test_windows_of_all_and_of_some_that_never_end_together_are_found() -> None:
    text = (
        "windows: [{cron: '0 0 * * *', duration: 12h}]\n"
        "connectors:\n"
        "  - match: msk/a\n"
        "    windows: [{cron: '0 12 * * *', duration: 12h}]\n"
    )
    assert "line 4: connectors[0].windows never ends" in problems(text)[0]


def test_all_problems_are_told_at_once() -> None:
    assert len(problems("mode: x\nrestart: y\nconnectors: [{match: z, owner: ''}]")) == 4


def test_a_file_may_not_be_of_any_size() -> None:
    assert "characters, expected 262144 at most" in problems("#" * (LONGEST_TEXT + 1))[0]


def test_yaml_nested_without_end_is_refused() -> None:
    assert problems("[" * 5000)


@given(st.text())
def test_whatever_a_file_says_it_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(SettingsError):
        rules(text)


# ── what holds for a connector ────────────────────────────────────────────────────────────────────────────────────────


def holding(
    text: str, key: str = "msk/orders", tags: tuple[tuple[str, str], ...] = (), **template: object
) -> RepairPolicy:
    policy = RepairPolicy(rules=rules(text), **template)  # type: ignore[arg-type]  # fields of RepairPolicy
    return tailored(policy, ConnectorRecord(connector_of(key), tags=tags), NOW)


@pytest.mark.parametrize(
    ("glob", "key", "covers"),
    [
        ("msk/orders", "msk/orders", True),
        ("msk/orders", "onprem/orders", False),
        ("'*/orders'", "onprem/orders", True),
        ("msk/orders-*", "msk/orders-1", True),
        ("msk/orders-*", "msk/orders", False),
        ("msk/*", "msk/a/b c+d", True),
        ("msk/Orders", "msk/orders", False),
        ("'msk/order?'", "msk/orders", True),
        ("'msk/[ab]*'", "msk/b1", True),
        ("'msk/[[]x]'", "msk/[x]", True),
        ("msk/ümläut ✓", "msk/ümläut ✓", True),
    ],
)
def test_a_glob_covers_keys(glob: str, key: str, *, covers: bool) -> None:
    own = holding(f"connectors: [{{match: {glob}, restart: off}}]", key)
    assert bool(own.intent.forbidden) is covers


def test_a_later_rule_stands_over_an_earlier_one_key_by_key() -> None:
    text = "restart: off\nowner: all\nconnectors:\n- {match: msk/*, restart: on}\n- {match: msk/orders, owner: us}"
    assert (holding(text).intent.forbidden, holding(text).intent.owner) == (None, "us")
    other = holding(text, "onprem/orders").intent
    assert (other.forbidden, other.owner) == ("the policy file says restart: off", "all")


@pytest.mark.parametrize(
    ("template", "file", "holds"),
    [
        (Mode.REPAIR, "repair", Mode.REPAIR),
        (Mode.REPAIR, "advise", Mode.ADVISE),
        (Mode.ADVISE, "repair", Mode.ADVISE),
        (Mode.OFF, "advise", Mode.OFF),
        (Mode.ADVISE, "off", Mode.OFF),
    ],
)
def test_of_two_modes_the_stricter_holds(template: Mode, file: str, holds: Mode) -> None:
    assert holding(f"mode: {file}", mode=template).mode is holds


@pytest.mark.parametrize(("tag", "file", "most"), [("3", "5", 3), ("5", "3", 3), ("0", "7", 0), ("9", "8", 8)])
def test_of_two_limits_the_smaller_holds(tag: str, file: str, most: int) -> None:
    own = holding(f"max-restarts: {file}", tags=(("max-restarts", tag),))
    assert own.restarts_per_incident == most


def test_a_tag_cannot_allow_what_the_file_forbids_nor_the_file_what_a_tag_forbids() -> None:
    assert holding("restart: off", tags=(("restart", "on"),)).intent.forbidden
    assert holding("restart: on", tags=(("restart", "off"),)).intent.forbidden


def test_the_tag_says_who_owns_it_and_how_loud_rather_than_the_file() -> None:
    own = holding("owner: file\nseverity: page", tags=(("owner", "tag"), ("severity", "info"))).intent
    assert (own.owner, own.severity) == ("tag", Severity.INFO)


def test_the_longest_hold_is_named() -> None:
    text = "windows: [{until: 2026-11-23T14:00Z}]"
    own = holding(text, tags=(("hold-until", "2026-11-23T13:00Z"),)).intent
    assert (own.held_until, own.held_because) == (NOW + 120 * MINUTE, "a maintenance window of the policy file")


def test_within_a_window_nothing_is_restarted_or_paged_and_after_it_all_is_decided_anew() -> None:
    world = World(RepairPolicy(rules=rules("windows: [{from: 2026-11-23T12:05Z, until: 2026-11-23T13:00Z}]")))
    world.take(a_look(NOW))
    world.sight.sees = a_failed_look()
    for minute in range(6, 60):
        at = minute * MINUTE
        world.take(a_diagnosis(at=NOW + at), at)
        world.take(a_failed_look(NOW + at), at)
        world.take(a_look(NOW + at, state=a_look().state.UNKNOWN), at)
    assert world.hands.restarts == []
    assert world.voice.changes == [("opened", "info")]
    world.take(a_failed_look(NOW + 60 * MINUTE), 60 * MINUTE)
    assert len(world.hands.restarts) == 1


def test_a_refusal_of_a_window_pages_once_it_is_over() -> None:
    world = World(RepairPolicy(rules=rules("windows: [{until: 2026-11-23T12:30Z}]")))
    for minute in range(40):
        world.take(a_refusal(at=NOW + minute * MINUTE), minute * MINUTE)
    assert world.voice.changes == [("opened", "info"), ("refused", "page")]
