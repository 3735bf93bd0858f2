"""The page of the demo that shows the quarter at a glance."""

from .home_assistant import HomeAssistant, Json
from .irrigation import DOMAIN, TEXTS
from .options import Options

URL_PATH = "quarter-garden"
TITLE = {"de": "Garten", "en": "Garden"}
ZONE_TILES = ("valve", "moisture", "state", "water_today")
SITE_TILES = ("water_today", "problem", "season", "rain_delay")
TANK_TILES = ("level", "state")


async def make_dashboard(home: HomeAssistant, options: Options) -> None:
    """Make the page and let it be the first one that is seen."""
    title = TITLE[options.language]
    await home.command(
        "lovelace/dashboards/create",
        url_path=URL_PATH,
        title=title,
        icon="mdi:flower",
        show_in_sidebar=True,
    )
    config = {"views": [await _view(home, title, options.language)]}
    await home.command("lovelace/config/save", url_path=URL_PATH, config=config)
    value = {"default_panel": URL_PATH}
    await home.command("frontend/set_user_data", key="core", value=value)


async def _view(home: HomeAssistant, title: str, language: str) -> Json:
    """Return the page: the site, its tank, then a column for each zone."""
    entity_ids = await home.entity_ids(DOMAIN)
    entry = (await home.entries(DOMAIN))[0]["entry_id"]
    parts = await home.command("config_entries/subentries/list", entry_id=entry)
    sections = [_section(entity_ids, entry, TEXTS["site"][language], SITE_TILES)]
    for part in sorted(parts, key=lambda part: part["subentry_type"]):
        tiles = TANK_TILES if part["subentry_type"] == "tank" else ZONE_TILES
        sections.append(_section(entity_ids, part["subentry_id"], part["title"], tiles))
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
        {"type": "tile", "entity": entity_ids[f"{owner}_{tile}"]}
        for tile in tiles
        if f"{owner}_{tile}" in entity_ids
    ]
    return {"type": "grid", "cards": cards}
