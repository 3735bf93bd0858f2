"""Sets up the quarter in Home Assistant, through the same flows a user goes through."""

import asyncio

from .areas import furnish
from .dashboard import make_dashboard
from .emergency import set_up_emergency
from .entities import Entities
from .home_assistant import HomeAssistant, Json
from .irrigation import set_up_irrigation
from .logins import CARE, LANGUAGE, PANEL, open_page_of, use_language
from .options import Options
from .robot import move_cloud, set_up_robot, show_the_flats, wait_for_robot
from .robot_page import make_robot_page

POLL_S = 0.25
MQTT_ISSUE = "protocol_5_migration"


async def set_up(home: HomeAssistant, options: Options, entities: Entities) -> None:
    """Set up what is not there yet, and wait until everything can be used."""
    entries = await home.entries("mqtt")
    if not entries:
        await home.add_entry("mqtt", [_broker(options)])
    for entry in entries:
        await home.reconfigure("mqtt", entry["entry_id"], _broker(options))
    await _ignore_protocol_issue(home)
    await _wait_for_devices(home, entities)
    await move_cloud(home, options)
    # The language is stored last: without it the furnishing is not complete
    if await home.command("frontend/get_user_data", key=LANGUAGE) == {"value": None}:
        if not await home.entries("smart_quarter"):
            await set_up_irrigation(home, options, entities)
            await set_up_emergency(home, options, entities)
        if not await home.owners("temi"):
            await set_up_robot(home, options)
        area_ids = await furnish(home, entities, options)
        await show_the_flats(home, entities, options, area_ids)
        await make_dashboard(home, options)
        await make_robot_page(home, options, entities)
        for login in (CARE, PANEL):
            await open_page_of(home, login, options)
        await wait_for_robot(home)
        await use_language(home, options)


def _broker(options: Options) -> Json:
    """Return the answer to the form of the MQTT integration."""
    return {
        "broker": "127.0.0.1",
        "port": options.broker_port,
        "protocol": "3.1.1",
        "other_settings": {
            "set_client_cert": False,
            "set_ca_cert": "off",
            "transport": "tcp",
        },
    }


async def _ignore_protocol_issue(home: HomeAssistant) -> None:
    """Hide the advice to use MQTT 5, which the embedded broker does not speak."""
    issues = (await home.command("repairs/list_issues"))["issues"]
    if any(i["issue_id"] == MQTT_ISSUE and not i["ignored"] for i in issues):
        await home.command(
            "repairs/ignore_issue", domain="mqtt", issue_id=MQTT_ISSUE, ignore=True
        )


async def _wait_for_devices(home: HomeAssistant, entities: Entities) -> None:
    """Wait until the start is over and every simulated device has reported."""
    while not (await home.is_running() and await entities.are_there(home)):
        await asyncio.sleep(POLL_S)
