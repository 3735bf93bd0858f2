"""The contract: what every system provides to the integration."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from homeassistant.components.repairs import RepairsFlow
from homeassistant.config_entries import ConfigEntry, ConfigFlow, ConfigSubentryFlow
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.condition import Condition
from homeassistant.helpers.device_registry import AnyDeviceEntry
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.trigger import Trigger

type SmartQuarterConfigEntry = ConfigEntry[SystemRuntime]

type PlatformSetup = Callable[
    [HomeAssistant, Any, AddConfigEntryEntitiesCallback], Awaitable[None]
]


class SystemRuntime(Protocol):
    """A running system: one per config entry."""

    async def async_load(self) -> None:
        """Read what is stored, before any entity exists."""

    async def async_start(self) -> None:
        """Begin to listen and act; the entities come after it."""

    async def async_unload(self) -> None:
        """End all timers and subscriptions and store what must survive."""

    async def async_apply_config(self) -> None:
        """Apply changed options and subentries as a difference, without a reload."""

    def diagnostics(self) -> Mapping[str, Any]:
        """Return what helps to find a fault, without anything personal."""

    def is_device_in_use(self, device: AnyDeviceEntry) -> bool:
        """Tell whether the device still stands for something configured."""


@dataclass(frozen=True, kw_only=True)
class SystemSpec:
    """One system as the rest of the integration sees it."""

    key: str
    """Name of the system's package, stored in the entry as `system`."""

    create_runtime: Callable[[HomeAssistant, Any], SystemRuntime]
    """Make the runtime of an entry; cheap, without I/O."""

    platforms: Mapping[Platform, PlatformSetup]
    """Set-up function of each platform the system has entities on."""

    flow: type[ConfigFlow]
    """Mixin with the config steps, all prefixed with the system's key."""

    subentry_flows: Mapping[str, type[ConfigSubentryFlow]] = field(default_factory=dict)
    """Flow of each subentry type; the first one follows the set-up of an entry."""

    setup_actions: Callable[[HomeAssistant], None] | None = None
    """Register the actions, once per start, also when no entry is loaded."""

    triggers: Mapping[str, type[Trigger]] = field(default_factory=dict)
    """Triggers for automations, by the key that `triggers.yaml` describes."""

    conditions: Mapping[str, type[Condition]] = field(default_factory=dict)
    """Conditions for automations, by the key that `conditions.yaml` describes."""

    create_fix_flow: (
        Callable[[HomeAssistant, str, Mapping[str, Any]], RepairsFlow] | None
    ) = None
    """Make the fix flow of one of the system's repair issues."""

    to_redact: frozenset[str] = frozenset()
    """Keys of stored settings that diagnostics leave out."""

    remove_entry: Callable[[HomeAssistant, ConfigEntry], Awaitable[None]] | None = None
    """Delete what the entry has stored."""

    health: Callable[[HomeAssistant], Mapping[str, Any]] | None = None
    """Return figures for the system health page, keyed by translation key."""
