"""What a robot may say: what is right is read, all else is refused and believed in no part."""

from contextlib import suppress
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_quarter.temi.happenings import (
    BatteryTold,
    Gone,
    Heartbeat,
    NavigationTold,
    PersonTold,
    PositionTold,
    UseTold,
)
from custom_components.smart_quarter.temi.model import Phase, Reason, reason_of
from custom_components.smart_quarter.temi.payloads import (
    PayloadError,
    Refusal,
    read,
    serial_of,
)

GOTO = "event/waypoint/goto"
TOPICS = (
    *("status/info", "status/utils/battery", GOTO, "event/user/detection"),
    *("event/user/interaction", "status/position", "lwt"),
)
VALID: dict[str, dict[str, Any]] = {
    "status/info": {"waypoint_list": ["home base"], "battery_percentage": 87},
    "status/utils/battery": {"percentage": 86, "is_charging": False},
    GOTO: {
        "location": "entrance",
        "status": "going",
        "description_id": 0,
        "description": "",
    },
    "event/user/detection": {"state": 2},
    "event/user/interaction": {"is_interacting": True},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def told(topic: str, **body: Any) -> object:
    """Return what is read of a message."""
    return read(topic, json.dumps(body))


def refusal(topic: str, payload: str | bytes) -> Refusal:
    """Return why a message is refused."""
    with pytest.raises(PayloadError) as refused:
        read(topic, payload)
    return refused.value.refusal


@pytest.mark.parametrize(
    ("topic", "serial"),
    [
        ("temi/00119260058/status/info", "00119260058"),
        ("temi/00119260058", "00119260058"),
        ("temi/119260058/status/info", None),
        ("temi/null/status/info", None),
        ("temi//status/info", None),
        ("other/00119260058/status/info", None),
        ("temi/0011926005x/status/info", None),
        ("temi/٠٠١١٩٢٦٠٠٥٨/status/info", None),
    ],
)
def test_a_serial_number_has_eleven_digits_with_its_zeros(
    topic: str, serial: str | None
) -> None:
    assert serial_of(topic) == serial


def test_a_heartbeat_names_waypoints_and_battery() -> None:
    body = {"waypoint_list": ["home base", "Flur", "Flur"], "battery_percentage": 87}
    assert told("status/info", **body) == Heartbeat(("home base", "Flur"), 87)
    assert told("status/info", **body, timestamp="20211105_120000") == Heartbeat(
        ("home base", "Flur"), 87
    )


@pytest.mark.parametrize("battery", [None, -1, 101, 87.0, "87", True])
def test_a_heartbeat_without_a_usable_battery_is_a_heartbeat(battery: object) -> None:
    body = {"waypoint_list": [], "battery_percentage": battery}
    assert told("status/info", **body) == Heartbeat((), None)


def test_the_battery_is_told_with_its_charging() -> None:
    topic = "status/utils/battery"
    assert told(topic, percentage=86, is_charging=True) == BatteryTold(86, True)
    assert told(topic, percentage=0, is_charging=True) == BatteryTold(0, True)


def test_an_empty_battery_that_does_not_charge_is_an_unknown_one() -> None:
    empty = told("status/utils/battery", percentage=0, is_charging=False)
    assert empty == BatteryTold(None, None)


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        ("start", Phase.START),
        ("calculating", Phase.CALCULATING),
        ("going", Phase.GOING),
        ("obstacle detected", Phase.OBSTACLE_DETECTED),
        ("reposing", Phase.REPOSING),
        ("complete", Phase.COMPLETE),
        ("abort", Phase.ABORT),
        ("something new", Phase.UNKNOWN),
    ],
)
def test_the_navigation_is_read_in_the_robots_words(status: str, phase: Phase) -> None:
    body = {"location": "entrance", "status": status, "description_id": 2003}
    assert told(GOTO, **body) == NavigationTold("entrance", phase, 2003)


def test_a_slash_that_is_escaped_is_a_slash() -> None:
    payload = r'{"location":"a\/b","status":"going"}'
    assert read(GOTO, payload) == NavigationTold("a/b", Phase.GOING)


def test_people_are_seen_only_in_state_two() -> None:
    seen = [told("event/user/detection", state=state) for state in (0, 1, 2)]
    assert seen == [PersonTold(False), PersonTold(False), PersonTold(True)]


def test_use_position_and_the_will_are_read() -> None:
    assert told("event/user/interaction", is_interacting=True) == UseTold(True)
    assert told("status/position", position_x=1.0) == PositionTold()
    assert told("lwt") == Gone()


@pytest.mark.parametrize(
    ("topic", "payload", "why"),
    [
        ("status/other", "{}", Refusal.TOPIC),
        ("", "{}", Refusal.TOPIC),
        ("status/info", "", Refusal.TEXT),
        ("status/info", "no json", Refusal.TEXT),
        ("status/info", b"\xff\xfe", Refusal.TEXT),
        ("status/info", "[" * 30_000, Refusal.TEXT),
        ("status/info", "null", Refusal.SHAPE),
        ("status/info", "[]", Refusal.SHAPE),
        ("status/info", " " * 70_000, Refusal.SHAPE),
        ("status/info", "{}", Refusal.SHAPE),
        ("status/info", '{"waypoint_list": "home base"}', Refusal.SHAPE),
        ("status/info", '{"waypoint_list": [1]}', Refusal.SHAPE),
        ("status/info", '{"waypoint_list": [" "]}', Refusal.SHAPE),
        ("status/utils/battery", '{"percentage": 5}', Refusal.SHAPE),
        ("status/utils/battery", '{"is_charging": true}', Refusal.SHAPE),
        (
            "status/utils/battery",
            '{"percentage": 5, "is_charging": 1}',
            Refusal.SHAPE,
        ),
        (GOTO, '{"status": "going"}', Refusal.SHAPE),
        (GOTO, '{"location": "entrance"}', Refusal.SHAPE),
        (GOTO, '{"location": "entrance", "status": 3}', Refusal.SHAPE),
        ("event/user/detection", '{"state": 3}', Refusal.SHAPE),
        ("event/user/detection", '{"state": true}', Refusal.SHAPE),
        ("event/user/interaction", '{"is_interacting": "yes"}', Refusal.SHAPE),
    ],
)
def test_what_no_robot_says_is_refused(
    topic: str, payload: str | bytes, why: Refusal
) -> None:
    assert refusal(topic, payload) is why


@given(st.sampled_from(TOPICS), st.binary() | st.text())
def test_nothing_that_is_sent_can_do_harm(topic: str, payload: str | bytes) -> None:
    with suppress(PayloadError):
        read(topic, payload)


@given(st.sampled_from(sorted(VALID)), st.data())
def test_a_message_with_one_field_changed_is_believed_in_that_field_only(
    topic: str, data: st.DataObject
) -> None:
    body = VALID[topic]
    field = data.draw(st.sampled_from(sorted(body)))
    changed = {**body, field: data.draw(JSON)}
    try:
        found = read(topic, json.dumps(changed))
    except PayloadError:
        return
    assert type(found) is type(read(topic, json.dumps(body)))


@pytest.mark.parametrize(
    ("number", "phase", "reason"),
    [
        (0, Phase.GOING, Reason.NONE),
        (0, Phase.ABORT, Reason.UNKNOWN),
        (1005, Phase.ABORT, Reason.STOPPED),
        (2006, Phase.OBSTACLE_DETECTED, Reason.ABYSS),
        (4711, Phase.ABORT, Reason.UNKNOWN),
    ],
)
def test_reasons_have_words(number: int, phase: Phase, reason: Reason) -> None:
    assert reason_of(number, phase) is reason
