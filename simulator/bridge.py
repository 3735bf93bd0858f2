"""The MQTT side: what Zigbee2MQTT does between its radios and the broker.

States are not retained, so the bridge tells them again after Home Assistant says that it
is online, and after the broker was away. Zigbee2MQTT waits 30 s before it does so; here the
wait is a setting.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import json
from random import Random

from .alarms import Pager, alarms
from .connection import Broker, Connection
from .devices import Device, Payload, sensors
from .discovery import (
    BASE,
    BRIDGE,
    BRIDGE_STATE,
    DISCOVERY,
    VERSION,
    announcement,
    bridge_announcement,
)
from .faults import FaultError, parse_fault
from .temi.maps import Maps
from .temi.on_air import Temi
from .truth import logged, truth
from .valve import Move
from .valves import Valve, valves
from .world import World

TICK_S = 0.05
TRUTH_S = 1.0
STATUS = f"{DISCOVERY}/status"
GET = "simulator/get"
FAULT = "simulator/fault"
DO = "simulator/do"


@dataclass(frozen=True, slots=True)
class Route:
    """Where a topic leads to."""

    device: Device
    endpoint: str | None
    setting: str | None = None
    is_get: bool = False


class Bridge:
    """Connects a world to a broker, for as long as it is let run."""

    def __init__(self, world: World, broker: Broker) -> None:
        """Put all devices of the world on the air."""
        self.world = world
        self.broker = broker
        self.devices = [
            *valves(world),
            *sensors(world, world.scenario),
            *alarms(world, world.scenario),
        ]
        self.robots = [
            Temi(
                spec, world.faults[spec.key], Random(f"{world.seed} {spec.key}"), broker
            )
            for spec in world.scenario.robots
        ]
        self._by_outlet = {
            outlet.key: device
            for device in self.devices
            if isinstance(device, Valve)
            for outlet in device.outlets.values()
        }
        self._routes = dict(self._all_routes())
        self._available = {device.key: True for device in self.devices}
        self._tell_again_at: datetime | None = None
        topics = [*self._routes, STATUS, GET, f"{FAULT}/+/+", f"{DO}/+"]
        self._connection = Connection(broker, topics, self._announce, self._obey)
        robots = [temi.robot for temi in self.robots]
        self._maps = Maps(robots, self._connection.publish_text)

    async def run(self) -> None:
        """Keep the world going and the broker informed until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._tick_on())
                tasks.create_task(self._truth_on())
                tasks.create_task(self._connection.run())
        finally:
            for robot in self.robots:
                robot.close()

    def _all_routes(self) -> Iterator[tuple[str, Route]]:
        """Yield all topics that a device listens to."""
        for device in self.devices:
            base = f"{BASE}/{device.friendly_name}"
            for endpoint in device.endpoints:
                place = f"{base}/{endpoint}" if endpoint else base
                yield f"{place}/set", Route(device, endpoint)
                yield f"{place}/get", Route(device, endpoint, is_get=True)
            for entity in device.hardware.entities:
                if entity.settable and entity.postfix:
                    setting = entity.object_id
                    yield f"{base}/set/{setting}", Route(device, None, setting)

    async def _tick_on(self) -> None:
        """Carry the world on, and tell what happened."""
        while True:
            self._tick()
            await asyncio.sleep(TICK_S)

    def _tick(self) -> None:
        """Carry the world on to now."""
        moves = self.world.advance(datetime.now(UTC))
        self._tell_moves(moves)
        self._tell_again()
        for device in self.devices:
            self._tell_availability(device)
            if device.reports():
                self._tell(device)
        for robot in self.robots:
            robot.tick(self.world.now)
        self._maps.tick(self.world.now)

    async def _truth_on(self) -> None:
        """Publish the truth every second."""
        while True:
            self._connection.publish("simulator/truth", truth(self.world))
            await asyncio.sleep(TRUTH_S)

    def _obey(self, topic: str, text: str) -> None:
        """Obey a message; nothing that is said can stop the bridge."""
        if topic == STATUS and text == "online":
            wait = timedelta(seconds=self.broker.republish_s)
            self._tell_again_at = self.world.now + wait
        elif topic == GET:
            self._answer(text)
        elif topic.startswith(f"{FAULT}/"):
            self._switch_fault(topic, text)
        elif topic.startswith(f"{DO}/"):
            self._do(topic.removeprefix(f"{DO}/"), text)
        elif route := self._routes.get(topic):
            self._command(route, text)

    def _command(self, route: Route, text: str) -> None:
        """Pass a command on to a device."""
        if route.is_get:
            self._tell(route.device)
            return
        self._tick()
        route.device.command(route.endpoint, _payload(text, route.setting or "state"))
        if route.setting or isinstance(route.device, Pager):
            self._tell(route.device)

    def _do(self, key: str, deed: str) -> None:
        """Let a person do something with a device."""
        for device in self.devices:
            if device.key == key:
                device.do(deed)
                self._tell(device)
        for robot in self.robots:
            if robot.key == key:
                robot.do(deed, self.world.now)

    def _answer(self, question: str) -> None:
        """Publish the truth now, or the whole log."""
        self._tick()
        if question == "log":
            moves = [logged(move) for move in self.world.log]
            self._connection.publish("simulator/log/all", moves)
        else:
            self._connection.publish("simulator/truth", truth(self.world))

    def _switch_fault(self, topic: str, text: str) -> None:
        """Switch a fault, or say why not."""
        _, _, device, name = topic.split("/")
        try:
            self.world.set_fault(parse_fault(device, name, text))
        except FaultError as err:
            self._connection.publish(
                f"{FAULT}/error", {"topic": topic, "error": str(err)}
            )
        self._answer("truth")

    def _announce(self) -> None:
        """Tell the broker all there is, as after every connection."""
        self._connection.publish(BRIDGE_STATE, {"state": "online"}, retain=True)
        self._connection.publish(f"{BRIDGE}/info", {"version": VERSION}, retain=True)
        topic, payload = bridge_announcement()
        self._connection.publish(topic, payload, retain=True)
        for device in self.devices:
            self._announce_device(device)
        self._maps.announce(self.world.now)
        for device in self.devices:
            self._tell(device)

    def _announce_device(self, device: Device) -> None:
        """Announce the entities of a device and whether it can be reached."""
        for entity in device.hardware.entities:
            topic, payload = announcement(
                entity, device.hardware, device.ieee, device.friendly_name
            )
            self._connection.publish(topic, payload, retain=True)
        self._publish_availability(device)

    def _tell_again(self) -> None:
        """Tell all states again after Home Assistant had time to subscribe."""
        if self._tell_again_at is None or self.world.now < self._tell_again_at:
            return
        self._tell_again_at = None
        for device in self.devices:
            self._tell(device)

    def _tell_moves(self, moves: list[Move]) -> None:
        """Tell what opened and closed, and what flows differently for it."""
        if not moves:
            return
        for move in moves:
            self._connection.publish("simulator/log", logged(move))
        moved = {self._by_outlet[move.outlet].key for move in moves}
        for device in self.devices:
            if device.key in moved or device.flow_changed():
                self._tell(device)
        self._connection.publish("simulator/truth", truth(self.world))

    def _tell_availability(self, device: Device) -> None:
        """Tell when a device is lost or found; a found one tells its state."""
        if self._available[device.key] == device.is_available:
            return
        self._available[device.key] = device.is_available
        self._publish_availability(device)
        self._tell(device)

    def _publish_availability(self, device: Device) -> None:
        """Publish whether a device can be reached."""
        state = {"state": "online" if device.is_available else "offline"}
        self._connection.publish(
            f"{BASE}/{device.friendly_name}/availability", state, retain=True
        )

    def _tell(self, device: Device) -> None:
        """Publish the state of a device, unless it is cut off or silent."""
        if device.is_available and "silent" not in self.world.faults[device.key]:
            self._connection.publish(f"{BASE}/{device.friendly_name}", device.state())


def _payload(text: str, setting: str) -> Payload:
    """Read a command: JSON, or a bare word for one setting."""
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    return value if isinstance(value, dict) else {setting: value}
