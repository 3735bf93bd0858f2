"""The page of the robot: where it is, what it does, and where it can be sent."""

from collections.abc import Mapping
from dataclasses import dataclass

from .cards import WIDE, add_page, deed_tile, perform, section, seen_while, tile, view
from .entities import MAP, Entities
from .home_assistant import HomeAssistant, Json
from .look_in import SCRIPT, look_in
from .options import Options
from .robot import DOMAIN, NAME

URL_PATH = "quarter-robot"
ICON = "mdi:robot-happy-outline"
TITLE = {"de": "Roboter", "en": "Robot"}
GO = {"de": "Zu {flat} fahren", "en": "Go to {flat}"}
LOOK_IN = {"de": "In {flat} nachsehen", "en": "Look in on {flat}"}
HANG_UP = {"de": "Anruf beenden", "en": "End the call"}
FLATS = {"de": "Wohnungen", "en": "Flats"}
DRIVE = ("navigation", "location")
BUTTONS = ("stop", "home")
STATES = ("battery", "hearing", "call", "privacy")
ANSWERS = ("yes", "no")


@dataclass(frozen=True, slots=True)
class Robot:
    """What the page is about."""

    entity_ids: Mapping[str, str]
    """By what they are, such as `battery`."""
    map: str
    flats: Mapping[str, str]
    """The states of the flats by their names."""
    language: str

    @property
    def destination(self) -> str:
        """Return the entity by which actions name the robot."""
        return self.entity_ids["destination"]

    def tiles(self, keys: tuple[str, ...]) -> list[Json]:
        """Return a tile for each of some entities."""
        return [tile(self.entity_ids[key]) for key in keys]


async def make_robot_page(
    home: HomeAssistant, options: Options, entities: Entities
) -> None:
    """Make the page, and the script that it begins."""
    robot = await _known(home, options, entities)
    await home.write_script(SCRIPT, look_in(robot.destination, options.language))
    title = TITLE[options.language]
    sections = [_floor(robot), _robot(robot), _flats(robot)]
    await add_page(home, URL_PATH, title, ICON, view(title, sections, columns=2))


async def _known(home: HomeAssistant, options: Options, entities: Entities) -> Robot:
    """Find what belongs to the robot, and where it can be sent."""
    ids = await home.entity_ids(DOMAIN)
    (own,) = [f"{entry_id}_" for entry_id in await home.owners("temi")]
    (parts,) = (await home.owners("emergency")).values()
    (key,) = entities.maps
    return Robot(
        entity_ids={
            k.removeprefix(own): v for k, v in ids.items() if k.startswith(own)
        },
        map=entities[key, MAP],
        flats={
            part["title"]: ids[f"{part['subentry_id']}_state"]
            for part in parts
            if part["subentry_type"] == "place"
        },
        language=options.language,
    )


def _floor(robot: Robot) -> Json:
    """Return the map, and under it what the robot asks while it does."""
    floor: Json = {
        "type": "picture-entity",
        "entity": robot.map,
        "show_name": False,
        "show_state": False,
        "tap_action": {"action": "none"},
        "grid_options": {"columns": "full"},
    }
    question = robot.entity_ids["question"]
    asked = [tile(question) | WIDE, *robot.tiles(ANSWERS)]
    cards = [floor, *(seen_while(card, question, state="on") for card in asked)]
    return {"type": "grid", "column_span": 2, "cards": cards}


def _robot(robot: Robot) -> Json:
    """Return what the robot does, and what it can be told."""
    choice = tile(robot.destination) | {
        "hide_state": True,
        "features": [{"type": "select-options"}],
        "features_position": "inline",
    }
    cards = [
        choice | WIDE,
        *robot.tiles(DRIVE),
        _reason(robot),
        *(button | WIDE for button in robot.tiles(BUTTONS)),
        *robot.tiles(STATES),
        _hang_up(robot),
    ]
    return section(NAME, cards)


def _reason(robot: Robot) -> Json:
    """Return why the robot has given up, while it has."""
    card = tile(robot.entity_ids["reason"]) | WIDE
    return seen_while(card, robot.entity_ids["navigation"], state="abort")


def _hang_up(robot: Robot) -> Json:
    """Return a tile that ends a call, while there is one."""
    words, call = HANG_UP[robot.language], robot.entity_ids["call"]
    tap = perform(f"{DOMAIN}.stop_sequence", {}, robot.destination)
    card = deed_tile(robot.destination, words, "mdi:phone-hangup", tap) | WIDE
    return seen_while(card, call, state="on")


def _flats(robot: Robot) -> Json:
    """Return what the robot can do for the flats."""
    cards = [
        card(robot, name, state) | WIDE
        for name, state in robot.flats.items()
        for card in (_go, _look_in)
    ]
    return section(FLATS[robot.language], cards)


def _go(robot: Robot, flat: str, state: str) -> Json:
    """Return a tile that sends the robot to a flat."""
    words = GO[robot.language].format(flat=flat)
    where = {"place": state, "wait": False}
    tap = perform(f"{DOMAIN}.go_to", where, robot.destination)
    return deed_tile(state, words, "mdi:map-marker-right", tap)


def _look_in(robot: Robot, flat: str, state: str) -> Json:
    """Return a tile that lets the robot ask in a flat whether all is well."""
    words = LOOK_IN[robot.language].format(flat=flat)
    tap = perform(f"script.{SCRIPT}", {"place": state})
    # With the script as its entity, all flats would light up when it runs for one
    return deed_tile(state, words, "mdi:home-search-outline", tap)
