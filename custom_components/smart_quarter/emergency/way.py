"""How one entity is used as a way to tell a house: for so long as it may take, and no longer."""

from collections.abc import Coroutine, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant

from ..forms import exists
from .faults import Fault, Problem
from .messenger import is_taken
from .ways import way_key, ways_by_key

if TYPE_CHECKING:
    from .runtime import EmergencyRuntime


class Way:
    """Uses entities, and remembers which of them did not work the last time."""

    def __init__(self, runtime: EmergencyRuntime) -> None:
        """Belong to a house."""
        self._runtime = runtime
        self.faults: set[Fault] = set()

    @property
    def _hass(self) -> HomeAssistant:
        """Return Home Assistant."""
        return self._runtime.hass

    def begin(self, work: Coroutine[Any, Any, object]) -> None:
        """Do something without anybody waiting for it."""
        self._runtime.entry.async_create_background_task(
            self._hass, work, "emergency way"
        )

    def exists(self, entity_id: str) -> bool:
        """Tell whether Home Assistant knows an entity."""
        return exists(self._hass, entity_id)

    async def async_use(
        self,
        entity_id: str,
        domain: str,
        service: str,
        data: Mapping[str, Any],
        *,
        through: str | None = None,
    ) -> bool:
        """Call an action of an entity, or of another one that it is used through.

        What fails is a fault until it works again.
        """
        target = through or entity_id
        call = partial(self._async_call, {entity_id, target}, domain, service)
        works = await is_taken(partial(call, {ATTR_ENTITY_ID: target, **data}))
        fault = Fault(Problem.WAY_FAILED, way_key(entity_id))
        if (fault in self.faults) is works:
            self.faults ^= {fault}
            self.forget_gone()
            self._runtime.report_faults()
        return works

    def forget_gone(self) -> None:
        """Forget the faults of entities that no policy names any more."""
        known = ways_by_key(self._runtime.settings.policies)
        self.faults = {fault for fault in self.faults if fault.subject in known}

    async def _async_call(
        self, needed: set[str], domain: str, service: str, data: dict[str, Any]
    ) -> None:
        """Call the action; it says nothing of an entity that is not there."""
        for entity_id in needed:
            state = self._hass.states.get(entity_id)
            if state is None or state.state == STATE_UNAVAILABLE:
                raise LookupError(entity_id)
        await self._hass.services.async_call(domain, service, data, blocking=True)
