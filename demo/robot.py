"""The robot of the demo: Home Assistant finds it by itself, and it is confirmed as a user does."""

import asyncio
from collections.abc import Mapping

from simulator.temi.cloud import BASE

from .emergency import FLATS, flat_name
from .entities import NOT_THERE, Entities
from .home_assistant import HomeAssistant, Json
from .options import Options
from .processes import DemoError

DOMAIN = "smart_quarter"
NAME = "Temi"
API_KEY = "demo"
FOUND_S = 15.0
"""Five heartbeats."""
POLL_S = 0.25
SIMULATED = "http://127.0.0.1:"


async def set_up_robot(home: HomeAssistant, options: Options) -> None:
    """Confirm the robot that was found, with the key of its cloud."""
    cloud = {"api_key": API_KEY, "cloud_url": _url(options)}
    await home.confirm(await _found(home), {"name": NAME, "cloud": cloud})


async def show_the_flats(
    home: HomeAssistant,
    entities: Entities,
    options: Options,
    area_ids: Mapping[str, str],
) -> None:
    """Tell the robot at which of its waypoints the flats are."""
    (robot,) = entities.world.scenario.robots
    areas = [
        {"area": area_ids[flat_name(number, options)], "waypoint": waypoint}
        for number in FLATS.values()
        for waypoint in robot.waypoints
        if waypoint.endswith(number)
    ]
    (entry_id,) = await home.owners("temi")
    known = await home.settings(DOMAIN, entry_id)
    await home.reconfigure(DOMAIN, entry_id, known | {"areas": areas})


async def wait_for_robot(home: HomeAssistant) -> None:
    """Wait for the robot's first word since it was set up."""
    (entry_id,) = await home.owners("temi")
    battery = (await home.entity_ids(DOMAIN))[f"{entry_id}_battery"]
    while (await home.states()).get(battery) in NOT_THERE:
        await asyncio.sleep(POLL_S)


async def move_cloud(home: HomeAssistant, options: Options) -> None:
    """Tell robots at which port their simulated cloud answers now."""
    for entry_id in await home.owners("temi"):
        known = await home.settings(DOMAIN, entry_id)
        if _is_elsewhere(known["cloud"], options):
            cloud = known["cloud"] | {"cloud_url": _url(options)}
            await home.reconfigure(DOMAIN, entry_id, known | {"cloud": cloud})


def _is_elsewhere(cloud: Json, options: Options) -> bool:
    """Tell whether a robot has a simulated cloud, but looks for it at another port."""
    url = cloud.get("cloud_url", "")
    return "api_key" in cloud and url.startswith(SIMULATED) and url != _url(options)


def _url(options: Options) -> str:
    """Return the address of the simulated cloud."""
    return f"{SIMULATED}{options.cloud_port}{BASE}"


async def _found(home: HomeAssistant) -> str:
    """Wait until the robot has reported, and return the flow that asks about it."""
    try:
        async with asyncio.timeout(FOUND_S):
            while not (flows := await home.discovered(DOMAIN)):
                await asyncio.sleep(POLL_S)
    except TimeoutError as err:
        raise DemoError(
            "The robot does not report. Start once without a fault of it: it is set up then, "
            "and can be broken at any later start."
        ) from err
    return flows[0]
