"""What an entity could report: what its class and its names say, and what they must not."""

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_quarter.emergency.model import Kind
from custom_components.smart_quarter.emergency.suggest import (
    Candidate,
    kind_of,
    suggest,
)

KINDS = (Kind.MANUAL, Kind.FALL, Kind.SMOKE, Kind.GAS, Kind.WATER)


def kind(
    entity_id: str,
    device_class: str | None = None,
    name: str = "",
    options: tuple[str, ...] = (),
    *,
    is_number: bool = False,
) -> Kind | None:
    """Return what an entity would be suggested as."""
    return kind_of(
        Candidate(
            entity_id=entity_id,
            device_class=device_class,
            name=name,
            options=options,
            is_number=is_number,
        )
    )


@pytest.mark.parametrize(
    ("entity_id", "device_class", "expected"),
    [
        ("binary_sensor.kitchen", "smoke", Kind.SMOKE),
        ("binary_sensor.kitchen", "gas", Kind.GAS),
        ("binary_sensor.kitchen", "carbon_monoxide", Kind.GAS),
        ("binary_sensor.bath", "moisture", Kind.WATER),
        ("binary_sensor.sos_kitchen", "smoke", Kind.SMOKE),
        ("event.remote", "button", Kind.MANUAL),
        ("event.bell", "doorbell", None),
        ("event.remote", None, None),
        ("binary_sensor.kitchen", "safety", None),
        ("binary_sensor.kitchen", "problem", None),
        ("binary_sensor.kitchen", "motion", None),
        ("sensor.kitchen", "gas", None),
    ],
)
def test_a_class_says_what_it_reports(
    entity_id: str, device_class: str | None, expected: Kind | None
) -> None:
    assert kind(entity_id, device_class) is expected


@pytest.mark.parametrize(
    ("entity_id", "expected"),
    [
        ("binary_sensor.flat_1_sos", Kind.MANUAL),
        ("binary_sensor.bad_zugtaster", Kind.MANUAL),
        ("binary_sensor.notruf", Kind.MANUAL),
        ("input_button.emergency", Kind.MANUAL),
        ("binary_sensor.radar_fall", Kind.FALL),
        ("binary_sensor.radar_fall_alarm", Kind.FALL),
        ("sensor.radar_sturz", Kind.FALL),
        ("binary_sensor.emergency_fall", Kind.FALL),
        ("binary_sensor.waterfall", None),
        ("binary_sensor.fallback", None),
        ("switch.light", None),
    ],
)
def test_a_name_says_what_it_reports(entity_id: str, expected: Kind | None) -> None:
    assert kind(entity_id) is expected


def test_the_name_on_the_device_counts_as_well_as_the_id() -> None:
    assert kind("binary_sensor.x1", "safety", "SOS") is Kind.MANUAL
    assert kind("binary_sensor.x1", None, "Fall detected") is Kind.FALL


@pytest.mark.parametrize("device_class", ["battery", "tamper", "connectivity"])
def test_what_is_about_the_device_itself_is_no_call(device_class: str) -> None:
    assert kind("binary_sensor.sos_button", device_class) is None


def test_a_sensor_that_speaks_is_judged_by_what_it_can_say() -> None:
    assert kind("sensor.x1", options=("idle", "sos")) is Kind.MANUAL
    assert kind("sensor.x1", options=("idle", "fall")) is Kind.FALL
    assert kind("sensor.fall_mode", options=("low", "high")) is None
    assert kind("sensor.fall_count", is_number=True) is None


def test_entities_are_sorted_by_what_they_report() -> None:
    names = ("binary_sensor.b_sos", "binary_sensor.a_sos", "binary_sensor.fall")
    found = [Candidate(entity_id=name) for name in (*names, "switch.light")]
    assert suggest(found, KINDS) == {
        Kind.MANUAL: ["binary_sensor.a_sos", "binary_sensor.b_sos"],
        Kind.FALL: ["binary_sensor.fall"],
    }
    assert suggest(found, [Kind.SMOKE]) == {}


@given(
    entity_id=st.sampled_from(["event.x", "sensor.x", "binary_sensor.sos", "button.x"]),
    device_class=st.none() | st.text(max_size=6) | st.sampled_from(["smoke", "button"]),
    name=st.text(max_size=12),
    options=st.lists(st.text(max_size=5), max_size=3).map(tuple),
)
def test_whatever_an_entity_says_it_is_suggested_at_most_once(
    entity_id: str, device_class: str | None, name: str, options: tuple[str, ...]
) -> None:
    entity = Candidate(
        entity_id=entity_id, device_class=device_class, name=name, options=options
    )
    found = suggest([entity], Kind)
    assert sum(len(ids) for ids in found.values()) == (kind_of(entity) is not None)
