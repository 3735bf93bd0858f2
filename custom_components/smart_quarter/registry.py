"""The table of all systems: the only place that names them."""

from importlib import import_module
import logging
from typing import Final

from .system import SystemSpec

_LOGGER = logging.getLogger(__name__)

SYSTEM_KEYS: Final = ("irrigation", "emergency", "temi")


def _import_systems() -> tuple[dict[str, SystemSpec], dict[str, str]]:
    """Import every system; one that cannot be imported must not stop the others."""
    systems: dict[str, SystemSpec] = {}
    failed: dict[str, str] = {}
    for key in SYSTEM_KEYS:
        try:
            systems[key] = import_module(f".{key}", __package__).SPEC
        except Exception as err:
            _LOGGER.exception("System %s cannot be imported", key)
            failed[key] = type(err).__name__
    return systems, failed


SYSTEMS, FAILED_SYSTEMS = _import_systems()
