"""What the entities of all systems share: they show a part of the runtime and decide nothing."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Protocol, override

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.entity import Entity, EntityDescription


class Followed(Protocol):
    """A runtime that tells when one of its parts, or (None) the whole, has changed."""

    def subscribe(
        self, part_id: str | None, listener: Callable[[], None], /
    ) -> CALLBACK_TYPE:
        """Call the listener at each change."""


class SystemEntity[RuntimeT: Followed, ViewT](Entity, ABC):
    """An entity that follows a part of its runtime, or (None) the whole."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    _kind: ClassVar[str]
    part_id: str | None = None

    def __init__(
        self, runtime: RuntimeT, owner_id: str, what: str | EntityDescription
    ) -> None:
        """Belong to an installation or a part, by a description or only its key."""
        self.runtime = runtime
        if isinstance(what, EntityDescription):
            self.entity_description = what
        key = what if isinstance(what, str) else what.key
        self._attr_unique_id = f"{owner_id}_{key}"
        self._attr_translation_key = f"{self._kind}_{key}"

    @property
    @abstractmethod
    def view(self) -> ViewT:
        """Return what the entity looks at, as it is now."""

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the part that this entity shows."""
        self._take_over(self.view)
        self.async_on_remove(self.runtime.subscribe(self.part_id, self._changed))

    @callback
    def _changed(self) -> None:
        """Write the state, but only when this entity's own part changed."""
        if self._take_over(self.view):
            self.async_write_ha_state()

    def _take_over(self, view: ViewT) -> bool:
        """Take the own part over and tell whether it changed."""
        return False

    @callback
    @override
    def async_entity_id_changed(self, old_entity_id: str) -> None:
        """Need nothing to be done anew."""
