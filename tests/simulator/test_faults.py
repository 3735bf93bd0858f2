"""Faults by name."""

import pytest

from simulator.faults import Fault, FaultError, parse_fault, parse_option

from .quarter import world_of


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("valve:ignores_close", Fault("valve", "ignores_close", 1.0)),
        ("valve:ignores_close=off", Fault("valve", "ignores_close", None)),
        ("probe:bias=-3.5", Fault("probe", "bias", -3.5)),
        ("valve:lost_close=2", Fault("valve", "lost_close", 2.0)),
    ],
)
def test_the_command_line_names_device_and_fault(text: str, fault: Fault) -> None:
    assert parse_option(text) == fault


@pytest.mark.parametrize(
    "text",
    [
        "valve",
        "valve:",
        ":slow",
        "valve:slow",
        "valve:slow=-1",
        "valve:slow=nan",
        "p:bias=wet",
    ],
)
def test_what_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(FaultError):
        parse_option(text)


def test_a_switch_takes_no_number() -> None:
    with pytest.raises(FaultError, match="on or off"):
        parse_fault("tank", "empty", "7")


def test_a_device_refuses_faults_it_cannot_have() -> None:
    with pytest.raises(FaultError, match="knows no fault 'bias'"):
        world_of().set_fault(Fault("valve", "bias", 1.0))


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(FaultError, match="no device 'nobody'"):
        world_of().set_fault(Fault("nobody", "slow", 1.0))


def test_a_fault_can_be_switched_off_again() -> None:
    world = world_of()
    world.set_fault(Fault("valve", "slow", 9.0))
    world.set_fault(Fault("valve", "slow", None))
    assert world.faults["valve"] == {}
