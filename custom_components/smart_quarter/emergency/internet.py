"""Which ways to tell somebody need the internet: a plan must not consist of these alone."""

from collections.abc import Iterator
from typing import Final

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.loader import IntegrationNotLoaded, async_get_loaded_integration

from .const import (
    CONF_NOTIFIERS,
    CONF_PHONES,
    CONF_SCRIPTS,
    CONF_SIRENS,
    CONF_SPEAKERS,
    CONF_TTS,
)
from .settings import HouseSettings, Settings, persons_told
from .ways import STEP_KEYS

PHONES: Final = "mobile_app"
GROUP: Final = "group"


def plans_of_internet_only(hass: HomeAssistant, settings: HouseSettings) -> set[str]:
    """Return the policies that can tell somebody, but nobody without the internet."""
    return {
        policy_id
        for policy_id, policy in settings.policies.items()
        if (needs := list(_needs(hass, settings, policy))) and all(needs)
    }


def needs_internet(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether an entity works through the internet; what is unknown does not."""
    if (entry := er.async_get(hass).async_get(entity_id)) is None:
        return False
    if entry.platform == PHONES:
        return True
    if entry.platform == GROUP and (state := hass.states.get(entity_id)) is not None:
        members = state.attributes.get(ATTR_ENTITY_ID, ())
        return bool(members) and all(needs_internet(hass, each) for each in members)
    try:
        integration = async_get_loaded_integration(hass, entry.platform)
    except IntegrationNotLoaded:
        return False
    return (integration.iot_class or "").startswith("cloud")


def _needs(
    hass: HomeAssistant, settings: HouseSettings, policy: Settings
) -> Iterator[bool]:
    """Yield for each way of a policy whether it needs the internet."""
    targets = [target for key in STEP_KEYS for target in policy.get(key, ())]
    for person_id in persons_told(settings, targets):
        person = settings.persons[person_id]
        yield from (True for _ in person.get(CONF_PHONES, ()))
        yield from (
            needs_internet(hass, each) for each in person.get(CONF_NOTIFIERS, ())
        )
    for entity_id in (*policy.get(CONF_SIRENS, ()), *policy.get(CONF_SCRIPTS, ())):
        yield needs_internet(hass, entity_id)
    for speaker in policy.get(CONF_SPEAKERS, ()):
        yield needs_internet(hass, speaker) or needs_internet(hass, policy[CONF_TTS])
