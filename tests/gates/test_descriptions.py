"""Actions, triggers and conditions: described, named, with an icon, and really there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, selector
from homeassistant.helpers.condition.descriptions import _CONDITIONS_DESCRIPTION_SCHEMA
from homeassistant.helpers.service import _SERVICES_SCHEMA
from homeassistant.helpers.trigger.descriptions import _TRIGGERS_DESCRIPTION_SCHEMA
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml
import pytest
import voluptuous as vol

from .project import INTEGRATION, Json, described, icons, translations

DOMAIN = INTEGRATION.name
KINDS = {
    "services": ("services.yaml", _SERVICES_SCHEMA, "service"),
    "triggers": ("triggers.yaml", _TRIGGERS_DESCRIPTION_SCHEMA, "trigger"),
    "conditions": ("conditions.yaml", _CONDITIONS_DESCRIPTION_SCHEMA, "condition"),
}
"""Kind: the file that describes it, Home Assistant's schema, the key of its icon."""


@pytest.mark.parametrize("kind", KINDS)
def test_home_assistant_reads_a_file_without_a_warning(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    load_yaml(INTEGRATION / KINDS[kind][0])
    assert caplog.messages == []


def test_a_key_that_stands_twice_is_found(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: &a\n  b: 1\nc:\n  <<: *a\n  b: 2\n", encoding="utf-8")
    load_yaml(path)
    assert caplog.messages != []


def fields(description: Json | None) -> dict[str, Json]:
    """Return the fields of a description, also those in sections."""
    found: dict[str, Json] = {}
    for key, field in ((description or {}).get("fields") or {}).items():
        if "fields" in (field or {}):
            found |= fields(field)
        else:
            found[key] = field or {}
    return found


def sections(description: Json | None) -> set[str]:
    """Return the sections of a description."""
    every = ((description or {}).get("fields") or {}).items()
    return {key for key, field in every if "fields" in (field or {})}


def missing_texts(
    kind: str, entries: Json, texts: Json, all_texts: Json
) -> Iterator[str]:
    """Yield what has no text, and which texts nothing has."""
    yield from (f"{kind}.{key}" for key in entries.keys() ^ texts.keys())
    for key in entries.keys() & texts.keys():
        named = texts[key]
        yield from (
            f"{kind}.{key}.{part}"
            for part in ("name", "description")
            if not named.get(part)
        )
        own, described_fields = fields(entries[key]), named.get("fields", {})
        yield from (
            f"{kind}.{key}.fields.{f}" for f in own.keys() ^ described_fields.keys()
        )
        for name, text in described_fields.items():
            if not text.get("name") or not text.get("description"):
                yield f"{kind}.{key}.fields.{name}"
        if sections(entries[key]) != set(named.get("sections", {})):
            yield f"{kind}.{key}.sections"
        for field in own.values():
            yield from untranslated_options(field.get("selector"), all_texts)


def untranslated_options(description: Any, texts: Json) -> Iterator[str]:
    """Yield the options of a select selector that have no text."""
    config = (description or {}).get("select") or {}
    if (key := config.get("translation_key")) is None:
        return
    options = {
        option if isinstance(option, str) else option["value"]
        for option in config["options"]
    }
    known = texts.get("selector", {}).get(key, {}).get("options", {})
    yield from (f"selector.{key}.options.{option}" for option in options ^ known.keys())


@pytest.mark.parametrize("kind", KINDS)
def test_descriptions_keep_to_the_schema_of_home_assistant(kind: str) -> None:
    name, schema, _ = KINDS[kind]
    entries = described(name)
    assert set(schema(entries)) == set(entries)
    for entry in entries.values():
        for field in fields(entry).values():
            if "selector" in field:
                selector.validate_selector(field["selector"])


@pytest.mark.parametrize("kind", KINDS)
def test_each_has_name_description_and_texts_for_its_fields(kind: str) -> None:
    texts = translations("en")
    entries = described(KINDS[kind][0])
    assert list(missing_texts(kind, entries, texts.get(kind, {}), texts)) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.quality_rule("icon-translations")
def test_each_has_an_icon(kind: str) -> None:
    name, _, icon = KINDS[kind]
    known = icons().get(kind, {})
    assert set(known) == set(described(name))
    assert all(isinstance(entry, str) or entry.get(icon) for entry in known.values())


@pytest.mark.parametrize("kind", ["triggers", "conditions"])
def test_a_module_and_its_description_come_together(kind: str) -> None:
    module = INTEGRATION / f"{kind[:-1]}.py"
    assert module.exists() == (INTEGRATION / f"{kind}.yaml").exists()


def test_every_described_field_has_a_selector() -> None:
    found = [
        f"{key}.{name}"
        for file, _, _ in KINDS.values()
        for key, entry in described(file).items()
        for name, field in fields(entry).items()
        if "selector" not in field
    ]
    assert found == []


@pytest.mark.quality_rule("action-setup")
async def test_every_action_is_there_without_any_entry(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DOMAIN, {})

    registered = hass.services.async_services_for_domain(DOMAIN)
    assert registered.keys() == described("services.yaml").keys()
    assert registered.keys()


async def test_every_action_takes_the_fields_that_are_described(
    hass: HomeAssistant,
) -> None:
    assert await async_setup_component(hass, DOMAIN, {})

    for key, entry in described("services.yaml").items():
        schema = hass.services.async_services_for_domain(DOMAIN)[key].schema
        taken = set(_keys(schema)) - set(_keys(cv.make_entity_service_schema({})))
        assert taken == set(fields(entry)), key


def _keys(schema: Any) -> Iterator[str]:
    """Yield the keys that a schema knows, however it is wrapped."""
    if isinstance(schema, vol.Schema):
        yield from _keys(schema.schema)
    elif isinstance(schema, dict):
        yield from (str(key) for key in schema if isinstance(key, str | vol.Marker))
    elif (inner := getattr(schema, "validators", None)) is not None:
        for part in inner:
            yield from _keys(part)


@pytest.mark.parametrize(
    ("entries", "texts", "expected"),
    [
        ({"run": None}, {}, "services.run"),
        ({}, {"run": {"name": "Run", "description": "Runs."}}, "services.run"),
        ({"run": None}, {"run": {"name": "Run"}}, "services.run.description"),
        (
            {"run": {"fields": {"depth": {}}}},
            {"run": {"name": "Run", "description": "Runs."}},
            "services.run.fields.depth",
        ),
        (
            {"run": {"fields": {"more": {"fields": {"depth": {}}}}}},
            {
                "run": {
                    "name": "Run",
                    "description": "Runs.",
                    "fields": {"depth": {"name": "Depth", "description": "In mm."}},
                }
            },
            "services.run.sections",
        ),
    ],
)
def test_a_text_that_is_missing_or_left_over_is_found(
    entries: Json, texts: Json, expected: str
) -> None:
    assert list(missing_texts("services", entries, texts, {})) == [expected]


def test_an_option_without_a_text_is_found() -> None:
    select = {"select": {"translation_key": "mode", "options": ["a", "b"]}}
    texts = {"selector": {"mode": {"options": {"a": "A"}}}}
    assert list(untranslated_options(select, texts)) == ["selector.mode.options.b"]
