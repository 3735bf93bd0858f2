"""Starts the demo; see `script/demo --help`."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
import shutil
import signal
import sys
from time import monotonic

from simulator.faults import parse_option
from simulator.scenario import LOBEDA, load
from simulator.world import World

from .configuration import prepare
from .entities import Entities
from .home_assistant import PASSWORD, USER, HomeAssistant
from .logins import CARE, PANEL
from .options import Options, read_options
from .processes import DemoError, Processes, check_port, wait_for_port
from .quarter import set_up
from .robot import API_KEY

START_S = 180.0
LOOPBACK = "127.0.0.1"


def main() -> int:
    """Run the demo until Ctrl-C."""
    options = read_options(sys.argv[1:])
    try:
        asyncio.run(_run(options))
    except DemoError as err:
        print(f"\n{err}", file=sys.stderr)
        return 1
    except asyncio.CancelledError, KeyboardInterrupt:
        pass
    return 0


async def _run(options: Options) -> None:
    """Start everything, say how to log in, and end everything whatever happens."""
    task = asyncio.current_task()
    assert task is not None
    _on_signals(task.cancel)
    world = _world(options)
    check_port(options.host, options.port, "--port")
    check_port(LOOPBACK, options.broker_port, "--broker-port")
    check_port(LOOPBACK, options.cloud_port, "--cloud-port")
    config, logs = options.state / "config", options.state / "log"
    if options.reset:
        shutil.rmtree(config, ignore_errors=True)
    prepare(config, options)
    logs.mkdir(exist_ok=True)
    processes = Processes(logs)
    try:
        await _start(options, processes, world)
        await processes.watch()
    finally:
        _on_signals(lambda: _say("Still stopping ..."))
        _say("Stopping ...")
        await processes.stop()


async def _start(options: Options, processes: Processes, world: World) -> None:
    """Start all processes and set up the quarter."""
    begun = monotonic()
    try:
        async with asyncio.timeout(START_S):
            await _start_processes(options, processes)
            await _set_up(options, processes, world)
    except TimeoutError as err:
        raise DemoError(
            f"Not ready after {START_S:.0f} s. See {options.state / 'log'}."
        ) from err
    _say(f"Ready after {monotonic() - begun:.0f} s.\n")
    _say(
        f"    Open      {options.url}\n    User      {USER}\n    Password  {PASSWORD}\n"
    )
    _say(f"A caretaker's phone logs in as {CARE.user} with password {CARE.user},")
    _say(f"the tablet of the first flat as {PANEL.user} with password {PANEL.user}.\n")
    _say(f"Simulated time runs {options.speed:g} times as fast. Ctrl-C ends the demo.")


async def _start_processes(options: Options, processes: Processes) -> None:
    """Start the broker, the simulator, and Home Assistant."""
    _say("Starting the broker and the simulator ...")
    port = str(options.broker_port)
    await processes.start("broker", "demo.broker", "--host", LOOPBACK, "--port", port)
    await wait_for_port(LOOPBACK, options.broker_port, processes)
    await processes.start("simulator", "simulator", *_simulator(options))
    await wait_for_port(LOOPBACK, options.cloud_port, processes)
    _say("Starting Home Assistant ...")
    config = str(options.state / "config")
    await processes.start(
        "home-assistant", "homeassistant", "--skip-pip", "--config", config
    )


def _simulator(options: Options) -> list[str]:
    """Return what the simulator is told."""
    return [
        f"--port={options.broker_port}",
        f"--speed={options.speed}",
        # Zigbee2MQTT would wait 30 s, which is long for somebody who only has a look
        "--republish-after=0.5",
        f"--cloud-port={options.cloud_port}",
        f"--cloud-token={API_KEY}",
        *(f"--fault={fault}" for fault in options.faults),
    ]


async def _set_up(options: Options, processes: Processes, world: World) -> None:
    """Set up the quarter as a user would; give up as soon as a process ends."""
    work = asyncio.create_task(_enter_and_set_up(options, world))
    try:
        while not work.done():
            processes.check()
            await asyncio.wait([work], timeout=0.5)
        await work
    finally:
        work.cancel()


async def _enter_and_set_up(options: Options, world: World) -> None:
    """Log in and set up what is not there yet."""
    async with HomeAssistant(options.url) as home:
        await home.wait_until_up()
        await home.enter(options.language)
        _say("Setting up the quarter ...")
        await set_up(home, options, Entities(world))


def _world(options: Options) -> World:
    """Build the simulated quarter to know its devices, and to refuse wrong faults early."""
    try:
        world = World(load(LOBEDA), datetime.now(UTC), options.speed)
        for fault in options.faults:
            world.set_fault(parse_option(fault))
    except ValueError as err:
        raise DemoError(str(err)) from err
    return world


def _on_signals(handler: Callable[[], object]) -> None:
    """Do something when the user wants to end."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, handler)


def _say(text: str) -> None:
    """Tell the user."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
