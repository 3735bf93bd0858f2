"""What the forms of all systems share: findings, names and entities."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import slugify

from .const import CONF_SYSTEM, DOMAIN

type Form = Mapping[str, Any]
type Finding = tuple[str, str]
"""A field and the key of the sentence that says what to enter."""
type Errors = dict[str, str]


def errors_of(findings: Iterator[Finding]) -> Errors:
    """Return the first finding of each field."""
    errors: Errors = {}
    for field, error in findings:
        errors.setdefault(field, error)
    return errors


def check_name(
    form: Form, taken: set[str], as_known: Callable[[str], str] = str.casefold
) -> Iterator[Finding]:
    """Refuse an empty name and one that is taken."""
    name = form[CONF_NAME].strip()
    if not name:
        yield CONF_NAME, "name_missing"
    elif as_known(name) in taken:
        yield CONF_NAME, "name_taken"


def names_taken(hass: HomeAssistant, system: str, own_id: str | None) -> set[str]:
    """Return the names of a system's other entries, as entered and as renamed in the list."""
    return {
        slugify(name)
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.data[CONF_SYSTEM] == system and entry.entry_id != own_id
        for name in (entry.title, entry.data.get(CONF_NAME, entry.title))
    }


def check_entities(
    hass: HomeAssistant, form: Form, keys: tuple[str, ...]
) -> Iterator[Finding]:
    """Check the entities that are entered."""
    for key in keys:
        entered = form.get(key) or ()
        for entity_id in (entered,) if isinstance(entered, str) else entered:
            yield from _check_entity(hass, key, entity_id)


def exists(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether Home Assistant knows an entity, and it is not switched off."""
    if (entry := er.async_get(hass).async_get(entity_id)) is not None:
        return not entry.disabled
    return hass.states.get(entity_id) is not None


def _check_entity(hass: HomeAssistant, key: str, entity_id: str) -> Iterator[Finding]:
    """Refuse an entity that does not exist, and one that we derive from others."""
    entry = er.async_get(hass).async_get(entity_id)
    if entry is not None and entry.platform == DOMAIN:
        yield key, "own_entity"
    elif not exists(hass, entity_id):
        yield key, "entity_unknown"
