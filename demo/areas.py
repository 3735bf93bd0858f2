"""The areas of the quarter, instead of the living room that every new home gets."""

from collections.abc import Iterator

from simulator.discovery import BASE

from .emergency import FLATS, TEXTS as HOUSE_TEXTS, flat_name
from .entities import Entities
from .home_assistant import HomeAssistant
from .options import Options

FACADE, PLANT_ROOM, HOUSE, FLOOR = "facade", "plant_room", "house", "floor"
AREAS = {
    FACADE: {"de": "Fassade", "en": "Façade", "icon": "mdi:flower"},
    PLANT_ROOM: {"de": "Technikraum", "en": "Plant room", "icon": "mdi:water-pump"},
    HOUSE: {**HOUSE_TEXTS["house"], "icon": "mdi:home-group"},
    FLOOR: {"de": "Etage 12", "en": "Floor 12", "icon": "mdi:floor-plan"},
}
"""Beside the flats, each of which is an area that is called like it."""
FLAT_ICON = "mdi:home-heart"
IN_PLANT_ROOM = {"master", "pump", "tank_level", "tank_distance"}
IN_FLATS = {"cord", "radar", "bed", "door", "motion"}


async def furnish(
    home: HomeAssistant, entities: Entities, options: Options
) -> dict[str, str]:
    """Make the areas, put the devices there, and return the ids of the areas by name."""
    for area in await home.command("config/area_registry/list"):
        await home.command("config/area_registry/delete", area_id=area["area_id"])
    area_ids = {name: await _create(home, name, icon) for name, icon in _areas(options)}
    of_mqtt = await _device_ids(home, "mqtt")
    for identifier, name in _devices(entities, options):
        await _put(home, of_mqtt[identifier], area_ids[name])
    places = await _places(home, options)
    for owner, device_id in (await _device_ids(home, "smart_quarter")).items():
        await _put(home, device_id, area_ids[places[owner]])
    return area_ids


def _areas(options: Options) -> Iterator[tuple[str, str]]:
    """Yield the names and icons of all areas."""
    for area in AREAS.values():
        yield area[options.language], area["icon"]
    for number in FLATS.values():
        yield flat_name(number, options), FLAT_ICON


def _devices(entities: Entities, options: Options) -> Iterator[tuple[str, str]]:
    """Yield each simulated device, and the name of the area where it is."""
    for key, ieee in entities.ieees.items():
        yield f"{BASE}_{ieee}", _area_of(key, options)
    for floor in entities.maps.values():
        yield floor, AREAS[FLOOR][options.language]


def _area_of(key: str, options: Options) -> str:
    """Return the name of the area where a device is."""
    kind, _, number = key.rpartition("_")
    if kind in IN_FLATS:
        return flat_name(FLATS[int(number)], options)
    if key == "pager":
        return AREAS[HOUSE][options.language]
    area = PLANT_ROOM if key in IN_PLANT_ROOM else FACADE
    return AREAS[area][options.language]


async def _places(home: HomeAssistant, options: Options) -> dict[str, str]:
    """Return where our own entries and their parts are; a flat is in its own area."""
    found: dict[str, str] = {}
    whole = {"irrigation": FACADE, "emergency": HOUSE, "temi": FLOOR}
    for system, area in whole.items():
        name = AREAS[area][options.language]
        for entry_id, parts in (await home.owners(system)).items():
            found[entry_id] = name
            for part in parts:
                is_flat = part["subentry_type"] == "place"
                found[part["subentry_id"]] = part["title"] if is_flat else name
    return found


async def _put(home: HomeAssistant, device_id: str, area_id: str) -> None:
    """Put a device into an area."""
    await home.command(
        "config/device_registry/update", device_id=device_id, area_id=area_id
    )


async def _create(home: HomeAssistant, name: str, icon: str) -> str:
    """Create an area and return its id."""
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
