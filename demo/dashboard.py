"""The pages of the demo that show the quarter at a glance."""

from dataclasses import dataclass, field

from .cards import WIDE, add_page, deed_tile, perform, section, seen_while, tile, view
from .emergency import TEXTS as HOUSE
from .home_assistant import HomeAssistant, Json
from .irrigation import DOMAIN, TEXTS as GARDEN
from .logins import CARE, PANEL
from .options import Options

URL_PATH = "quarter-garden"
FLAT_TITLE = {"de": "Wohnung", "en": "Flat"}
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
        shown = await _view(home, page, title, options.language)
        await add_page(home, page.url_path, title, page.icon, shown)
    title = FLAT_TITLE[options.language]
    shown = await _panel_view(home, title)
    await add_page(home, PANEL.url_path, title, "mdi:tablet", shown)
    value = {"default_panel": URL_PATH}
    await home.command("frontend/set_user_data", key="core", value=value)


async def _panel_view(home: HomeAssistant, title: str) -> Json:
    """Return the page of a tablet on the wall of the first flat: few large buttons."""
    entity_ids = await home.entity_ids(DOMAIN)
    ((_, parts),) = (await home.owners("emergency")).items()
    flat = next(part for part in parts if part["subentry_type"] == "place")
    owner = flat["subentry_id"]
    large = {"vertical": True, "grid_options": LARGE}
    cards = [
        tile(entity_ids[f"{owner}_state"]) | WIDE,
        *(tile(entity_ids[f"{owner}_{key}"]) | large for key in ("call", "cancel")),
    ]
    return view(title, [section(flat["title"], cards)], columns=1)


async def _view(home: HomeAssistant, page: Page, title: str, language: str) -> Json:
    """Return a page: the installation, then a column for each of its parts."""
    entity_ids = await home.entity_ids(DOMAIN)
    ((entry, parts),) = (await home.owners(page.system)).items()
    heading = page.heading[language]
    sections = [section(heading, _tiles(entity_ids, entry, page.tiles))]
    for part in sorted(parts, key=lambda part: str(part["subentry_type"])):
        if keys := page.part_tiles.get(part["subentry_type"]):
            owner = part["subentry_id"]
            cards = _tiles(entity_ids, owner, keys)
            deeds = page.part_deeds.get(part["subentry_type"], ())
            cards[1:1] = [
                _deed(entity_ids[f"{owner}_state"], deed, language) for deed in deeds
            ]
            sections.append(section(part["title"], cards))
    return view(title, sections, columns=4)


def _tiles(entity_ids: dict[str, str], owner: str, keys: tuple[str, ...]) -> list[Json]:
    """Return a tile for each entity that is there."""
    return [
        tile(entity_ids[f"{owner}_{key}"])
        for key in keys
        if f"{owner}_{key}" in entity_ids
    ]


def _deed(state: str, deed: Deed, language: str) -> Json:
    """Return a tile that does something about a part, seen while there is something to do."""
    action, words, icon, data = deed
    tap = perform(f"{DOMAIN}.{action}", data, state)
    card = deed_tile(state, words[language], icon, tap)
    return seen_while(card, state, state_not="idle")
