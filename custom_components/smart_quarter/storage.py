"""Storage that systems share: on disk before acting, set aside when corrupt."""

from pathlib import Path
from typing import Any, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.file import WriteError
from homeassistant.util.json import SerializationError

from .const import DOMAIN


class LedgerStore(Store[dict[str, Any]]):
    """A store that says whether what was saved is on disk, and what it found there."""

    def __init__(
        self, hass: HomeAssistant, system: str, entry_id: str, version: int
    ) -> None:
        """Name the file after system and entry; every write is atomic and synced."""
        super().__init__(
            hass,
            version,
            f"{DOMAIN}.{system}.{entry_id}",
            private=True,
            atomic_writes=True,
        )
        self.found_corrupt = False
        self._write_error: Exception | None = None

    @override
    async def async_load(self) -> dict[str, Any] | None:
        """Load the data; remember when a file was there that could not be read."""
        existed = await self.hass.async_add_executor_job(Path(self.path).exists)
        data = await super().async_load()
        self.found_corrupt = existed and data is None
        return data

    async def async_set_aside(self) -> None:
        """Keep a file whose content makes no sense under another name."""
        self.found_corrupt = True
        source = Path(self.path)
        target = source.with_name(
            f"{source.name}.corrupt.{dt_util.utcnow():%Y%m%dT%H%M%S}"
        )
        await self.hass.async_add_executor_job(source.rename, target)

    async def async_write(self, data: dict[str, Any]) -> bool:
        """Save and return whether the data is on disk now."""
        self._write_error = None
        await self.async_save(data)
        return self._write_error is None and not self.hass.is_stopping

    @override
    async def _async_write_data(self, data: dict[str, Any]) -> None:
        """Remember an error that the base class only logs."""
        try:
            await super()._async_write_data(data)
        except (SerializationError, WriteError) as err:
            self._write_error = err
            raise
