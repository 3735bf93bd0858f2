"""What is remembered of a robot: whether it hears. All else it says itself every three seconds."""

from homeassistant.core import HomeAssistant

from ..storage import LedgerStore
from .const import SYSTEM
from .model import Hearing

STORAGE_VERSION = 1
KEY = "hearing"


class Memory:
    """A small file; one that makes no sense is as good as none."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the entry."""
        self._store = LedgerStore(hass, SYSTEM, entry_id, STORAGE_VERSION)

    async def async_load(self) -> Hearing:
        """Return whether it heard when it was last asked."""
        stored = (await self._store.async_load() or {}).get(KEY)
        return Hearing(stored) if stored in list(Hearing) else Hearing.UNKNOWN

    async def async_save(self, hearing: Hearing) -> None:
        """Remember whether it hears."""
        await self._store.async_write({KEY: hearing.value})

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()
