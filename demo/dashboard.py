"""The pages of the demo that show the quarter at a glance."""

from dataclasses import dataclass, field

from .emergency import TEXTS as HOUSE
from .home_assistant import HomeAssistant, Json
from .irrigation import DOMAIN, TEXTS as GARDEN
from .logins import CARE, PANEL
from .options import Options

URL_PATH = "quarter-garden"
FLAT_TITLE = {"de": "Wohnung", "en": "Flat"}
WIDE = {"columns": 12}
LARGE = {"columns": 12, "rows": 4}
type Deed = tuple[str, dict[str, str], str, Json]
"""Something to do about a part: the action, its words, its icon and what it needs to know."""
DEEDS: tuple[Deed, ...] = (
    ("acknowledge", {"de": "Übernehmen", "en": "Take it"}, "mdi:run-fast", {}),
    ("arrive", {"de": "Bin vor Ort", "en": "I am there"}, "mdi:account-check", {}),
    (
        "resolve",
        {"de": "Erledigt", "en": "Done"},
        "mdi:check-circle-outline",
        {"outcome": "helped"},
    ),
)
"""What a caretaker does about the most pressing call of a place."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page: which system it shows, and which tiles of the whole and of each part."""

    url_path: str
    title: dict[str, str]
    icon: str
    system: str
    heading: dict[str, str]
    tiles: tuple[str, ...]
    part_tiles: dict[str, tuple[str, ...]]
    part_deeds: dict[str, tuple[Deed, ...]] = field(default_factory=dict)


PAGES = (
    Page(
        url_path=URL_PATH,
        title={"de": "Garten", "en": "Garden"},
        icon="mdi:flower",
        system="irrigation",
        heading=GARDEN["site"],
        tiles=("water_today", "problem", "season", "rain_delay"),
        part_tiles={
            "zone": ("valve", "moisture", "state", "water_today"),
            "tank": ("level", "state"),
        },
    ),
    Page(
        url_path=CARE.url_path,
        title={"de": "Notruf", "en": "Emergency calls"},
        icon="mdi:alarm-light-outline",
        system="emergency",
        heading=HOUSE["house"],
        tiles=("unacknowledged", "open", "fault"),
        part_tiles={"place": ("state", "call", "cancel")},
        part_deeds={"place": DEEDS},
    ),
)


async def make_dashboard(home: HomeAssistant, options: Options) -> None:
    """Make the pages; the garden is the first one that is seen."""
    for page in PAGES:
        title = page.title[options.language]
        view = await _view(home, page, title, options.language)
        await _add_page(home, page.url_path, title, page.icon, view)
    title = FLAT_TITLE[options.language]
    view = await _panel_view(home, title)
    await _add_page(home, PANEL.url_path, title, "mdi:tablet", view)
    value = {"default_panel": URL_PATH}
    await home.command("frontend/set_user_data", key="core", value=value)


async def _add_page(
    home: HomeAssistant, url_path: str, title: str, icon: str, view: Json
) -> None:
    """Add a page to the sidebar."""
    await home.command(
        "lovelace/dashboards/create",
        url_path=url_path,
        title=title,
        icon=icon,
        show_in_sidebar=True,
    )
    await home.command(
        "lovelace/config/save", url_path=url_path, config={"views": [view]}
    )


async def _panel_view(home: HomeAssistant, title: str) -> Json:
    """Return the page of a tablet on the wall of the first flat: few large buttons."""
    entity_ids = await home.entity_ids(DOMAIN)
    ((_, parts),) = (await home.owners("emergency")).items()
    flat = next(part for part in parts if part["subentry_type"] == "place")
    owner = flat["subentry_id"]
    cards: list[Json] = [{"type": "heading", "heading": flat["title"]}]
    cards.append(_tile(entity_ids[f"{owner}_state"]) | {"grid_options": WIDE})
    for key in ("call", "cancel"):
        button = _tile(entity_ids[f"{owner}_{key}"])
        cards.append(button | {"vertical": True, "grid_options": LARGE})
    section = {"type": "grid", "cards": cards}
    return {"title": title, "type": "sections", "max_columns": 1, "sections": [section]}


async def _view(home: HomeAssistant, page: Page, title: str, language: str) -> Json:
    """Return a page: the installation, then a column for each of its parts."""
    entity_ids = await home.entity_ids(DOMAIN)
    ((entry, parts),) = (await home.owners(page.system)).items()
    heading = page.heading[language]
    sections = [_section(entity_ids, entry, heading, page.tiles)]
    for part in sorted(parts, key=lambda part: str(part["subentry_type"])):
        if tiles := page.part_tiles.get(part["subentry_type"]):
            owner = part["subentry_id"]
            section = _section(entity_ids, owner, part["title"], tiles)
            deeds = page.part_deeds.get(part["subentry_type"], ())
            section["cards"][2:2] = [
                _deed(entity_ids[f"{owner}_state"], deed, language) for deed in deeds
            ]
            sections.append(section)
    return {
        "title": title,
        "type": "sections",
        "max_columns": 4,
        "sections": sections,
    }


def _section(
    entity_ids: dict[str, str], owner: str, heading: str, tiles: tuple[str, ...]
) -> Json:
    """Return a column with a heading and a tile for each entity."""
    cards: list[Json] = [{"type": "heading", "heading": heading}]
    cards += [
        _tile(entity_ids[f"{owner}_{tile}"])
        for tile in tiles
        if f"{owner}_{tile}" in entity_ids
    ]
    return {"type": "grid", "cards": cards}


def _deed(state: str, deed: Deed, language: str) -> Json:
    """Return a tile that does something about a part, seen while there is something to do."""
    action, words, icon, data = deed
    return {
        "type": "tile",
        "entity": state,
        "name": words[language],
        "icon": icon,
        "hide_state": True,
        "tap_action": {
            "action": "perform-action",
            "perform_action": f"{DOMAIN}.{action}",
            "target": {"entity_id": state},
            "data": data,
        },
        "visibility": [{"condition": "state", "entity": state, "state_not": "idle"}],
    }


def _tile(entity_id: str) -> Json:
    """Return a tile; a button is pressed by a tap on any part of it."""
    tile: Json = {"type": "tile", "entity": entity_id, "name": {"type": "entity"}}
    if entity_id.startswith("button."):
        press = {
            "action": "perform-action",
            "perform_action": "button.press",
            "target": {"entity_id": entity_id},
        }
        tile |= {"hide_state": True, "tap_action": press}
    return tile
