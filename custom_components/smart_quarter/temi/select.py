"""The destination of a robot: where it goes, or where it stands."""

from typing import override

from homeassistant.components.select import SelectEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import RobotEntity
from .model import RobotState, find_waypoint
from .runtime import TemiConfigEntry

type Choice = tuple[tuple[str, ...], str | None]
"""The waypoints, and the chosen one."""


async def async_setup_entry(
    hass: HomeAssistant,
    entry: TemiConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the destination."""
    async_add_entities([Destination(entry.runtime_data, "destination")])


class Destination(RobotEntity[Choice], SelectEntity):
    """Sends the robot to a waypoint; the drive is confirmed, but not waited for.

    It is available always, for the actions of a robot name it: those on an unavailable entity
    are skipped without a word, and nobody would learn that the robot does not come.
    """

    @override
    def _read(self, view: RobotState) -> Choice:
        """Return the waypoints, and where it goes or stands."""
        wanted = view.drive.request.waypoint if view.drive is not None else None
        seen = view.target if view.is_moving else view.location
        known = self.runtime.drives.known
        chosen = find_waypoint(known, wanted or seen or "")
        self._attr_options = list(known)
        self._attr_current_option = chosen
        return known, chosen

    @override
    def _is_available(self, view: RobotState) -> bool:
        """Be there also for a robot that is away."""
        return True

    @override
    async def async_select_option(self, option: str) -> None:
        """Begin the drive."""
        drives = self.runtime.drives
        await drives.async_meet()
        drives.begin(drives.waypoint(option), {"insists": False})
