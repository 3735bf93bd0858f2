"""Conditions: whether somebody needs help, and whether a place is being tested."""

from abc import abstractmethod
from typing import ClassVar, Final, Unpack, override

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConditionErrorMessage
from homeassistant.helpers.condition import (
    Condition,
    ConditionCheckParams,
    ConditionConfig,
)
from homeassistant.helpers.typing import ConfigType, VolDictType

from ..const import CONF_SYSTEM, DOMAIN
from .const import SYSTEM
from .houses import houses
from .model import OPEN
from .runtime import EmergencyRuntime
from .selected import INCIDENT_FIELDS, PLACE_FIELD, checked, places, selected


class EmergencyCondition(Condition):
    """A condition about the places of all houses, or some of them."""

    _fields: ClassVar[VolDictType] = PLACE_FIELD

    @classmethod
    @override
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Check the options."""
        return checked(hass, config, cls._fields)

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Keep the options."""
        super().__init__(hass, config)
        self._options = config.options or {}

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        """Ask all houses; one that does not run knows nothing, and that is no answer."""
        for entry in self._hass.config_entries.async_entries(
            DOMAIN, include_disabled=False
        ):
            is_house = entry.data[CONF_SYSTEM] == SYSTEM
            if is_house and entry.state is not ConfigEntryState.LOADED:
                raise ConditionErrorMessage(DOMAIN, "an emergency system does not run")
        return any(self._is_so(runtime) for runtime in houses(self._hass))

    @abstractmethod
    def _is_so(self, runtime: EmergencyRuntime) -> bool:
        """Tell whether it is the case in a house."""


class HasOpenIncident(EmergencyCondition):
    """Somebody needs help, or is about to."""

    _fields = INCIDENT_FIELDS

    @override
    def _is_so(self, runtime: EmergencyRuntime) -> bool:
        """Tell whether a call is open."""
        incidents = runtime.state.incidents.values()
        chosen = selected(self._hass, self._options, incidents)
        return any(incident.stage in OPEN for incident in chosen)


class IsWalkTest(EmergencyCondition):
    """A place is being tested."""

    @override
    def _is_so(self, runtime: EmergencyRuntime) -> bool:
        """Tell whether a walk test goes on."""
        chosen = places(self._hass, self._options)
        return any(
            place.test_until is not None
            for place_id, place in runtime.state.places.items()
            if chosen is None or place_id in chosen
        )


CONDITIONS: Final[dict[str, type[Condition]]] = {
    "has_open_incident": HasOpenIncident,
    "is_walk_test": IsWalkTest,
}
