"""The watch over shown texts must see what is missing."""

from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.helpers.selector import SelectSelector, SelectSelectorConfig
import pytest
import voluptuous as vol

from tests.shown_texts import ShownTexts, Texts

TEXTS = {
    "config": {
        "step": {
            "user": {
                "title": "Site {name}",
                "data": {"soil": "Soil"},
                "data_description": {"soil": "What it is made of."},
                "menu_options": {"a": "A"},
            }
        },
        "error": {"known": "Known"},
        "abort": {"done": "Done"},
    },
    "entity": {"sensor": {"level": {"name": "Level", "state": {"low": "Low"}}}},
    "issues": {"dry": {"title": "Dry", "description": "{zone} is dry."}},
}
ICONS = {"entity": {"sensor": {"level": {"default": "mdi:water"}}}}
FORM = {
    "type": FlowResultType.FORM,
    "step_id": "user",
    "description_placeholders": {"name": "x"},
    "data_schema": vol.Schema({vol.Required("soil"): str}),
}
SENSOR = {
    "translation_key": "level",
    "has_entity_name": True,
    "original_name": "Level",
    "original_device_class": "enum",
    "capabilities": {"options": ["low"]},
}


@pytest.fixture(name="shown")
def shown_fixture() -> ShownTexts:
    """Return a watch that knows the texts above."""
    shown = ShownTexts()
    shown.texts, shown.icons = TEXTS, ICONS
    return shown


def test_a_complete_form_is_fine(shown: ShownTexts) -> None:
    shown.result("config", FORM)
    assert shown.missing == set()


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"step_id": "other"}, "config.step.other.title"),
        ({"errors": {"base": "new"}}, "config.error.new"),
        ({"description_placeholders": None}, "config.step.user.title: {name}"),
        (
            {"data_schema": vol.Schema({vol.Optional("depth"): int})},
            "config.step.user.data_description.depth",
        ),
        (
            {
                "data_schema": vol.Schema(
                    {"more": section(vol.Schema({vol.Required("x"): str}))}
                )
            },
            "config.step.user.sections.more.data.x",
        ),
        (
            {
                "data_schema": vol.Schema(
                    {
                        "soil": SelectSelector(
                            SelectSelectorConfig(
                                options=["sand"], translation_key="soil"
                            )
                        )
                    }
                )
            },
            "selector.soil.options.sand",
        ),
    ],
)
def test_what_a_form_lacks_is_found(
    shown: ShownTexts, change: Texts, missing: str
) -> None:
    shown.result("config", FORM | change)
    assert missing in shown.missing


def test_what_menus_and_aborts_lack_is_found(shown: ShownTexts) -> None:
    menu = {"type": FlowResultType.MENU, "step_id": "user", "menu_options": ["a", "b"]}
    shown.result("config", menu | {"description_placeholders": {"name": "x"}})
    shown.result("config", {"type": FlowResultType.ABORT, "reason": "done"})
    shown.result("config", {"type": FlowResultType.ABORT, "reason": "lost"})

    assert shown.missing == {"config.step.user.menu_options.b", "config.abort.lost"}


def test_a_complete_entity_is_fine(shown: ShownTexts) -> None:
    shown.entity("sensor", SENSOR)
    assert shown.missing == set()


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"translation_key": "other"}, "icons: entity.sensor.other"),
        ({"translation_key": "other"}, "entity.sensor.other.name"),
        ({"translation_key": "other", "original_name": None}, "entity.sensor.other"),
        ({"capabilities": {"options": ["full"]}}, "entity.sensor.level.state.full"),
    ],
)
def test_what_an_entity_lacks_is_found(
    shown: ShownTexts, change: Texts, missing: str
) -> None:
    shown.entity("sensor", SENSOR | change)
    assert missing in shown.missing


def test_what_an_issue_lacks_is_found(shown: ShownTexts) -> None:
    shown.issue("dry", fixable=False, placeholders={"zone"})
    assert shown.missing == set()

    shown.issue("dry", fixable=True, placeholders=set())
    shown.issue("wet", fixable=False, placeholders=set())
    assert shown.missing == {
        "issues.dry.fix_flow",
        "issues.wet.title",
        "issues.wet.description",
    }
