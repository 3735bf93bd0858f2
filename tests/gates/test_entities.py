"""Texts and icons of entities belong together, and nothing of them is left over.

That every entity has both is watched in tests/shown_texts.py, whenever a test registers one.
"""

import ast
from functools import cache
from importlib.util import find_spec
import json
from pathlib import Path
from typing import Any

from homeassistant.const import Platform
import pytest

from .project import INTEGRATION, Json, flat, icons, modules, translations, tree


@cache
def known_icons() -> frozenset[str]:
    """Return the names of all icons that the frontend has."""
    spec = find_spec("hass_frontend")
    assert spec is not None
    assert spec.origin is not None
    path = Path(spec.origin).parent / "static" / "mdi" / "iconList.json"
    listed = json.loads(path.read_text(encoding="utf-8"))
    return frozenset(f"mdi:{icon['name']}" for icon in listed)


def unknown_icons(found: Json) -> list[str]:
    """Return the icons that the frontend does not have."""
    return [icon for icon in flat(found).values() if icon not in known_icons()]


def keys(found: Json) -> set[tuple[str, str]]:
    """Return the platform and key of all entities."""
    entities = found.get("entity", {})
    return {(platform, key) for platform in entities for key in entities[platform]}


def states(entity: Json) -> set[str]:
    """Return the states of an entity that have a text or an icon of their own."""
    attributes = entity.get("state_attributes", {})
    inner = (
        f"{name}.{state}"
        for name in attributes
        for state in attributes[name].get("state", {})
    )
    return {*entity.get("state", {}), *inner}


def words() -> frozenset[str]:
    """Return all strings in the code, and the parts of those that are put together."""
    return frozenset(
        node.value
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def can_be_said(key: str, known: frozenset[str]) -> bool:
    """Tell whether code can come to a key: as it is, or put together around a `_`."""
    splits = ((key[:at], key[at + 1 :]) for at, mark in enumerate(key) if mark == "_")
    return key in known or any(
        tail in known and (head in known or f"{head}_" in known)
        for head, tail in splits
    )


def test_entities_are_of_platforms_that_exist() -> None:
    platforms = {platform.value for platform in Platform}
    assert {platform for platform, _ in keys(translations("en"))} <= platforms


@pytest.mark.quality_rule("entity-translations")
def test_every_entity_with_texts_has_a_name_or_states() -> None:
    entities = translations("en")["entity"]
    useful = {"name", "state", "state_attributes"}
    assert [
        key for key in keys(translations("en")) if not useful & set(_at(entities, key))
    ] == []


def test_icons_are_only_for_entities_with_texts() -> None:
    assert keys(icons()) - keys(translations("en")) == set()


def test_states_with_an_icon_have_a_text() -> None:
    named, drawn = translations("en")["entity"], icons().get("entity", {})
    left_over = {
        key: states(_at(drawn, key)) - states(_at(named, key)) for key in keys(icons())
    }
    assert {key: found for key, found in left_over.items() if found} == {}


def test_every_icon_of_an_entity_has_a_default() -> None:
    assert all(_at(icons()["entity"], key).get("default") for key in keys(icons()))


@pytest.mark.quality_rule("icon-translations")
def test_the_frontend_has_every_icon() -> None:
    assert unknown_icons(icons()) == []


def test_an_icon_that_does_not_exist_is_found() -> None:
    broken = {"entity": {"sensor": {"x": {"default": "mdi:no-such-icon"}}}}
    assert unknown_icons(broken) == ["mdi:no-such-icon"]
    assert unknown_icons({"services": {"x": {"service": "mdi:water"}}}) == []


def test_no_text_of_an_entity_is_left_over() -> None:
    known = words()
    left_over = {
        key for _, key in keys(translations("en")) if not can_be_said(key, known)
    }
    assert left_over == set()


def test_no_text_of_a_state_is_left_over() -> None:
    known = words() | {"on", "off", "open", "opening", "closed", "closing", "unknown"}
    entities = translations("en")["entity"]
    left_over = {
        f"{platform}.{key}.{state}"
        for platform, key in keys(translations("en"))
        for state in states(entities[platform][key])
        if state.rpartition(".")[2] not in known
    }
    assert left_over == set()


def test_no_text_of_a_selector_is_left_over() -> None:
    known = words()
    described = "\n".join(path.read_text(encoding="utf-8") for path in _yaml_files())
    left_over = [
        key
        for key in translations("en").get("selector", {})
        if key not in known and f"translation_key: {key}" not in described
    ]
    assert left_over == []


def test_keys_that_are_put_together_are_understood() -> None:
    known = frozenset({"zone_", "moisture", "dry", "zone", "site"})
    assert can_be_said("zone_moisture", known)
    assert can_be_said("site_moisture", known)
    assert can_be_said("dry", known)
    assert not can_be_said("zone_depth", known)
    assert not can_be_said("zonedry", known)


def _yaml_files() -> list[Path]:
    """Return the files that describe actions, triggers and conditions."""
    return [path for path in INTEGRATION.glob("*.yaml") if path.stem != "quality_scale"]


def _at(entities: Json, key: tuple[str, str]) -> Any:
    """Return what belongs to an entity."""
    return entities[key[0]][key[1]]
