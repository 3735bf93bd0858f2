"""What the simulated devices become in Home Assistant."""

from simulator.alarms import alarms
from simulator.devices import Device, sensors
from simulator.discovery import BASE
from simulator.faults import SENSOR
from simulator.temi.maps import announcement
from simulator.valves import valves
from simulator.world import World

from .home_assistant import HomeAssistant

NOT_THERE = {"unavailable", "unknown"}
MAP = "map"
MOMENTARY = {"event", "notify"}
"""Components that have no state until something happens."""


class Entities:
    """The entities that the simulated devices become."""

    def __init__(self, world: World) -> None:
        """Work out which entities are to appear."""
        self.world = world
        devices: list[Device] = [
            *valves(world),
            *sensors(world, world.scenario),
            *alarms(world, world.scenario),
        ]
        self._unique_ids = {
            (device.key, entity.object_id): f"{device.ieee}_{entity.object_id}_{BASE}"
            for device in devices
            for entity in device.hardware.entities
            if entity.payload.get("enabled_by_default", True)
        }
        self.maps = {
            robot.key: str(announcement(robot)[1]["unique_id"])
            for robot in world.scenario.robots
        }
        self._reporting = {
            self._unique_ids[device.key, entity.object_id]
            for device in devices
            for entity in device.hardware.entities
            if entity.component not in MOMENTARY
            and (device.key, entity.object_id) in self._unique_ids
            and _reports(world, device.key)
        }
        for robot, unique_id in self.maps.items():
            self._unique_ids[robot, MAP] = unique_id
            self._reporting.add(unique_id)
        self._entity_ids: dict[str, str] = {}
        self.ieees = {device.key: device.ieee for device in devices}

    def __getitem__(self, key: tuple[str, str]) -> str:
        """Return the entity id of a device's property."""
        return self._entity_ids[self._unique_ids[key]]

    async def are_there(self, home: HomeAssistant) -> bool:
        """Tell whether all entities are there, and have a state if their device reports."""
        self._entity_ids = await home.entity_ids("mqtt")
        if not self._entity_ids.keys() >= set(self._unique_ids.values()):
            return False
        states = await home.states()
        wanted = (self._entity_ids[unique_id] for unique_id in self._reporting)
        return all(states.get(key, "unavailable") not in NOT_THERE for key in wanted)


def _reports(world: World, device: str) -> bool:
    """Tell whether no fault keeps a device from reporting."""
    return not world.faults[device].keys() & SENSOR
