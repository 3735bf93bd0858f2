"""What the app reads, and what it drops without a word."""

from hypothesis import given, strategies as st
import pytest

from simulator.temi.commands import number, read, text, whole

SERIAL = "00119260058"
GOTO = f"temi/{SERIAL}/command/waypoint/goto"


def test_a_command_has_a_name_and_a_payload() -> None:
    command = read(SERIAL, GOTO, b'{"location": "Entrance"}')
    assert command is not None
    assert (command.name, command.payload) == (
        "waypoint/goto",
        {"location": "Entrance"},
    )
    spoken = read(SERIAL, f"temi/{SERIAL}/command/tts", b'{"utterance": "Guten Tag"}')
    assert spoken is not None
    assert spoken.name == "tts"


@pytest.mark.parametrize(
    "topic",
    [
        f"temi/{SERIAL}/command/waypoint",
        f"temi/{SERIAL}/command",
        f"temi/{SERIAL}/status/info",
        "temi/00119260059/command/waypoint/goto",
        f"robot/{SERIAL}/command/waypoint/goto",
        "",
    ],
)
def test_what_is_for_somebody_else_or_too_short_is_dropped(topic: str) -> None:
    assert read(SERIAL, topic, b"{}") is None


@pytest.mark.parametrize(
    "payload",
    [b"", b"null", b"[]", b"1", b'"x"', b"{", b"\xff", b"[" * 100_000],
)
def test_only_an_object_is_a_payload(payload: bytes) -> None:
    assert read(SERIAL, GOTO, payload) is None


@pytest.mark.parametrize(
    ("value", "angle"),
    [
        (90, 90),
        ("90", 90),
        (-5, -5),
        ("+5", 5),
        (90.0, None),
        ("90.5", None),
        ("9_0", None),
        (2**31 - 1, 2**31 - 1),
        (2**31, None),
        ("9" * 5000, None),
        (True, None),
    ],
)
def test_an_angle_is_a_whole_number(value: object, angle: int | None) -> None:
    assert whole({"angle": value}, "angle") == angle


@pytest.mark.parametrize(
    ("value", "speed"),
    [
        (0.5, 0.5),
        ("-0.25", -0.25),
        (1, 1.0),
        ("x", None),
        ([], None),
        (float("nan"), None),
        ("-Infinity", None),
        (10**400, None),
    ],
)
def test_a_speed_is_a_number_or_a_text_that_is_one(
    value: object, speed: float | None
) -> None:
    assert number({"x": value}, "x") == speed


def test_a_text_is_nothing_else() -> None:
    assert text({"location": "home base"}, "location") == "home base"
    assert text({"location": 1}, "location") is None
    assert text({}, "location") is None


@given(topic=st.text(), payload=st.binary())
def test_nothing_that_is_sent_raises(topic: str, payload: bytes) -> None:
    read(SERIAL, topic, payload)
    read(SERIAL, GOTO, payload)
