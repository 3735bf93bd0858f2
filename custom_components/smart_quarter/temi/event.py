"""Events of a robot: what its navigation says, once each."""

from typing import override

from homeassistant.components.event import EventEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import RobotEntity
from .happenings import Happened, News
from .model import Phase, RobotState, reason_of
from .runtime import TemiConfigEntry


async def async_setup_entry(
    hass: HomeAssistant,
    entry: TemiConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the events."""
    async_add_entities([Navigation(entry.runtime_data, "navigation")])


class Navigation(RobotEntity[None], EventEntity):
    """Tells of drives, whoever wanted them."""

    _attr_event_types = [news.value for news in News]

    @override
    async def async_added_to_hass(self) -> None:
        """Follow what the navigation says."""
        await super().async_added_to_hass()
        self.async_on_remove(self.runtime.subscribe_news(self._happened))

    @override
    def _read(self, view: RobotState) -> None:
        """Show nothing but what happened."""

    @override
    def _is_available(self, view: RobotState) -> bool:
        """Tell also of drives that failed because the robot is away."""
        return True

    @callback
    def _happened(self, news: Happened) -> None:
        """Fire the event."""
        phase = Phase.ABORT if news.news is News.ABORTED else Phase.UNKNOWN
        reason = reason_of(news.reason_id, phase).value
        if news.outcome is not None:
            reason = news.outcome.value
        data = {
            "waypoint": news.waypoint,
            "reason": reason,
            "reason_id": news.reason_id,
        }
        self._trigger_event(news.news.value, data)
        self.async_write_ha_state()
