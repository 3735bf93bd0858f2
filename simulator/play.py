"""Play a person: `python -m simulator.play cord_1 pull`; without a device it lists what can be done."""

import argparse
import asyncio
from pathlib import Path
import sys

from aiomqtt import Client, MqttError

from .alarms import alarms
from .bridge import DO
from .scenario import LOBEDA, load
from .temi.robot import Robot
from .world import World


def main() -> int:
    """Do it, or say what can be done."""
    options = _parser().parse_args()
    scenario = load(options.scenario)
    world = World(scenario, scenario.start)
    known = {d.key: d.deeds for d in alarms(world, scenario) if d.deeds}
    known |= {robot.key: Robot.deeds for robot in scenario.robots}
    deed = " ".join(options.deed)
    if not options.device:
        for device, deeds in known.items():
            print(f"{device}: {', '.join(deeds)}")
        return 0
    if deed not in known.get(options.device, ()):
        print(f"Nobody can {deed!r} {options.device!r}.", file=sys.stderr)
        return 2
    try:
        asyncio.run(_do(options.host, options.port, options.device, deed))
    except MqttError as err:
        print(f"The broker does not answer: {err}", file=sys.stderr)
        return 1
    return 0


async def _do(host: str, port: int, device: str, deed: str) -> None:
    """Tell the simulator what a person does."""
    async with Client(host, port) as client:
        await client.publish(f"{DO}/{device}", deed, qos=1)


def _parser() -> argparse.ArgumentParser:
    """Return the reader of the command line."""
    parser = argparse.ArgumentParser(prog="play", description=__doc__)
    parser.add_argument("device", nargs="?", help="for example cord_1")
    parser.add_argument("deed", nargs="*", help="for example pull")
    parser.add_argument("--host", default="127.0.0.1", help="address of the broker")
    parser.add_argument(
        "--port", type=int, default=18830, help="port of the broker, as in the demo"
    )
    parser.add_argument("--scenario", type=Path, default=LOBEDA)
    return parser


if __name__ == "__main__":
    sys.exit(main())
