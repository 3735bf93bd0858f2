"""Run the simulator: `python -m simulator --help`."""

import argparse
import asyncio
from contextlib import suppress
from datetime import UTC, datetime
import logging
from pathlib import Path
import signal
import sys

from .bridge import Bridge
from .connection import Broker
from .faults import Fault, FaultError, parse_option
from .scenario import LOBEDA, load
from .temi.cloud import Cloud, Token, serve
from .view import CLEAR, summary, view
from .world import World

VIEW_S = 1.0
LOOPBACK = "127.0.0.1"


def main() -> int:
    """Run until told to stop."""
    options = _parser().parse_args()
    logging.basicConfig(level=options.log_level.upper())
    try:
        world = _world(options)
    except ValueError as err:
        print(f"simulator: {err}", file=sys.stderr)
        return 2
    broker = Broker(
        host=options.host,
        port=options.port,
        username=options.username,
        password=options.password,
        republish_s=options.republish_after,
    )
    print(summary(world.scenario), flush=True)
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_run(Bridge(world, broker), options))
    return 0


async def _run(bridge: Bridge, options: argparse.Namespace) -> None:
    """Run the bridge, and the view and the cloud if they are wanted, until a signal."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bridge.run())
        if options.view:
            tasks.create_task(_show(bridge.world))
        if options.cloud_port:
            tokens = {str(options.cloud_token): Token()}
            cloud = Cloud(bridge.robots, tokens, lambda: bridge.world.now)
            tasks.create_task(serve(cloud, LOOPBACK, options.cloud_port))


async def _show(world: World) -> None:
    """Print the world every second."""
    while True:
        print(f"{CLEAR}{view(world)}", flush=True)
        await asyncio.sleep(VIEW_S)


def _world(options: argparse.Namespace) -> World:
    """Build the world with the faults that it begins with."""
    world = World(
        load(options.scenario), datetime.now(UTC), options.speed, options.seed
    )
    for fault in options.fault:
        world.set_fault(fault)
    return world


def _parser() -> argparse.ArgumentParser:
    """Return the reader of the command line."""
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__)
    parser.add_argument(
        "--host", default="127.0.0.1", help="address of the MQTT broker"
    )
    parser.add_argument(
        "--port", type=int, default=1883, help="port of the MQTT broker"
    )
    parser.add_argument("--username")
    parser.add_argument("--password")
    parser.add_argument(
        "--scenario", type=Path, default=LOBEDA, help="YAML or JSON file"
    )
    parser.add_argument("--seed", type=int, help="instead of the one in the scenario")
    parser.add_argument(
        "--speed",
        type=float,
        default=1.0,
        help="how many times as fast soil, plants, weather and tank inflow run",
    )
    parser.add_argument(
        "--fault",
        type=_fault,
        action="append",
        default=[],
        metavar="DEVICE:FAULT[=VALUE]",
        help="begin with a fault; may be given several times",
    )
    parser.add_argument(
        "--republish-after",
        type=float,
        default=2.0,
        metavar="SECONDS",
        help="wait before telling all states to a Home Assistant that came back",
    )
    parser.add_argument(
        "--cloud-port", type=int, default=0, help="port of the robots' cloud; 0: none"
    )
    parser.add_argument(
        "--cloud-token", default="demo", help="what its x-api-key has to be"
    )
    parser.add_argument("--view", action="store_true", help="show the world as text")
    parser.add_argument("--log-level", default="warning")
    return parser


def _fault(text: str) -> Fault:
    """Read a fault."""
    try:
        return parse_option(text)
    except FaultError as err:
        raise argparse.ArgumentTypeError(str(err)) from err


if __name__ == "__main__":
    sys.exit(main())
