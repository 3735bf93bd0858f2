"""What automations hear of; those that only listen when Home Assistant has started hear it too."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from homeassistant.core import CoreState, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util.signal_type import SignalType

from .faults import Fault
from .happenings import Entry

if TYPE_CHECKING:
    from .runtime import EmergencyRuntime


@dataclass(frozen=True, slots=True)
class Happened:
    """The journal says something about a house."""

    runtime: EmergencyRuntime
    entry: Entry


@dataclass(frozen=True, slots=True)
class FaultFound:
    """Something is wrong with a house."""

    runtime: EmergencyRuntime
    fault: Fault


@dataclass(frozen=True, slots=True)
class Begun:
    """A house runs, perhaps again."""

    runtime: EmergencyRuntime


type Item = Happened | FaultFound | Begun
type Listener = Callable[[Item], None]

SIGNAL: Final[SignalType[Item]] = SignalType("smart_quarter_emergency_news")


class News:
    """Tells everybody who listens what happens in one house."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Keep what is told until Home Assistant has started; automations only listen then."""
        self._hass = hass
        self.early: list[Item] = []
        self.is_early = hass.state is not CoreState.running

    @callback
    def tell(self, item: Item) -> None:
        """Tell everybody who listens."""
        if self.is_early:
            self.early.append(item)
        async_dispatcher_send(self._hass, SIGNAL, item)

    @callback
    def started(self) -> None:
        """Forget what was told at the start: whoever was to hear it listens by now."""
        self.is_early = False
        self.early.clear()
