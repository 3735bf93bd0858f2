"""Triggers: what happens in the places and to the system, for automations; no names in it."""

from collections.abc import Iterable
from typing import Any, ClassVar, Final, override

from homeassistant.const import CONF_FOR
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.trigger import (
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType, VolDictType
import voluptuous as vol

from .happenings import Word
from .houses import listen
from .model import Incident, Stage
from .news import FaultFound, Happened, Item
from .runtime import EmergencyRuntime
from .selected import INCIDENT_FIELDS, checked, is_selected, state_entity
from .waiting import Waiting

CONF_STAGE: Final = "stage"
RAISED: Final = {
    Stage.ALARM: frozenset({Word.ALARM, Word.REOPENED}),
    Stage.PRE_ALARM: frozenset({Word.PRE_ALARM}),
}


def facts(
    hass: HomeAssistant, runtime: EmergencyRuntime, incident: Incident
) -> dict[str, Any]:
    """Return what an automation is told of an incident."""
    outcome = incident.outcome
    return {
        "config_entry_id": runtime.entry.entry_id,
        "incident_id": incident.incident_id,
        "place": state_entity(hass, incident.place_id),
        "kind": incident.kind.value,
        "stage": incident.stage.value,
        "outcome": None if outcome is None else outcome.value,
        "test": incident.test,
        "late": incident.late,
    }


class EmergencyTrigger(Trigger):
    """A trigger that hears of all houses, whether they are set up before or after it."""

    _fields: ClassVar[VolDictType] = INCIDENT_FIELDS

    @classmethod
    @override
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Check the options."""
        return checked(hass, config, cls._fields)

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Keep the options."""
        super().__init__(hass, config)
        self._options = config.options or {}

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Listen to all houses."""

        @callback
        def heard(item: Item) -> None:
            self._heard(item, run_action)

        return listen(self._hass, heard)

    def _heard(self, item: Item, run_action: TriggerActionRunner) -> None:
        """Run the action if this is what is waited for."""
        words = self._words()
        if not isinstance(item, Happened) or item.entry.word not in words:
            return
        incident = item.runtime.state.incidents.get(item.entry.incident_id or "")
        if incident is not None and is_selected(self._hass, self._options, incident):
            told = facts(self._hass, item.runtime, incident)
            run_action(told, f"call {item.entry.word}")

    def _words(self) -> Iterable[Word]:
        """Return the words of the journal that are waited for."""
        return ()


class IncidentRaised(EmergencyTrigger):
    """Somebody needs help: an alarm begins, or before it the time in which one can cancel."""

    _fields = {
        **INCIDENT_FIELDS,
        vol.Optional(CONF_STAGE, default=Stage.ALARM): vol.All(
            vol.Coerce(Stage), vol.In(RAISED)
        ),
    }

    @override
    def _words(self) -> Iterable[Word]:
        """Return the words of the chosen stage."""
        return RAISED[self._options[CONF_STAGE]]


class IncidentResolved(EmergencyTrigger):
    """A person has closed a call."""

    @override
    def _words(self) -> Iterable[Word]:
        """Return the word for it."""
        return (Word.RESOLVED,)


class IncidentUnacknowledgedFor(EmergencyTrigger):
    """Nobody has taken an alarm for so long; once for each call."""

    _fields = {**INCIDENT_FIELDS, vol.Required(CONF_FOR): cv.positive_time_period}

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Watch the alarms of all houses."""

        @callback
        def is_meant(incident: Incident) -> bool:
            return is_selected(self._hass, self._options, incident)

        @callback
        def over(runtime: EmergencyRuntime, incident: Incident) -> None:
            told = facts(self._hass, runtime, incident)
            run_action(told, "nobody has taken an alarm")

        waiting = Waiting(self._hass, self._options[CONF_FOR], is_meant, over)
        return waiting.begin()


class EmergencyFault(EmergencyTrigger):
    """The emergency system itself needs to be mended."""

    _fields: ClassVar[VolDictType] = {}

    @override
    def _heard(self, item: Item, run_action: TriggerActionRunner) -> None:
        """Run the action for a fault."""
        if isinstance(item, FaultFound):
            told = {
                "config_entry_id": item.runtime.entry.entry_id,
                "problem": item.fault.problem.value,
                "place": state_entity(self._hass, item.fault.subject),
            }
            run_action(told, f"fault {item.fault.problem}")


TRIGGERS: Final[dict[str, type[Trigger]]] = {
    "incident_raised": IncidentRaised,
    "incident_unacknowledged_for": IncidentUnacknowledgedFor,
    "incident_resolved": IncidentResolved,
    "emergency_fault": EmergencyFault,
}
