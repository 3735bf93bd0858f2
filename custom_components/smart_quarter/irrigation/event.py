"""Events of a zone: a run started, a run ended and how."""

from typing import Final, override

from homeassistant.components.event import EventEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import ZoneEntity, async_add_for_zones
from .model import RunOutcome
from .runtime import IrrigationConfigEntry, IrrigationRuntime
from .site_events import RunEnded, RunStarted

STARTED: Final = "started"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: IrrigationConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the events."""
    async_add_for_zones(entry, async_add_entities, _events)


def _events(runtime: IrrigationRuntime, zone_id: str) -> list[RunEvent]:
    """Return the events of a zone."""
    return [RunEvent(runtime, zone_id, "run")]


class RunEvent(ZoneEntity, EventEntity):
    """Tells when a run starts and how it ends."""

    _attr_event_types = [STARTED, *(outcome.value for outcome in RunOutcome)]

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the zone's runs."""
        await super().async_added_to_hass()
        stop = self.runtime.subscribe_runs(self.zone_id, self._tell)
        self.async_on_remove(stop)

    @callback
    @override
    def async_entity_id_changed(self, old_entity_id: str) -> None:
        """Need nothing to be done anew."""

    @callback
    def _tell(self, happened: RunStarted | RunEnded) -> None:
        """Fire the event with the figures of the run."""
        if isinstance(happened, RunStarted):
            attributes = {"reason": happened.run.reason}
            self._trigger_event(STARTED, attributes)
        else:
            record = happened.record
            self._trigger_event(
                record.outcome,
                {
                    "reason": record.reason,
                    "open_s": round(record.open_s),
                    "litres": round(record.litres, 1),
                    "litres_are_estimated": record.estimated,
                },
            )
        self.async_write_ha_state()
