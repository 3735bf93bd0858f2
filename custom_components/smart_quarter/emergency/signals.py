"""Tells the house itself: sirens, speakers and scripts, each on its own."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from homeassistant.components.script import DOMAIN as SCRIPT
from homeassistant.const import SERVICE_TURN_ON
from homeassistant.core import callback

from .const import CONF_SCRIPTS, CONF_SIRENS
from .faults import Fault
from .happenings import AllClear, Notify, Quiet
from .messages import alarm_message, many_message, script_variables, spoken
from .model import Incident, Stage
from .sirens import Sirens
from .speakers import Speakers
from .way import Way
from .ways import Policies, entities, ringing, voices

if TYPE_CHECKING:
    from .runtime import EmergencyRuntime

LEFT_OVER: Final = timedelta(minutes=1)
"""What was taken so shortly before a crash may still sound."""


class Signals:
    """The ways of the policies, told with the persons of a step and silenced with it."""

    def __init__(self, runtime: EmergencyRuntime) -> None:
        """Belong to a house."""
        self._runtime = runtime
        self._way = Way(runtime)
        self._sirens = Sirens(self._way, self._is_rung)
        self._speakers = Speakers(runtime.hass, self._way, self._async_words_for)

    @property
    def faults(self) -> set[Fault]:
        """Return which ways did not work the last time."""
        return self._way.faults

    @property
    def _policies(self) -> Policies:
        """Return the stored policies."""
        return self._runtime.settings.policies

    @callback
    def async_alarm(self, notify: Notify) -> None:
        """Let the ways of a step be heard."""
        incident = self._runtime.state.incidents.get(notify.incident_id)
        if incident is None:
            return
        targets = notify.targets
        self._sirens.ring(entities(self._policies, targets, CONF_SIRENS))
        self._speakers.speak(voices(self._policies, targets), incident.incident_id)
        self._run_scripts(incident, targets)

    @callback
    def async_quiet(self, effect: Quiet | AllClear) -> None:
        """Silence what was told of an incident, and tell the scripts that it was."""
        incident = self._runtime.state.incidents.get(effect.incident_id)
        targets = effect.targets
        self._sirens.quiet(entities(self._policies, targets, CONF_SIRENS))
        self._speakers.quiet(voices(self._policies, targets), effect.incident_id)
        if incident is not None:
            self._run_scripts(incident, targets)

    @callback
    def silence_left_over(self, alive_until: datetime | None) -> None:
        """Silence what a crash kept from being silenced."""
        if alive_until is None:
            return
        for incident in self._runtime.state.incidents.values():
            taken = incident.stage is not Stage.ALARM
            if taken and incident.changed_at > alive_until - LEFT_OVER:
                self._sirens.quiet(entities(self._policies, incident.told, CONF_SIRENS))

    @callback
    def apply_config(self) -> None:
        """Forget ways that are gone, and silence them."""
        self._way.forget_gone()
        self._sirens.fit()

    def _is_rung(self, siren: str) -> bool:
        """Tell whether an alarm that nobody has taken wants a siren to be heard."""
        incidents = self._runtime.state.incidents.values()
        targets = ringing(self._runtime.config, incidents)
        return siren in entities(self._policies, targets, CONF_SIRENS)

    async def _async_words_for(self, incident_ids: set[str]) -> str | None:
        """Return what is said aloud of incidents that nobody has taken yet."""
        runtime, messenger = self._runtime, self._runtime.messenger
        alarms = [
            incident
            for incident_id in sorted(incident_ids)
            if (incident := runtime.state.incidents.get(incident_id)) is not None
            and incident.stage is Stage.ALARM
        ]
        if not alarms:
            return None
        words, detail = await messenger.async_words(), messenger.detail
        places = [runtime.name_of(incident.place_id) for incident in alarms]
        if len(alarms) > 1:
            return spoken(many_message(words, places, detail))
        return spoken(alarm_message(words, alarms[0], places[0], detail))

    def _run_scripts(self, incident: Incident, targets: tuple[str, ...]) -> None:
        """Run the scripts of targets; they begin, and nobody waits for their end."""
        place = self._runtime.name_of(incident.place_id)
        told = script_variables(incident, place, self._runtime.messenger.detail)
        for script in entities(self._policies, targets, CONF_SCRIPTS):
            data = {"variables": told}
            run = self._way.async_use(script, SCRIPT, SERVICE_TURN_ON, data)
            self._way.begin(run)
