"""Devices as Zigbee2MQTT shows them."""

from datetime import timedelta

import pytest

from simulator.devices import Device, sensors
from simulator.discovery import announcement
from simulator.faults import Fault
from simulator.valves import valves
from simulator.world import World

from .quarter import after, open_supply, small, world_of

COUNTING = {
    "key": "valve",
    "name": "Ventil",
    "kind": "countdown",
    "countdown_unit_s": 2,
}


def device(world: World, key: str) -> Device:
    found = {d.key: d for d in (*valves(world), *sensors(world, world.scenario))}
    return found[key]


def announced(world: World, key: str) -> dict[str, dict[str, object]]:
    shown = device(world, key)
    return dict(
        announcement(entity, shown.hardware, shown.ieee, shown.friendly_name)
        for entity in shown.hardware.entities
    )


def test_a_valve_announces_itself_as_zigbee2mqtt_does() -> None:
    world = world_of()
    ieee = device(world, "valve").ieee
    payload = announced(world, "valve")[f"homeassistant/switch/{ieee}/switch/config"]
    assert payload["command_topic"] == "zigbee2mqtt/Ventil Süd/set"
    assert payload["state_topic"] == "zigbee2mqtt/Ventil Süd"
    assert payload["unique_id"] == f"{ieee}_switch_zigbee2mqtt"
    assert payload["name"] is None
    assert [place["topic"] for place in payload["availability"]] == [  # type: ignore[attr-defined]
        "zigbee2mqtt/bridge/state",
        "zigbee2mqtt/Ventil Süd/availability",
    ]
    assert payload["device"]["identifiers"] == [f"zigbee2mqtt_{ieee}"]  # type: ignore[index]


def test_the_outlets_of_a_dual_valve_have_topics_of_their_own() -> None:
    world = world_of()
    topics = {
        p["command_topic"]
        for p in announced(world, "dual").values()
        if "command_topic" in p
    }
    assert topics == {
        "zigbee2mqtt/Hof/Doppel Ventil/l1/set",
        "zigbee2mqtt/Hof/Doppel Ventil/l2/set",
    }


def test_all_devices_have_addresses_of_their_own() -> None:
    world = world_of()
    shown = [*valves(world), *sensors(world, world.scenario)]
    assert len({d.ieee for d in shown}) == len(shown) == 6


@pytest.mark.parametrize(
    ("endpoint", "payload"),
    [
        ("l2", {"state": "ON", "on_time": 10}),
        (None, {"state_l2": "ON", "on_time": 10}),
        (None, {"state_l2": "on", "on_time_l2": "10"}),
        ("l2", {"state": "TOGGLE", "on_time": 10}),
    ],
)
def test_one_outlet_of_a_dual_valve_opens_for_a_time(
    endpoint: str | None, payload: dict[str, object]
) -> None:
    world = world_of()
    dual = device(world, "dual")
    dual.command(endpoint, payload)
    world.advance(after(2))
    assert dual.state().items() >= {"state_l1": "OFF", "state_l2": "ON"}.items()
    world.advance(after(12))
    assert dual.state()["state_l2"] == "OFF"


def test_a_countdown_is_set_and_counts() -> None:
    world = world_of(
        small(valves=[COUNTING, *(v.to_dict() for v in small().valves[1:])])
    )
    valve = device(world, "valve")
    valve.command(None, {"countdown": 5})
    valve.command(None, {"state": "ON"})
    world.advance(after(5))
    assert valve.state().items() >= {"state": "ON", "countdown": 5.0}.items()
    world.advance(after(12))
    assert valve.state()["state"] == "OFF"


@pytest.mark.parametrize(
    "nonsense", [{}, {"state": "MAYBE"}, {"on_time": "x"}, {"state": None}]
)
def test_nonsense_moves_nothing(nonsense: dict[str, object]) -> None:
    world = world_of()
    device(world, "valve").command(None, nonsense)
    assert world.advance(after(10)) == []


def test_a_flow_meter_tells_cubic_metres_an_hour() -> None:
    world = world_of()
    open_supply(world)
    valve = device(world, "valve")
    world.command("valve", opens=True)
    world.advance(after(5))
    assert valve.flow_changed()
    assert valve.state()["flow"] == pytest.approx(0.72)
    assert not valve.flow_changed()


def test_a_probe_reports_at_its_interval_and_when_much_changed() -> None:
    world = world_of()
    probe = device(world, "probe")
    assert probe.reports()
    assert not probe.reports()
    world.advance(after(601))
    assert probe.reports()
    world.set_fault(Fault("probe", "bias", 5.0))
    assert probe.reports()


@pytest.mark.parametrize("fault", ["silent", "unavailable"])
def test_a_probe_that_is_cut_off_reports_nothing(fault: str) -> None:
    world = world_of()
    world.set_fault(Fault("probe", fault, 1.0))
    assert not device(world, "probe").reports()


def test_the_battery_goes_down_with_simulated_time() -> None:
    world = world_of(speed=86_400.0)
    world.advance(world.now + timedelta(seconds=40))
    assert device(world, "probe").state()["battery"] == 90


def test_the_level_sensor_shows_the_tank() -> None:
    assert device(world_of(), "tank_level").state()["liquid_level_percent"] == 50
