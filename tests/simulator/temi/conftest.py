"""What the tests of the simulated robots share."""

from collections.abc import AsyncIterator

import pytest

from .office import Office
from .room import Room


@pytest.fixture
async def office(socket_enabled: None) -> AsyncIterator[Office]:
    """Return a cloud that answers."""
    async with Office() as office:
        yield office


@pytest.fixture
def room() -> Room:
    """Return a robot in its dock."""
    return Room()
