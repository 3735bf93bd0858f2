"""The areas of the quarter, instead of the living room that every new home gets."""

from simulator.discovery import BASE

from .entities import Entities
from .home_assistant import HomeAssistant
from .options import Options

FACADE, PLANT_ROOM, FLATS = "facade", "plant_room", "flats"
AREAS = {
    FACADE: {"de": "Fassade", "en": "Façade", "icon": "mdi:flower"},
    PLANT_ROOM: {"de": "Technikraum", "en": "Plant room", "icon": "mdi:water-pump"},
    FLATS: {"de": "Wohnungen", "en": "Flats", "icon": "mdi:home-group"},
}
IN_PLANT_ROOM = {"master", "pump", "tank_level", "tank_distance"}

IN_FLATS = ("cord", "radar", "bed", "door", "motion", "pager")


async def furnish(home: HomeAssistant, entities: Entities, options: Options) -> None:
    """Make the areas and put the devices there."""
    for area in await home.command("config/area_registry/list"):
        await home.command("config/area_registry/delete", area_id=area["area_id"])
    area_ids = {key: await _create(home, area, options) for key, area in AREAS.items()}
    device_ids = await _device_ids(home, "mqtt")
    for key, ieee in entities.ieees.items():
        place = PLANT_ROOM if key in IN_PLANT_ROOM else FACADE
        if key.startswith(IN_FLATS):
            place = FLATS
        await home.command(
            "config/device_registry/update",
            device_id=device_ids[f"{BASE}_{ieee}"],
            area_id=area_ids[place],
        )

    gardens = {
        owner
        for entry_id, parts in (await home.owners("irrigation")).items()
        for owner in (entry_id, *(part["subentry_id"] for part in parts))
    }
    for owner, device_id in (await _device_ids(home, "smart_quarter")).items():
        await home.command(
            "config/device_registry/update",
            device_id=device_id,
            area_id=area_ids[FACADE if owner in gardens else FLATS],
        )


async def _create(home: HomeAssistant, area: dict[str, str], options: Options) -> str:
    """Create an area and return its id."""
    name, icon = area[options.language], area["icon"]
    made = await home.command("config/area_registry/create", name=name, icon=icon)
    return str(made["area_id"])


async def _device_ids(home: HomeAssistant, of: str) -> dict[str, str]:
    """Return the ids of all devices of an integration by their identifier."""
    return {
        identifier: device["id"]
        for device in await home.command("config/device_registry/list")
        for domain, identifier in device["identifiers"]
        if domain == of
    }
