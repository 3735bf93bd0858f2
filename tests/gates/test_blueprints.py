"""The blueprints: whole in both languages, valid for Home Assistant, tested, described, importable."""

from collections.abc import Callable, Iterator
from pathlib import Path
import re
from urllib.parse import quote

from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint import Blueprint
from homeassistant.components.blueprint.errors import InvalidBlueprint
from homeassistant.components.blueprint.importer import fetch_blueprint_from_github_url
from homeassistant.components.blueprint.schemas import BLUEPRINT_SCHEMA
from homeassistant.core import HomeAssistant
from homeassistant.util import yaml as yaml_util
import pytest
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from .project import LANGUAGES, ROOT, Json, files, flat
from .test_texts import FAMILIAR

FOLDER = ROOT / "blueprints"
PAGE = ROOT / "docs" / "blueprints.md"
TESTS = ROOT / "tests" / "blueprints"
SOURCE = "https://github.com/smart-quarter/smart-quarter/blob/main"
RAW = "https://raw.githubusercontent.com/smart-quarter/smart-quarter/main"
IMPORT = "https://my.home-assistant.io/redirect/blueprint_import/?blueprint_url="
MIN_VERSION = "2026.11.0"
BOTH = " · "
SCHEMAS: dict[str, Callable[[object], object]] = {
    "automation": AUTOMATION_BLUEPRINT_SCHEMA,
    "script": BLUEPRINT_SCHEMA,
}

ALL = [path for path in files(FOLDER) if path.is_file()]

each = pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)


def parsed(text: str) -> Json:
    """Return a blueprint as Home Assistant reads it, its inputs as marks."""
    content = yaml_util.parse_yaml(text)
    assert isinstance(content, dict)
    return content


def source_url(path: Path) -> str:
    """Return where a blueprint is found by everybody."""
    return f"{SOURCE}/{path.relative_to(ROOT)}"


def sections(data: Json) -> Json:
    """Return the sections of inputs."""
    found: Json = data["blueprint"].get("input", {})
    return found


def inputs(data: Json) -> Json:
    """Return the inputs in all sections."""
    return {
        key: value or {}
        for section in sections(data).values()
        for key, value in (section or {}).get("input", {}).items()
    }


def invalid(path: Path, data: Json) -> Iterator[str]:
    """Yield what Home Assistant itself finds wrong."""
    domain = path.relative_to(FOLDER).parts[0]
    for schema in (BLUEPRINT_SCHEMA, SCHEMAS[domain]):
        try:
            made = Blueprint(data, expected_domain=domain, schema=schema)
        except InvalidBlueprint as err:
            yield str(err)
        else:
            yield from made.validate() or ()


def ill_described(path: Path, data: Json) -> Iterator[str]:
    """Yield what is missing or wrong about the blueprint as a whole."""
    about = data["blueprint"]
    expected = {
        "author": "Smart Quarter",
        "homeassistant": {"min_version": MIN_VERSION},
        "source_url": source_url(path),
    }
    yield from (key for key, value in expected.items() if about.get(key) != value)
    yield from (
        f"{key} in one language"
        for key in ("name", "description")
        if BOTH not in about.get(key, "")
    )


def ill_used(data: Json) -> Iterator[str]:
    """Yield inputs that stand in no section or are never used."""
    yield from (
        f"{key} is no section"
        for key, section in sections(data).items()
        if "input" not in (section or {})
    )
    used = yaml_util.extract_inputs(data)
    yield from (f"{key} is not used" for key in inputs(data) if key not in used)


def ill_named(data: Json) -> Iterator[str]:
    """Yield sections and inputs that say too little about themselves."""
    for key, section in sections(data).items():
        if BOTH not in (section or {}).get("name", ""):
            yield f"{key}: name"
    for key, field in inputs(data).items():
        for text in ("name", "description"):
            if BOTH not in field.get(text, ""):
                yield f"{key}: {text}"
        yield from (f"{key}: {fault}" for fault in ill_selected(key, field))


def ill_selected(key: str, field: Json) -> Iterator[str]:
    """Yield what is wrong about how an input is chosen."""
    selector = field.get("selector")
    if not selector:
        yield "selector"
        return
    ((kind, options),) = selector.items()
    narrows = "entity" if kind in {"area", "floor", "target"} else "filter"
    if kind in {"area", "device", "entity", "target"} and not (options or {}).get(
        narrows
    ):
        yield "filter"
    if kind == "select" and key != "language":
        labels = [option["label"] for option in options["options"]]
        yield from (f"label {label}" for label in labels if BOTH not in label)


def ill_spoken(data: Json) -> Iterator[str]:
    """Yield what is not said in both languages, or too familiarly."""
    found = list(spoken(data))
    if bool(found) != ("language" in inputs(data)):
        yield "texts and language"
    for texts in found:
        keys = [set(flat(texts.get(language, {}))) for language in LANGUAGES]
        yield from sorted(keys[0] ^ keys[1])
        yield from (f"no texts: {key}" for key in set(texts) ^ set(LANGUAGES))
    shown = [*strings(data["blueprint"]), *strings(found)]
    yield from (text for text in shown if FAMILIAR.search(text))


def spoken(content: object) -> Iterator[Json]:
    """Yield the texts among the variables, also those of a step."""
    if isinstance(content, list):
        for value in content:
            yield from spoken(value)
    elif isinstance(content, dict):
        for key, value in content.items():
            if key == "texts" and isinstance(value, dict):
                yield value
            else:
                yield from spoken(value)


def strings(content: object) -> Iterator[str]:
    """Yield all texts in nested data."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from strings(value)
    elif isinstance(content, list):
        for value in content:
            yield from strings(value)


def faults(path: Path, text: str) -> list[str]:
    """Return all that is wrong with a blueprint."""
    data = parsed(text)
    return [
        *invalid(path, data),
        *ill_described(path, data),
        *ill_used(data),
        *ill_named(data),
        *ill_spoken(data),
    ]


def chapters(page: str) -> dict[str, str]:
    """Return the sections of a page by their headings."""
    found = re.split(r"^## (.+)$", page, flags=re.MULTILINE)[1:]
    return dict(zip(found[::2], found[1::2], strict=True))


def undescribed(path: Path, text: str, page: str) -> list[str]:
    """Return what the page does not say about a blueprint."""
    heading = parsed(text)["blueprint"]["name"].partition(BOTH)[0]
    chapter = chapters(page).get(heading)
    if chapter is None:
        return [heading]
    link = IMPORT + quote(source_url(path), safe="")
    return [] if link in chapter else [link]


def test_there_are_blueprints() -> None:
    assert [path.name for path in ALL if path.suffix != ".yaml"] == []
    assert {path.parent.name for path in ALL} == {"smart_quarter"}


def test_no_two_are_called_alike() -> None:
    assert len({path.stem for path in ALL}) == len(ALL)


@each
def test_a_blueprint_is_whole(path: Path) -> None:
    assert faults(path, path.read_text(encoding="utf-8")) == []


@each
def test_a_blueprint_has_its_tests(path: Path) -> None:
    assert (TESTS / f"test_{path.stem}.py").is_file()


@each
def test_a_blueprint_has_its_chapter_and_import_link(path: Path) -> None:
    text, page = path.read_text(encoding="utf-8"), PAGE.read_text(encoding="utf-8")
    assert undescribed(path, text, page) == []


@each
async def test_a_blueprint_is_imported_from_its_address(
    hass: HomeAssistant, aioclient_mock: AiohttpClientMocker, path: Path
) -> None:
    text = await hass.async_add_executor_job(path.read_text, "utf-8")
    raw = f"{RAW}/{path.relative_to(ROOT)}"
    aioclient_mock.get(raw, text=text)  # type: ignore[no-untyped-call]

    imported = await fetch_blueprint_from_github_url(hass, source_url(path))

    assert imported.suggested_filename == f"smart-quarter/{path.stem}"
    assert imported.raw_data == text
    assert imported.blueprint.validate() is None


GOOD_PATH = FOLDER / "automation" / "smart_quarter" / "good.yaml"
GOOD = f"""
blueprint:
  name: Good · Gut
  domain: automation
  author: Smart Quarter
  source_url: {source_url(GOOD_PATH)}
  homeassistant:
    min_version: {MIN_VERSION}
  description: It is good. · Es ist gut.
  input:
    what:
      name: What · Was
      input:
        lamp:
          name: Lamp · Lampe
          description: A light. · Ein Licht.
          selector:
            entity:
              filter:
                - domain: light
        way:
          name: Way · Weg
          description: Which one. · Welcher.
          selector:
            select:
              options:
                - label: Left · Links
                  value: left
        language:
          name: Language · Sprache
          description: Of the message. · Der Nachricht.
          selector:
            text:
variables:
  language: !input language
  texts:
    de:
      title: Gut
    en:
      title: Good
triggers:
  - trigger: state
    entity_id: !input lamp
actions:
  - event: x
    event_data:
      way: !input way
"""


def test_a_blueprint_without_a_fault_has_none() -> None:
    assert faults(GOOD_PATH, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("domain: automation", "domain: script", "incorrect blueprint type"),
        ("name: Good · Gut", "label: Good · Gut", "required key"),
        ("!input lamp", "!input lump", "Missing input definition for lump"),
        ("!input lamp", "light.lamp", "lamp is not used"),
        (MIN_VERSION, "2099.1.0", "Requires at least Home Assistant 2099.1.0"),
        (MIN_VERSION, "2026.10.0", "homeassistant"),
        ("good.yaml", "other.yaml", "source_url"),
        ("author: Smart Quarter", "author: Somebody", "author"),
        ("name: Good · Gut", "name: Good", "name in one language"),
        (" · Es ist gut.", "", "description in one language"),
        ("Es ist gut", "Es ist dein", "It is good. · Es ist dein."),
        ("name: What · Was", "name: What", "what: name"),
        ("name: Lamp · Lampe", "name: Lamp", "lamp: name"),
        (" · Ein Licht.", "", "lamp: description"),
        ("selector:\n            text:", "default: de", "language: selector"),
        ("- domain: light", "", "lamp: filter"),
        ("Left · Links", "Left", "way: label Left"),
        ("title: Good", "message: Good", "message"),
        ("    en:\n      title: Good\n", "", "no texts: en"),
        ("  texts:", "  sentences:", "texts and language"),
        ("title: Gut", "title: Gut für dich", "Gut für dich"),
    ],
)
def test_a_fault_is_found(old: str, new: str, fault: str) -> None:
    assert old in GOOD
    found = faults(GOOD_PATH, GOOD.replace(old, new))
    assert [text for text in found if fault in text], found


def test_an_input_outside_of_a_section_is_found() -> None:
    loose = GOOD.replace("input:\n    what:", "input:\n    loose:\n    what:")
    assert "loose is no section" in faults(GOOD_PATH, loose)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("# Blueprints", id="no chapter"),
        pytest.param("## Good\n\nNo link.\n", id="no link"),
        pytest.param(f"## Good\n\n[Import]({IMPORT}{source_url(GOOD_PATH)})", id="raw"),
    ],
)
def test_a_page_that_says_too_little_is_found(page: str) -> None:
    assert undescribed(GOOD_PATH, GOOD, page)


def test_a_page_with_chapter_and_link_says_enough() -> None:
    link = IMPORT + quote(source_url(GOOD_PATH), safe="")
    assert undescribed(GOOD_PATH, GOOD, f"# All\n\n## Good\n\n[Import]({link})\n") == []
