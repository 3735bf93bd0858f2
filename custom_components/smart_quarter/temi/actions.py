"""Actions of robots: registered once, so that automations validate always."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

from homeassistant.components.select import DOMAIN as SELECT_DOMAIN
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
)
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.service import async_register_platform_entity_service
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..const import DOMAIN
from ..exceptions import SmartQuarterError, SmartQuarterInputError
from .model import DriveResult, Outcome
from .select import Destination

ATTR_WAYPOINT: Final = "waypoint"
ATTR_AREA: Final = "area"
ATTR_PLACE: Final = "place"
ATTR_WAIT: Final = "wait"
ATTR_TIMEOUT: Final = "timeout"
ATTR_RETRIES: Final = "retries"
ATTR_BEFORE: Final = "say_before"
ATTR_UNDER_WAY: Final = "say_on_the_way"
ATTR_THERE: Final = "say_there"
SHORTEST: Final = timedelta(seconds=15)
LONGEST: Final = timedelta(minutes=15)
WORDS: Final = vol.All(cv.string, vol.Length(max=1000))
FAILURES: Final = {
    Outcome.ABORTED: "temi_drive_aborted",
    Outcome.NO_REACTION: "temi_drive_no_reaction",
    Outcome.STUCK: "temi_drive_stuck",
    Outcome.TIMED_OUT: "temi_drive_timed_out",
    Outcome.OFFLINE: "temi_drive_offline",
    Outcome.STOPPED: "temi_drive_stopped",
    Outcome.REPLACED: "temi_drive_replaced",
    Outcome.INTERRUPTED: "temi_drive_interrupted",
}
"""What is said to who waits for a drive and does not ask how it went."""

GO_TO: Final[VolDictType] = {
    vol.Exclusive(ATTR_WAYPOINT, "where"): cv.string,
    vol.Exclusive(ATTR_AREA, "where"): cv.string,
    vol.Exclusive(ATTR_PLACE, "where"): cv.entity_id,
    vol.Optional(ATTR_WAIT, default=True): cv.boolean,
    vol.Optional(ATTR_TIMEOUT, default=timedelta(minutes=3)): vol.All(
        cv.positive_time_period, vol.Range(min=SHORTEST, max=LONGEST)
    ),
    vol.Optional(ATTR_RETRIES, default=2): vol.All(vol.Coerce(int), vol.Range(0, 5)),
    vol.Optional(ATTR_BEFORE, default=""): WORDS,
    vol.Optional(ATTR_UNDER_WAY, default=""): WORDS,
    vol.Optional(ATTR_THERE, default=""): WORDS,
}


def async_setup_actions(hass: HomeAssistant) -> None:
    """Register all actions; a robot is chosen by its destination."""
    both, only = SupportsResponse.OPTIONAL, SupportsResponse.ONLY
    for name, schema, func, response in (
        ("go_to", GO_TO, _async_go_to, both),
        ("get_waypoints", None, _async_waypoints, only),
    ):
        async_register_platform_entity_service(
            hass,
            DOMAIN,
            name,
            entity_domain=SELECT_DOMAIN,
            schema=schema,
            func=func,
            supports_response=response,
        )


async def _async_go_to(robot: Destination, call: ServiceCall) -> ServiceResponse:
    """Drive somewhere, and answer how it went."""
    runtime, data = robot.runtime, call.data
    waypoint = _waypoint(robot, data)
    wishes = {
        "timeout_s": data[ATTR_TIMEOUT].total_seconds(),
        "retries": data[ATTR_RETRIES],
        "before": data[ATTR_BEFORE],
        "under_way": data[ATTR_UNDER_WAY],
        "there": data[ATTR_THERE],
    }
    if not data[ATTR_WAIT]:
        runtime.drives.begin(waypoint, wishes)
        return {"waypoint": waypoint, "result": "begun"}
    result = await runtime.drives.async_go_to(waypoint, wishes)
    if result.outcome is not Outcome.ARRIVED and not call.return_response:
        name = runtime.entry.title
        raise SmartQuarterError(FAILURES[result.outcome], name=name, waypoint=waypoint)
    return answer(result)


def answer(result: DriveResult) -> dict[str, Any]:
    """Return how a drive went, for an action's response."""
    told = asdict(result)
    del told["drive_id"]
    told["result"] = told.pop("outcome").value
    return told | {"reason": result.reason.value, "route": result.route.value}


def _waypoint(robot: Destination, data: dict[str, Any]) -> str:
    """Return where a drive is to go: a waypoint, an area, or where an entity is."""
    drives = robot.runtime.drives
    if (waypoint := data.get(ATTR_WAYPOINT)) is not None:
        return drives.waypoint(waypoint)
    if (area := data.get(ATTR_AREA)) is not None:
        return drives.waypoint_in(area)
    if (place := data.get(ATTR_PLACE)) is None:
        raise SmartQuarterInputError("temi_where")
    return drives.waypoint_in(area_of(robot.hass, place))


def area_of(hass: HomeAssistant, entity_id: str) -> str:
    """Return the area of an entity, or of its device."""
    entity = er.async_get(hass).async_get(entity_id)
    area_id = None if entity is None else entity.area_id
    if entity is not None and area_id is None and entity.device_id is not None:
        device = dr.async_get(hass).async_get(entity.device_id)
        area_id = None if device is None else device.area_id
    if area_id is None:
        raise SmartQuarterInputError("temi_place_without_area", place=entity_id)
    return area_id


async def _async_waypoints(robot: Destination, call: ServiceCall) -> ServiceResponse:
    """Answer where the robot can go."""
    return {"waypoints": list(robot.runtime.state.waypoints)}
