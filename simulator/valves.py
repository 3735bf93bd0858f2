"""Valves and relays as devices: what they announce, tell, and obey."""

from typing import override

from .devices import Device, Payload
from .discovery import BATTERY, LINK_QUALITY, Hardware, measurement, number, switch
from .scenario import ValveKind, ValveSpec
from .valve import Outlet, Timer
from .world import World

OPEN, CLOSED = "ON", "OFF"
LITRES_MIN_PER_M3_H = 1000 / 60

HARDWARE = {
    ValveKind.SWV: Hardware(
        manufacturer="SONOFF",
        model="Zigbee smart water valve",
        model_id="SWV",
        entities=(
            switch(),
            measurement("flow", "Flow", "m³/h", "volume_flow_rate"),
            BATTERY,
            LINK_QUALITY,
        ),
    ),
    ValveKind.DUAL: Hardware(
        manufacturer="Tuya",
        model="Dual water valve",
        model_id="TS0601_dual_valve",
        entities=(switch("l1"), switch("l2"), BATTERY, LINK_QUALITY),
    ),
    ValveKind.PLAIN: Hardware(
        manufacturer="Tuya",
        model="Smart water valve",
        model_id="TS0001_valve",
        entities=(switch(), BATTERY, LINK_QUALITY),
    ),
    ValveKind.COUNTDOWN: Hardware(
        manufacturer="GiEX",
        model="Water irrigation valve",
        model_id="QT06_1",
        entities=(
            switch(),
            number("countdown", "Countdown", "min", 600, icon="mdi:timer"),
            BATTERY,
            LINK_QUALITY,
        ),
    ),
    ValveKind.RELAY: Hardware(
        manufacturer="SONOFF",
        model="Zigbee smart switch (no neutral)",
        model_id="ZBMINIL2",
        entities=(switch(), LINK_QUALITY),
    ),
}


class Valve(Device):
    """A valve or relay with its outlets."""

    def __init__(self, world: World, spec: ValveSpec) -> None:
        """Connect the outlets."""
        super().__init__(world, spec)
        self.hardware = HARDWARE[spec.kind]
        self.kind = spec.kind
        self.outlets = {self._endpoint(key): world.outlets[key] for key in spec.outlets}
        self._told_flow = 0.0

    @staticmethod
    def _endpoint(outlet: str) -> str | None:
        """Return the endpoint of an outlet, None where there is only one."""
        _, separator, endpoint = outlet.partition("/")
        return endpoint if separator else None

    @override
    def state(self) -> Payload:
        """Tell of all outlets."""
        told: Payload = {}
        for endpoint, outlet in self.outlets.items():
            told[_property("state", endpoint)] = OPEN if outlet.is_open else CLOSED
            if self.kind is ValveKind.SWV:
                told["flow"] = self._told_flow = self._flow(outlet)
            if outlet.timer is Timer.COUNTDOWN:
                told["countdown"] = outlet.countdown
        battery = {} if self.kind is ValveKind.RELAY else self.cell()
        return told | battery | self.radio()

    @override
    def flow_changed(self) -> bool:
        """Tell whether the flow meter shows something else than it told last."""
        if self.kind is not ValveKind.SWV:
            return False
        return any(self._flow(o) != self._told_flow for o in self.outlets.values())

    @staticmethod
    def _flow(outlet: Outlet) -> float:
        """Return what the flow meter shows, m³/h."""
        return round(outlet.flow_l_min / LITRES_MIN_PER_M3_H, 3)

    @override
    def command(self, endpoint: str | None, payload: Payload) -> None:
        """Obey: settings first, so that one message can set a countdown and open."""
        for name, outlet in self.outlets.items():
            if (value := _number(payload, "countdown", name)) is not None:
                outlet.set_countdown(self.world.now, value)
            if name == endpoint:
                self._switch(outlet, payload, None)
            elif endpoint is None:
                self._switch(outlet, payload, name)

    def _switch(self, outlet: Outlet, payload: Payload, endpoint: str | None) -> None:
        """Open or close an outlet, if the message says so."""
        word = str(payload.get(_property("state", endpoint), "")).upper()
        if word == "TOGGLE":
            word = CLOSED if outlet.is_open else OPEN
        if word in {OPEN, CLOSED}:
            on_time_s = _number(payload, "on_time", endpoint)
            self.world.command(outlet.key, opens=word == OPEN, on_time_s=on_time_s)


def valves(world: World) -> list[Device]:
    """Return all valves and relays."""
    return [Valve(world, spec) for spec in world.scenario.valves]


def _property(name: str, endpoint: str | None) -> str:
    """Return the name of a property of an endpoint."""
    return f"{name}_{endpoint}" if endpoint else name


def _number(payload: Payload, name: str, endpoint: str | None) -> float | None:
    """Return a number of a message, for the endpoint or for the whole message."""
    value = payload.get(_property(name, endpoint), payload.get(name))
    try:
        return None if value is None else float(value)
    except TypeError, ValueError:
        return None
