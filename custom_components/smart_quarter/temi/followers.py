"""Who follows a robot: its entities, and who is told what its navigation says."""

from collections.abc import Callable

from homeassistant.core import CALLBACK_TYPE

from ..listeners import add_listener
from .happenings import Happened

type NewsListener = Callable[[Happened], None]


class FollowedRobot:
    """A robot that tells its followers what has changed."""

    def __init__(self) -> None:
        """Be followed by nobody."""
        self._listeners: list[Callable[[], None]] = []
        self._news_listeners: list[NewsListener] = []

    def subscribe(
        self, _part_id: str | None, listener: Callable[[], None]
    ) -> CALLBACK_TYPE:
        """Call the listener at each change; a robot has no parts."""
        return add_listener(self._listeners, listener)

    def subscribe_news(self, listener: NewsListener) -> CALLBACK_TYPE:
        """Tell the listener what the navigation says."""
        return add_listener(self._news_listeners, listener)

    def notify(self) -> None:
        """Tell that something changed."""
        for listener in tuple(self._listeners):
            listener()

    def notify_news(self, news: Happened) -> None:
        """Tell what the navigation said."""
        for listener in tuple(self._news_listeners):
            listener(news)
