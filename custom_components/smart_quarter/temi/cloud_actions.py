"""Actions that only the cloud can do: calls, and sequences of several steps."""

from typing import Any, Final

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..exceptions import SmartQuarterInputError
from .cloud_model import Contact
from .cloud_sequences import Call, CallPlatform, Move, Speak, Step, call_sequence
from .destinations import WHERE, WORDS, waypoint_of
from .select import Destination

ATTR_CONTACTS: Final = "contacts"
ATTR_PLATFORM: Final = "platform"
ATTR_ANNOUNCE: Final = "announce"
ATTR_STEPS: Final = "steps"
ATTR_REPEAT: Final = "repeat"
GO_TO, SAY, CALL = "go_to", "say", "call"

START_CALL: Final[VolDictType] = {
    vol.Required(ATTR_CONTACTS): vol.All(
        cv.ensure_list, [cv.string], vol.Length(min=1)
    ),
    **WHERE,
    vol.Optional(ATTR_ANNOUNCE, default=""): WORDS,
    vol.Optional(ATTR_PLATFORM, default=CallPlatform.BOTH): vol.Coerce(CallPlatform),
}
_STEP: Final = vol.All(
    {
        vol.Exclusive(GO_TO, "step"): cv.string,
        vol.Exclusive(SAY, "step"): WORDS,
        vol.Exclusive(CALL, "step"): vol.All(cv.ensure_list, [cv.string]),
    },
    vol.Length(min=1),
)
PLAY: Final[VolDictType] = {
    vol.Required(ATTR_STEPS): vol.All(cv.ensure_list, [_STEP], vol.Length(min=1)),
    vol.Optional(ATTR_REPEAT, default=0): vol.All(vol.Coerce(int), vol.Range(-1, 100)),
}


async def async_start_call(robot: Destination, call: ServiceCall) -> ServiceResponse:
    """Call somebody, at a waypoint if one is named."""
    runtime, data = robot.runtime, call.data
    await runtime.drives.async_meet()
    where = waypoint_of(robot, data)
    known = await runtime.cloud.async_contacts()
    body = call_sequence(
        runtime.settings.serial,
        _contact_ids(robot, data[ATTR_CONTACTS], known),
        data[ATTR_PLATFORM],
        where,
        data[ATTR_ANNOUNCE],
    )
    return {"sequence_id": await runtime.cloud.async_play(body)}


async def async_play(robot: Destination, call: ServiceCall) -> ServiceResponse:
    """Play a sequence."""
    await robot.runtime.drives.async_meet()
    cloud, wanted = robot.runtime.cloud, call.data[ATTR_STEPS]
    calls = any(CALL in each for each in wanted)
    known = await cloud.async_contacts() if calls else ()
    steps = [_step(robot, each, known) for each in wanted]
    body = cloud.sequence(steps, repeat=call.data[ATTR_REPEAT])
    return {"sequence_id": await cloud.async_play(body)}


async def async_stop(robot: Destination, call: ServiceCall) -> None:
    """End the sequence that was begun from here."""
    await robot.runtime.cloud.async_stop_sequence()


async def async_contacts(robot: Destination, call: ServiceCall) -> ServiceResponse:
    """Answer who can be called."""
    found = await robot.runtime.cloud.async_contacts()
    return {"contacts": [{"id": each.contact_id, "name": each.name} for each in found]}


def _step(
    robot: Destination, wanted: dict[str, Any], known: tuple[Contact, ...]
) -> Step:
    """Return a step of a sequence."""
    if (waypoint := wanted.get(GO_TO)) is not None:
        return Move(robot.runtime.drives.waypoint(waypoint))
    if (text := wanted.get(SAY)) is not None:
        return Speak(text)
    return Call(tuple(_contact_ids(robot, wanted[CALL], known)))


def _contact_ids(
    robot: Destination, wanted: list[str], known: tuple[Contact, ...]
) -> list[str]:
    """Return the ids of contacts that are named or given by their id."""
    ids = {each.name.casefold(): each.contact_id for each in known}
    ids |= {each.contact_id.casefold(): each.contact_id for each in known}
    found = [ids.get(each.strip().casefold()) for each in wanted]
    if None in found:
        raise SmartQuarterInputError(
            "temi_contact_unknown", name=robot.runtime.entry.title
        )
    return [each for each in found if each is not None]
