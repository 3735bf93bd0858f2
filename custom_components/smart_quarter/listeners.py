"""Lists of those who want to be told something."""

from homeassistant.core import CALLBACK_TYPE


def add_listener[T](listeners: list[T], listener: T) -> CALLBACK_TYPE:
    """Add a listener and return how to remove it."""
    listeners.append(listener)
    return lambda: listeners.remove(listener)
