"""Watches what Home Assistant shows to users during a test: everything must have a text.

Home Assistant's own test suite does the same for its integrations. Flows, entities and repair
issues pass here on their way to the user, whatever code has made them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
import json
from pathlib import Path
import re
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigSubentryFlow
from homeassistant.data_entry_flow import (
    FlowHandler,
    FlowManager,
    FlowResultType,
    section,
)
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.entity_registry import EntityRegistry, RegistryEntry
from homeassistant.helpers.issue_registry import IssueEntry, IssueRegistry
from homeassistant.helpers.selector import SelectSelector
import voluptuous as vol

INTEGRATION = Path(__file__).parent.parent / "custom_components" / "smart_quarter"
DOMAIN = INTEGRATION.name
PLACEHOLDER = re.compile(r"\{(\w+)\}")

type Texts = dict[str, Any]


def load(name: str) -> Texts:
    """Return the content of one of the integration's JSON files."""
    found: Texts = json.loads((INTEGRATION / name).read_text(encoding="utf-8"))
    return found


NAMED_BY_DEVICES = {"robot_destination"}
"""Entities whose options are named by a device: waypoints stand as the robot calls them."""


class ShownTexts:
    """Collects the keys of all texts that were shown but are not there."""

    def __init__(self) -> None:
        """Begin with nothing shown."""
        self.missing: set[str] = set()

    @cached_property
    def texts(self) -> Texts:
        """Return the texts; English is the language that must be complete."""
        return load("translations/en.json")

    @cached_property
    def icons(self) -> Texts:
        """Return the icons."""
        return load("icons.json")

    def result(self, path: str, result: Texts) -> None:
        """Look at what a flow shows; path is where its texts are."""
        placeholders = set(result.get("description_placeholders") or {})
        match result["type"]:
            case FlowResultType.FORM:
                step = f"{path}.step.{result['step_id']}"
                self._need(f"{step}.title", placeholders)
                self._may(f"{step}.description", placeholders)
                self._schema(step, result.get("data_schema"))
                for error in (result.get("errors") or {}).values():
                    self._need(f"{path}.error.{error}", placeholders)
            case FlowResultType.MENU:
                step = f"{path}.step.{result['step_id']}"
                self._need(f"{step}.title", placeholders)
                for option in result["menu_options"]:
                    self._need(f"{step}.menu_options.{option}", placeholders)
            case FlowResultType.ABORT:
                self._need(f"{path}.abort.{result['reason']}", placeholders)
            case FlowResultType.SHOW_PROGRESS:
                self._need(f"{path}.progress.{result['progress_action']}", placeholders)

    def entity(self, domain: str, values: Texts) -> None:
        """Look at an entity that is registered: its name, its states and its icon."""
        key, device_class = (
            values.get("translation_key"),
            values["original_device_class"],
        )
        if key is None:
            if device_class is None and not values.get("original_name"):
                self.missing.add(f"entity.{domain}: a name for {values}")
            return
        path = f"entity.{domain}.{key}"
        self._need(path)
        # The main entity of a device has no name of its own, but its states have
        if values.get("original_name") is not None:
            self._need(f"{path}.name")
        if device_class in {None, "enum"} and not self._icon(domain, key):
            self.missing.add(f"icons: {path}")
        capabilities = values.get("capabilities") or {}
        options = capabilities.get("options") or ()
        for option in options if key not in NAMED_BY_DEVICES else ():
            self._need(f"{path}.state.{option}")
        for kind in capabilities.get("event_types") or ():
            self._need(f"{path}.state_attributes.event_type.state.{kind}")

    def issue(self, key: str, fixable: bool, placeholders: set[str]) -> None:
        """Look at a repair issue that is created."""
        self._need(f"issues.{key}.title", placeholders)
        if fixable:
            self._need(f"issues.{key}.fix_flow")
        else:
            self._need(f"issues.{key}.description", placeholders)

    def _schema(self, step: str, schema: vol.Schema | None) -> None:
        """Look at the fields of a form."""
        for marker, value in (schema.schema if schema is not None else {}).items():
            if isinstance(value, section):
                self._need(f"{step}.sections.{marker}.name")
                self._schema(f"{step}.sections.{marker}", value.schema)
                continue
            self._need(f"{step}.data.{marker}")
            self._need(f"{step}.data_description.{marker}")
            if isinstance(value, SelectSelector) and (
                key := value.config.get("translation_key")
            ):
                for option in value.config["options"]:
                    name = option if isinstance(option, str) else option["value"]
                    self._need(f"selector.{key}.options.{name}")

    def _icon(self, domain: str, key: str) -> bool:
        """Tell whether an entity has an icon."""
        return key in self.icons.get("entity", {}).get(domain, {})

    def _need(self, path: str, placeholders: set[str] | None = None) -> None:
        """Note a text that is not there, or that asks for what is not given."""
        if self._find(path) is None:
            self.missing.add(path)
        self._may(path, placeholders)

    def _may(self, path: str, placeholders: set[str] | None) -> None:
        """Note a text that asks for what is not given; the text itself need not be there."""
        text = self._find(path)
        if placeholders is None or not isinstance(text, str):
            return
        asked = set(PLACEHOLDER.findall(text))
        self.missing |= {f"{path}: {{{name}}}" for name in asked - placeholders}

    def _find(self, path: str) -> Any:
        """Return the text at a dotted path, or None."""
        found: Any = self.texts
        for part in path.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found


def path_of(flow: FlowHandler[Any, Any, Any]) -> str | None:
    """Return where the texts of a flow are, or None when it is not ours."""
    if isinstance(flow, ConfigSubentryFlow):
        entry_id, kind = flow.handler
        entry = flow.hass.config_entries.async_get_known_entry(entry_id)
        return f"config_subentries.{kind}" if entry.domain == DOMAIN else None
    if flow.handler != DOMAIN:
        return None
    if (issue_id := getattr(flow, "issue_id", None)) is not None:
        issue = ir.async_get(flow.hass).async_get_issue(DOMAIN, issue_id)
        return f"issues.{issue.translation_key}.fix_flow" if issue is not None else None
    return "config"


@contextmanager
def watched() -> Iterator[ShownTexts]:
    """Watch all flows, entities and issues; the caller looks at what is missing."""
    shown = ShownTexts()
    handle_step = FlowManager._async_handle_step
    register = EntityRegistry.async_get_or_create
    create = IssueRegistry.async_get_or_create

    async def step(
        self: FlowManager[Any, Any, Any],
        flow: FlowHandler[Any, Any, Any],
        step_id: str,
        user_input: Any,
    ) -> Any:
        path = path_of(flow)
        result = await handle_step(self, flow, step_id, user_input)
        if path is not None:
            shown.result(path, result)
        return result

    def entity(
        self: EntityRegistry, domain: str, platform: str, unique_id: str, **values: Any
    ) -> RegistryEntry:
        if platform == DOMAIN and "original_device_class" in values:
            shown.entity(domain, values)
        return register(self, domain, platform, unique_id, **values)

    def issue(
        self: IssueRegistry, domain: str, issue_id: str, **values: Any
    ) -> IssueEntry:
        if domain == DOMAIN:
            given = set(values.get("translation_placeholders") or {})
            shown.issue(values["translation_key"], values["is_fixable"], given)
        return create(self, domain, issue_id, **values)

    with (
        patch.object(FlowManager, "_async_handle_step", step),
        patch.object(EntityRegistry, "async_get_or_create", entity),
        patch.object(IssueRegistry, "async_get_or_create", issue),
    ):
        yield shown
