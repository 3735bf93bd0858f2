"""What can be broken at run time, by name."""

from dataclasses import dataclass

type Faults = dict[str, float]
"""Faults of one thing that are on, with their values."""

SENSOR = frozenset({"unavailable", "silent"})
PROBE = SENSOR | {"stuck", "bias", "noise"}
VALVE = frozenset(
    {
        "unavailable",
        "ignores_on_time",
        "ignores_close",
        "ignores_open",
        "lost_close",
        "slow",
    }
)
TANK = frozenset({"empty"})
DEAF = "deaf_after_reconnect"
"""What the stock app of a robot does; on unless it is switched off."""
ROBOT = frozenset(
    {
        DEAF,
        "second_connect",
        "background",
        "battery_null",
        "drop_commands",
        "duplicate_events",
        "stuck_calculating",
        "lost_position",
        "graceful_close",
        "wifi_lost",
        "privacy",
        "basic",
    }
)
SUPPLY = frozenset({"burst"})
NEEDS_VALUE = frozenset(
    {"bias", "noise", "lost_close", "slow", "burst", "drop_commands"}
)
MAY_BE_NEGATIVE = frozenset({"bias"})


class FaultError(ValueError):
    """A fault that cannot be set, with the reason."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault to switch; None switches it off."""

    device: str
    name: str
    value: float | None

    def apply(self, faults: Faults) -> None:
        """Switch the fault on or off."""
        if self.value is None:
            faults.pop(self.name, None)
        else:
            faults[self.name] = self.value


def parse_fault(device: str, name: str, text: str) -> Fault:
    """Read a fault: `on`, `off`, or a number for those that have one."""
    word = text.strip().lower()
    if word in {"off", "false"}:
        return Fault(device, name, None)
    if name not in NEEDS_VALUE:
        if word in {"", "on", "true"}:
            return Fault(device, name, 1.0)
        raise FaultError(f"{name} is switched with on or off, not {text!r}")
    return Fault(device, name, _number(name, text))


def parse_option(text: str) -> Fault:
    """Read a fault of the command line: `device:fault` or `device:fault=value`."""
    device, separator, rest = text.partition(":")
    name, _, value = rest.partition("=")
    if not separator or not device or not name:
        raise FaultError(f"{text!r} is not device:fault or device:fault=value")
    return parse_fault(device, name, value or "on")


def _number(name: str, text: str) -> float:
    """Read the value of a fault."""
    try:
        value = float(text)
    except ValueError:
        raise FaultError(f"{name} needs a number, not {text!r}") from None
    if not abs(value) < 1e6 or (value < 0 and name not in MAY_BE_NEGATIVE):
        raise FaultError(f"{name} cannot be {text}")
    return value
