"""The app on a robot's screen: what it shows, and what it gets to tell."""

from dataclasses import dataclass

from ..faults import Faults
from .commands import Payload, text


@dataclass(frozen=True, slots=True)
class Message:
    """A message below the robot's own topic."""

    topic: str
    payload: Payload


class App:
    """An app that is open and connected."""

    def __init__(self, faults: Faults) -> None:
        """Be in front."""
        self._faults = faults
        self._outbox: list[Message] = []
        self._has_page = False
        self.in_room = False
        """Whether it is in a video room, of which the vendor's cloud knows nothing."""

    @property
    def in_front(self) -> bool:
        """Tell whether nothing hides it."""
        is_hidden = self._has_page or self.in_room
        return not is_hidden and "background" not in self._faults

    def open(self) -> None:
        """Begin anew, in front."""
        self.to_front()

    def to_front(self) -> None:
        """Leave whatever hides it."""
        self._has_page = self.in_room = False

    def show(self, what: str, payload: Payload) -> None:
        """Show a page, which nothing but a person closes, or a video room."""
        match what:
            case "video" | "webview" if text(payload, "url") is not None:
                self._has_page = True
            case "youtube" if text(payload, "video_id") is not None:
                self._has_page = True
            case "join" | "leave":
                self.in_room = what == "join"

    def beat(self, payload: Payload) -> None:
        """Tell of itself, once for each heartbeat."""
        beats = 2 if "second_connect" in self._faults else 1
        self._outbox += [Message("status/info", payload)] * beats

    def tell(self, topic: str, payload: Payload) -> None:
        """Tell something."""
        times = 2 if "duplicate_events" in self._faults else 1
        self._outbox += [Message(topic, payload)] * times

    def told(self) -> list[Message]:
        """Return what it tells, once."""
        told, self._outbox = self._outbox, []
        return told
