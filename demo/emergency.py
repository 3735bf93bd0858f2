"""The house of the demo: three flats, a call plan, and a caretaker with a cordless phone."""

from .entities import Entities
from .home_assistant import HomeAssistant, Json
from .logins import CARE, PANEL
from .options import Options

DOMAIN = "smart_quarter"
FLATS = {1: "12.1", 2: "12.2", 3: "12.3"}
"""Numbers of the flats by that of their devices."""
TEXTS = {
    "house": {"de": "Block 3", "en": "Block 3"},
    "flat": {"de": "Wohnung", "en": "Flat"},
    "plan": {"de": "Tagdienst", "en": "Day shift"},
    "caretaker": {"de": "Betreuung", "en": "Care team"},
    "shift": {"de": "Rund um die Uhr", "en": "Around the clock"},
    "lead": {"de": "Leitung", "en": "Lead"},
    "panel": {"de": "Tafel", "en": "Panel"},
}


def flat_name(number: str, options: Options) -> str:
    """Return what a flat is called."""
    return f"{TEXTS['flat'][options.language]} {number}"


async def set_up_emergency(
    home: HomeAssistant, options: Options, entities: Entities
) -> None:
    """Set up the house; whoever is logged in leads it, so that alarms can be tried out."""
    words = {key: word[options.language] for key, word in TEXTS.items()}
    user = await home.command("auth/current_user")
    house = {"name": words["house"], "push_detail": "place"}
    entry = await home.add_entry(DOMAIN, [{"next_step_id": "emergency"}, house])
    entry_id = entry["result"]["entry_id"]
    lead: Json = {"name": words["lead"], "role": "lead", "user": user["id"]}
    pager = [entities["pager", "page"]]
    caretaker = {"name": words["caretaker"], "role": "caretaker", "notifiers": pager}
    caretaker["user"] = await home.add_user(words["caretaker"], CARE.user, CARE.user)
    for person in (lead, caretaker):
        await home.add_subentry(entry_id, "person", [person])
    plan = {"name": words["plan"], "first": ["everybody"], "repeat_s": 30}
    await home.add_subentry(entry_id, "policy", [plan])
    parts = await home.command("config_entries/subentries/list", entry_id=entry_id)
    ids = {part["title"]: part["subentry_id"] for part in parts}
    whole_day = {"start": "00:00:00", "end": "00:00:00"}
    on_duty = [ids[words["caretaker"]]]
    shift = {"name": words["shift"], "persons": on_duty, **whole_day}
    await home.add_subentry(entry_id, "shift", [shift])
    for device, number in FLATS.items():
        place: Json = {
            "name": flat_name(number, options),
            "manual": [entities[f"cord_{device}", "action"]],
            "fall": [entities[f"radar_{device}", "fall_status"]],
            "policy": ids[words["plan"]],
            "consent": True,
            "watch": True,
        }
        watch: Json = {
            "activity": [entities[f"motion_{device}", "occupancy"]],
            "inactivity_h": 12,
            "bed": entities[f"bed_{device}", "occupancy"],
            "door": entities[f"door_{device}", "contact"],
        }
        await home.add_subentry(entry_id, "place", [place, watch])
    await _hang_up_a_panel(home, entry_id, words["panel"])


async def _hang_up_a_panel(home: HomeAssistant, entry_id: str, name: str) -> None:
    """Give the first flat a tablet on the wall, with a login that is bound to it."""
    parts = await home.command("config_entries/subentries/list", entry_id=entry_id)
    flat = next(p["subentry_id"] for p in parts if p["subentry_type"] == "place")
    user = await home.add_user(name, PANEL.user, PANEL.user)
    panel: Json = {"name": name, "role": "resident", "user": user, "place": flat}
    await home.add_subentry(entry_id, "person", [panel])
