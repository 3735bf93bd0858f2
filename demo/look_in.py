"""The script of the demo: the robot goes to a flat, asks, and calls somebody if need be."""

from .home_assistant import Json

SCRIPT = "look_in"
NURSE = "Nurse"
"""A contact of the simulated cloud."""
TEXTS = {
    "alias": {"de": "In einer Wohnung nachsehen", "en": "Look in on a flat"},
    "place": {"de": "Wohnung", "en": "Flat"},
    "question": {"de": "Ist alles in Ordnung?", "en": "Is everything all right?"},
    "good": {
        "de": "Gut, dann fahre ich zurück.",
        "en": "Good, then I will go back.",
    },
    "call": {
        "de": "Dann rufe ich jemanden an.",
        "en": "Then I will call somebody.",
    },
}


def look_in(robot: str, language: str) -> Json:
    """Return the script, for a robot that is named by its destination."""
    words = {key: text[language] for key, text in TEXTS.items()}
    place = {"name": words["place"], "required": True, "selector": {"entity": {}}}
    return {
        "alias": words["alias"],
        "icon": "mdi:home-search-outline",
        "mode": "restart",
        "fields": {"place": place},
        # A drive that does not arrive is an error that ends it, and says why
        "sequence": [
            _do("go_to", robot, {"place": "{{ place }}"}),
            *_ask(robot, words),
        ],
    }


def _ask(robot: str, words: dict[str, str]) -> list[Json]:
    """Return the steps that ask, and that do what the answer wants."""
    home = {"waypoint": "home base", "say_before": words["good"], "wait": False}
    call = {"contacts": [NURSE], "announce": words["call"]}
    question = {"question": words["question"], "timeout": {"seconds": 30}}
    return [
        _do("ask", robot, question) | {"response_variable": "said"},
        {"variables": {"answer": f"{{{{ said['{robot}'].answer }}}}"}},
        {
            "if": "{{ answer == 'yes' }}",
            "then": [_do("go_to", robot, home)],
        },
        {
            "if": "{{ answer in ['no', 'silence'] }}",
            "then": [_do("start_call", robot, call)],
        },
    ]


def _do(action: str, robot: str, data: Json) -> Json:
    """Return a step that lets the robot do something."""
    target = {"entity_id": robot}
    return {"action": f"smart_quarter.{action}", "target": target, "data": data}
