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
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_platform_entity_service
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..const import DOMAIN
from ..exceptions import SmartQuarterError, SmartQuarterInputError
from . import cloud_actions
from .answers import Answer, sentences
from .asking import SATELLITE
from .destinations import WHERE, WORDS, waypoint_of
from .model import DriveResult, Outcome
from .select import Destination

ATTR_WAIT: Final = "wait"
ATTR_TIMEOUT: Final = "timeout"
ATTR_RETRIES: Final = "retries"
ATTR_BEFORE: Final = "say_before"
ATTR_UNDER_WAY: Final = "say_on_the_way"
ATTR_THERE: Final = "say_there"
ATTR_QUESTION: Final = "question"
ATTR_SATELLITE: Final = "satellite"
ATTR_YES: Final = "yes"
ATTR_NO: Final = "no"
SHORTEST: Final = timedelta(seconds=15)
LONGEST: Final = timedelta(minutes=15)
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
DETAILS: Final = {
    "privacy": "temi_cloud_privacy",
    "busy": "temi_cloud_busy",
    "offline": "temi_cloud_offline",
    "not_allowed": "temi_cloud_forbidden",
}
"""What is said instead when the cloud has refused the drive."""

GO_TO: Final[VolDictType] = {
    **WHERE,
    vol.Optional(ATTR_WAIT, default=True): cv.boolean,
    vol.Optional(ATTR_TIMEOUT, default=timedelta(minutes=3)): vol.All(
        cv.positive_time_period, vol.Range(min=SHORTEST, max=LONGEST)
    ),
    vol.Optional(ATTR_RETRIES, default=2): vol.All(vol.Coerce(int), vol.Range(0, 5)),
    vol.Optional(ATTR_BEFORE, default=""): WORDS,
    vol.Optional(ATTR_UNDER_WAY, default=""): WORDS,
    vol.Optional(ATTR_THERE, default=""): WORDS,
}
ASK: Final[VolDictType] = {
    vol.Required(ATTR_QUESTION): WORDS,
    vol.Optional(ATTR_TIMEOUT, default=timedelta(seconds=30)): vol.All(
        cv.positive_time_period,
        vol.Range(min=timedelta(seconds=5), max=timedelta(minutes=5)),
    ),
    vol.Optional(ATTR_SATELLITE): cv.entity_domain(SATELLITE),
    vol.Optional(ATTR_YES, default=[]): vol.All(cv.ensure_list, [cv.string]),
    vol.Optional(ATTR_NO, default=[]): vol.All(cv.ensure_list, [cv.string]),
}


def async_setup_actions(hass: HomeAssistant) -> None:
    """Register all actions; a robot is chosen by its destination."""
    nothing, may, must = (
        SupportsResponse.NONE,
        SupportsResponse.OPTIONAL,
        SupportsResponse.ONLY,
    )
    for name, schema, func, response in (
        ("go_to", GO_TO, _async_go_to, may),
        ("ask", ASK, _async_ask, must),
        ("get_waypoints", None, _async_waypoints, must),
        ("start_call", cloud_actions.START_CALL, cloud_actions.async_start_call, may),
        ("play_sequence", cloud_actions.PLAY, cloud_actions.async_play, may),
        ("stop_sequence", None, cloud_actions.async_stop, nothing),
        ("get_contacts", None, cloud_actions.async_contacts, must),
    ):
        async_register_platform_entity_service(
            hass,
            DOMAIN,
            name,
            entity_domain=SELECT_DOMAIN,
            schema=schema,
            func=func,
            supports_response=response,
            # Contacts have names; no other action tells any
            admin_only=name == "get_contacts",
        )


async def _async_go_to(robot: Destination, call: ServiceCall) -> ServiceResponse:
    """Drive somewhere, and answer how it went."""
    runtime, data = robot.runtime, call.data
    await runtime.drives.async_meet()
    if (waypoint := waypoint_of(robot, data)) is None:
        raise SmartQuarterInputError("temi_where")
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
        raise _failure(runtime.entry.title, result)
    return _answer(result)


def _failure(name: str, result: DriveResult) -> SmartQuarterError:
    """Return the error of a drive; why the cloud refused says more than that it failed."""
    if result.detail in DETAILS:
        return SmartQuarterError(DETAILS[result.detail], name=name)
    return SmartQuarterError(
        FAILURES[result.outcome], name=name, waypoint=result.waypoint
    )


def _answer(result: DriveResult) -> dict[str, Any]:
    """Return how a drive went, for an action's response."""
    told = asdict(result)
    del told["drive_id"]
    told["result"] = told.pop("outcome").value
    return told | {"reason": result.reason.value, "route": result.route.value}


async def _async_ask(robot: Destination, call: ServiceCall) -> ServiceResponse:
    """Ask something, and answer what was answered."""
    data, satellite = call.data, None
    if (entity_id := data.get(ATTR_SATELLITE)) is not None:
        own = {Answer.YES: data[ATTR_YES], Answer.NO: data[ATTR_NO]}
        answers = sentences(robot.hass.config.language, own)
        satellite = {"entity_id": entity_id, "answers": answers}
    timeout_s = data[ATTR_TIMEOUT].total_seconds()
    found = await robot.runtime.asking.async_ask(
        data[ATTR_QUESTION], timeout_s, satellite, call.context
    )
    by = None if found.by is None else found.by.value
    return {"answer": found.answer.value, "by": by}


async def _async_waypoints(robot: Destination, call: ServiceCall) -> ServiceResponse:
    """Answer where the robot can go."""
    return {"waypoints": list(robot.runtime.drives.known)}
