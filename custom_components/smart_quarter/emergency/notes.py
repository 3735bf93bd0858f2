"""Notes that persons write about incidents: apart from the journal, so that they can be erased."""

from hashlib import sha256
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util.ulid import ulid_now

from ..storage import LedgerStore
from .const import SYSTEM

STORAGE_VERSION = 1


class Notes:
    """The texts of a house; the journal knows only their hashes."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the entry."""
        self._store = LedgerStore(hass, SYSTEM, f"{entry_id}.notes", STORAGE_VERSION)
        self._texts: dict[str, dict[str, str]] = {}

    async def async_load(self) -> None:
        """Read the texts."""
        data: dict[str, Any] = await self._store.async_load() or {}
        self._texts = data.get("texts", {})

    async def async_add(
        self, incident_id: str, place_id: str, by: str, text: str
    ) -> str:
        """Keep a text and return its hash; the salt goes when the text is erased."""
        salt = ulid_now()
        digest = sha256(f"{salt}{text}".encode()).hexdigest()
        self._texts[digest] = {
            "incident_id": incident_id,
            "place_id": place_id,
            "by": by,
            "text": text,
            "salt": salt,
        }
        await self._store.async_write({"texts": self._texts})
        return digest

    def of(self, incident_id: str) -> list[dict[str, str]]:
        """Return who wrote what about an incident."""
        return [
            {"by": note["by"], "text": note["text"]}
            for note in self._texts.values()
            if note["incident_id"] == incident_id
        ]

    async def async_erase(self, place_id: str) -> int:
        """Forget what was written about the calls of a place; return how many texts it was."""
        kept = {
            digest: note
            for digest, note in self._texts.items()
            if note["place_id"] != place_id
        }
        erased = len(self._texts) - len(kept)
        self._texts = kept
        if erased:
            await self._store.async_write({"texts": kept})
        return erased

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()
