"""The cards that the pages of the demo consist of."""

from .home_assistant import HomeAssistant, Json

WIDE: Json = {"grid_options": {"columns": 12}}


async def add_page(
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


def view(title: str, sections: list[Json], columns: int) -> Json:
    """Return what a page shows."""
    return {
        "title": title,
        "type": "sections",
        "max_columns": columns,
        "sections": sections,
    }


def section(heading: str, cards: list[Json]) -> Json:
    """Return a column with a heading."""
    return {"type": "grid", "cards": [{"type": "heading", "heading": heading}, *cards]}


def tile(entity_id: str) -> Json:
    """Return a tile; a button is pressed by a tap on any part of it."""
    card: Json = {"type": "tile", "entity": entity_id, "name": {"type": "entity"}}
    if entity_id.startswith("button."):
        press = perform("button.press", {}, entity_id)
        card |= {"hide_state": True, "tap_action": press}
    return card


def deed_tile(entity_id: str, name: str, icon: str, action: Json) -> Json:
    """Return a tile that does something, and does not show how its entity is."""
    return {
        "type": "tile",
        "entity": entity_id,
        "name": name,
        "icon": icon,
        "hide_state": True,
        "tap_action": action,
    }


def perform(action: str, data: Json, entity_id: str | None = None) -> Json:
    """Return what a tap does."""
    tap: Json = {"action": "perform-action", "perform_action": action, "data": data}
    if entity_id is not None:
        tap["target"] = {"entity_id": entity_id}
    return tap


def seen_while(card: Json, entity_id: str, **state: str) -> Json:
    """Return a card that is seen only while an entity has a state."""
    condition = {"condition": "state", "entity": entity_id, **state}
    return card | {"visibility": [condition]}
