"""The site's memory on disk."""

from homeassistant.core import HomeAssistant, callback

from ..storage import LedgerStore
from .codec import CorruptStateError, decode, encode
from .const import SYSTEM
from .model import SiteState

STORAGE_VERSION = 1
SAVE_SOON_S = 1.0


class SiteLedger:
    """Reads and writes what a site remembers."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the entry."""
        self._store = LedgerStore(hass, SYSTEM, entry_id, STORAGE_VERSION)
        self._state = SiteState()

    @property
    def was_corrupt(self) -> bool:
        """Tell whether the file could not be read and was set aside."""
        return self._store.found_corrupt

    async def async_load(self) -> SiteState:
        """Return what was stored; a corrupt file is set aside and the site starts anew."""
        if (data := await self._store.async_load()) is None:
            return SiteState()
        try:
            return decode(data)
        except CorruptStateError:
            await self._store.async_set_aside()
            return SiteState()

    async def async_save(self, state: SiteState) -> bool:
        """Write now and return whether the state is on disk."""
        return await self._store.async_write(encode(state))

    @callback
    def async_save_soon(self, state: SiteState) -> None:
        """Write within a second or so, together with what else changes until then."""
        self._state = state
        self._store.async_delay_save(lambda: encode(self._state), SAVE_SOON_S)

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()
